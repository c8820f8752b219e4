using System.Text.RegularExpressions;

namespace TokenDashboard.Tests;

/// <summary>The layout of the source, so that newcomers find things by the names of folders.</summary>
public partial class LayoutTests
{
    /// <summary>A longer file probably has two purposes.</summary>
    private const int MaxLines = 350;

    /// <summary>A folder with more files should be several folders.</summary>
    private const int MaxFiles = 22;

    /// <summary>The same as max_line_length in .editorconfig.</summary>
    private const int MaxColumns = 200;

    private static readonly SourceFile[] Files = [.. Repository.Sources("src/TokenDashboard.Core").Select(file => new SourceFile(file.Path, file.Text))];

    [Fact]
    public void Folders_have_no_circular_dependencies()
    {
        Dictionary<string, HashSet<string>> uses = Files.GroupBy(file => file.Folder)
            .ToDictionary(folder => folder.Key, folder => folder.SelectMany(Used).Where(used => used != folder.Key).ToHashSet());

        // Removes folders that use no remaining folder, until only cycles remain.
        while (uses.Where(folder => !folder.Value.Any(uses.ContainsKey)).Select(folder => folder.Key).ToArray() is { Length: > 0 } free)
            Array.ForEach(free, folder => uses.Remove(folder));

        Assert.Empty(uses.Select(folder => $"{folder.Key} uses {string.Join(", ", folder.Value.Where(uses.ContainsKey).Order())}").Order());
    }

    [Fact]
    public void Namespaces_of_internal_types_match_folders() =>
        Assert.All(Files, file => Assert.Equal(file.IsPublic && file.Folder != Builder ? Root : file.Folder, file.Namespace));

    [Fact]
    public void No_folder_has_too_many_files() =>
        Assert.Empty(Files.GroupBy(file => file.Folder).Where(folder => folder.Count() > MaxFiles).Select(folder => $"{folder.Key} {folder.Count()}"));

    [Fact]
    public void No_file_is_too_long() =>
        Assert.Empty(Files.Where(file => file.Text.AsSpan().Count('\n') > MaxLines).Select(file => file.Path));

    // Line breaks would change raw strings, so they are left out.
    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void No_line_is_too_long(string folder) => Assert.Empty(
        from file in Repository.Sources(folder)
        from line in RawString().Replace(file.Text, "").Split('\n')
        where line.Length > MaxColumns
        select $"{file.Path}: {line.Trim()}");

    [Fact]
    public void Type_names_are_unique() => Assert.Empty(
        Files.SelectMany(file => file.Types.Select(type => (type, file.Namespace))).Distinct().GroupBy(type => type.type).Where(same => same.Count() > 1)
            .Select(same => same.Key));

    [Fact]
    public void Only_an_engine_names_its_tables_in_SQL() => Assert.Empty(
        Files.Where(file => (TableInSql().IsMatch(file.Text) && !file.Path.StartsWith("Engines/Sqlite/", StringComparison.Ordinal))
            || (ClickHouseTable().IsMatch(file.Text) && !file.Path.StartsWith("Engines/ClickHouse/", StringComparison.Ordinal)))
            .Select(file => file.Path));

    [Fact]
    public void Only_engines_use_the_panels_of_an_engine() => Assert.Empty(
        Files.Where(file => PanelsOfEngine().IsMatch(file.Text) && !file.Path.StartsWith("Engines/", StringComparison.Ordinal)).Select(file => file.Path));

    // The project has global usings for these namespaces.
    private static readonly string[] UsedByAll = ["TokenDashboard.Telemetry", "TokenDashboard.Telemetry.Times"];

    /// <summary>The namespace of public types, so that scripts that name them do not depend on folders.</summary>
    private const string Root = "TokenDashboard";

    /// <summary>The public types of the dashboard builder have their own namespace.</summary>
    private const string Builder = "TokenDashboard.Grafana.Model";

    /// <summary>The folders that a file names, and those whose types it mentions without a using directive: its own and enclosing namespaces, and the global usings.</summary>
    private static IEnumerable<string> Used(SourceFile file) => Using().Matches(file.Text).Select(match => match.Groups[1].Value)
        .Concat(Files.Where(other => (UsedByAll.Contains(other.Namespace) || $"{file.Namespace}.".StartsWith($"{other.Namespace}.", StringComparison.Ordinal)) && other.Types.Any(file.Mentions))
            .Select(other => other.Folder));

    [GeneratedRegex(@"^using (?:static )?(TokenDashboard(?:\.[A-Z]\w*)*?)(?:\.FindingSeverity)?;", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"\b(FROM|JOIN|INTO|UPDATE|DELETE FROM|TABLE)\s+(telemetry|tokendash_\w+|\{TelemetrySql\.|\{RollupSchema\.)")]
    private static partial Regex TableInSql();

    [GeneratedRegex(@"\btoken_request\b|\{RequestTable\.")]
    private static partial Regex ClickHouseTable();

    [GeneratedRegex(@"^using (?:static )?TokenDashboard\.Engines\.\w+\.Panels\b", RegexOptions.Multiline)]
    private static partial Regex PanelsOfEngine();

    [GeneratedRegex(@"^(?:public|internal) (?:(?:static|sealed|abstract|readonly|unsafe|ref) )*(?:partial )?(?:class|record struct|record|struct|interface|enum) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Type();

    [GeneratedRegex("^public ", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex("(\"{3,}).*?\\1", RegexOptions.Singleline)]
    private static partial Regex RawString();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    // Comments, texts, members after a point, names of commands, and names of members and parameters, which follow their type.
    [GeneratedRegex(@"//[^\n]*|(?<!\$)""(?:[^""\\\n]|\\.)*""|[.-]\w+|(?<=(?:\b(?:[A-Z]\w*|string|int|long|bool)|\w\?|\w>|\[\]) )[A-Z]\w*")]
    private static partial Regex NoCode();

    /// <summary>A file, with its path below the project's folder.</summary>
    private sealed class SourceFile(string path, string text)
    {
        private readonly HashSet<string> _words = [.. Word().Matches(NoCode().Replace(text, "")).Select(match => match.Value)];

        public string Path { get; } = path;

        public string Text { get; } = text;

        /// <summary>The namespace of internal types in this folder.</summary>
        public string Folder { get; } = string.Join('.', [Root, .. path.Split('/')[..^1]]);

        public bool IsPublic { get; } = PublicType().IsMatch(text);

        public string Namespace { get; } = NamespaceLine().Match(text).Groups[1].Value;

        public string[] Types { get; } = [.. Type().Matches(text).Select(match => match.Groups[1].Value)];

        public bool Mentions(string type) => _words.Contains(type);
    }
}
