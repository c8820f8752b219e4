using System.Text.RegularExpressions;

namespace TokenDashboard.Tests;

/// <summary>How the source is laid out: a newcomer finds what he looks for by the name of a folder.</summary>
public partial class RoomTests
{
    /// <summary>Longer than 400 lines is one file for two things.</summary>
    private const int MaxLines = 400;

    /// <summary>More files beside each other than this are several folders in one.</summary>
    private const int MaxFiles = 22;

    private static readonly SourceFile[] Files = [.. Repository.Sources("src/TokenDashboard.Core").Select(file => new SourceFile(file.Path, file.Text))];

    [Fact]
    public void No_folder_uses_one_that_uses_it()
    {
        Dictionary<string, HashSet<string>> uses = Files.GroupBy(file => file.Namespace)
            .ToDictionary(room => room.Key, room => room.SelectMany(Used).Where(used => used != room.Key).ToHashSet());

        // What uses nothing that is left goes, until only circles are left.
        while (uses.Where(room => !room.Value.Any(uses.ContainsKey)).Select(room => room.Key).ToArray() is { Length: > 0 } free)
            Array.ForEach(free, room => uses.Remove(room));

        Assert.Empty(uses.Select(room => $"{room.Key} uses {string.Join(", ", room.Value.Where(uses.ContainsKey).Order())}").Order());
    }

    [Fact]
    public void A_namespace_is_a_folder() => Assert.All(Files, file => Assert.Equal(
        string.Join('.', ["TokenDashboard", .. file.Path.Split('/')[..^1]]), file.Namespace));

    [Fact]
    public void No_folder_is_crowded() =>
        Assert.Empty(Files.GroupBy(file => file.Namespace).Where(room => room.Count() > MaxFiles).Select(room => $"{room.Key} {room.Count()}"));

    [Fact]
    public void No_file_is_long() =>
        Assert.Empty(Files.Where(file => file.Text.AsSpan().Count('\n') > MaxLines).Select(file => file.Path));

    [Fact]
    public void No_two_types_have_one_name() => Assert.Empty(
        Files.SelectMany(file => file.Types.Select(type => (type, file.Namespace))).Distinct().GroupBy(type => type.type).Where(same => same.Count() > 1)
            .Select(same => same.Key));

    [Fact]
    public void Tables_are_named_in_SQL_only_by_their_engine() => Assert.Empty(
        Files.Where(file => (TableInSql().IsMatch(file.Text) && !file.Path.StartsWith("Engines/Sqlite/", StringComparison.Ordinal))
            || (ClickHouseTable().IsMatch(file.Text) && !file.Path.StartsWith("Engines/ClickHouse/", StringComparison.Ordinal)))
            .Select(file => file.Path));

    [Fact]
    public void What_an_engine_shows_are_objects_and_parameters_of_commands() => Assert.Equal(
        ["CheckResult", "JournalMode", "TokenStoreCheck", "TokenStoreOptimization", "TokenStoreSyncResult", "TokenUsageRemoval"],
        typeof(ErrorCode).Assembly.GetExportedTypes().Where(type => type.Namespace!.StartsWith("TokenDashboard.Engines", StringComparison.Ordinal)).Select(type => type.Name).Order());

    [Fact]
    public void Only_engines_know_the_panels_of_one() => Assert.Empty(
        Files.Where(file => PanelsOfEngine().IsMatch(file.Text) && !file.Path.StartsWith("Engines/", StringComparison.Ordinal)).Select(file => file.Path));

    // The project has a using for all files.
    private const string UsedByAll = "TokenDashboard.Telemetry";

    /// <summary>The folders a file names, and those whose types it mentions without a using of its own: those around it, and that of all files.</summary>
    private static IEnumerable<string> Used(SourceFile file) => Using().Matches(file.Text).Select(match => match.Groups[1].Value)
        .Concat(Files.Where(other => (other.Namespace == UsedByAll || file.Namespace.StartsWith(other.Namespace + ".", StringComparison.Ordinal)) && other.Types.Any(file.Mentions))
            .Select(other => other.Namespace));

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

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"//[^\n]*|(?<!\$)""(?:[^""\\\n]|\\.)*""|\.\w+")]
    private static partial Regex NoCode();

    /// <summary>A file, with its path below the project's folder.</summary>
    private sealed class SourceFile(string path, string text)
    {
        private readonly HashSet<string> _words = [.. Word().Matches(NoCode().Replace(text, "")).Select(match => match.Value)];

        public string Path { get; } = path;

        public string Text { get; } = text;

        public string Namespace { get; } = NamespaceLine().Match(text).Groups[1].Value;

        public string[] Types { get; } = [.. Type().Matches(text).Select(match => match.Groups[1].Value)];

        public bool Mentions(string type) => _words.Contains(type);
    }
}
