namespace TokenDashboard.Grafana.Parsing;

/// <summary>
/// A use of a variable in a text: <c>$name</c>, <c>${name:format}</c>, <c>${name.field}</c> or <c>[[name:format]]</c>, as
/// <see href="https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/">Grafana reads it</see>.
/// </summary>
internal sealed partial record VariableUse(string Name, string Field, string Format, int Index, int Length)
{
    /// <summary>The prefix of Grafana's built-in names.</summary>
    internal const string BuiltInPrefix = "__";

    internal bool IsBuiltIn => Name.StartsWith(BuiltInPrefix, StringComparison.Ordinal);

    internal static IEnumerable<VariableUse> In(string text) => Pattern().Matches(text).Select(Read);

    internal static string? FirstName(string text) => In(text).FirstOrDefault()?.Name;

    /// <summary>The names that texts use, including those that the texts of these names use.</summary>
    internal static HashSet<string> Reached(IEnumerable<string> texts, Func<string, string?> textOf)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var unread = new Queue<string>(texts);
        while (unread.TryDequeue(out string? text))
        {
            foreach (string own in In(text).Select(use => use.Name).Where(names.Add).Select(textOf).OfType<string>())
                unread.Enqueue(own);
        }
        return names;
    }

    private static VariableUse Read(Match match) =>
        new(match.Groups["name"].Value, match.Groups["field"].Value, match.Groups["format"].Value, match.Index, match.Length);

    // Grafana has no limits here. These prevent the search from running to the end of the text for each of many openings.
    [GeneratedRegex(
        @"\$(?<name>\w+)|\[\[(?<name>\w{1,200}?)(?::(?<format>\w{1,200}))?\]\]|\$\{(?<name>\w{1,200})(?:\.(?<field>[^:^}]{1,200}))?(?::(?<format>[^}]{1,200}))?\}", RegexOptions.ECMAScript)]
    private static partial Regex Pattern();
}
