using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>The options of a variable, as Grafana reads them from its definition or from the rows of its query.</summary>
internal static partial class VariableOptions
{
    private const int LongestRegex = 10_000;

    /// <summary>The time limit of the regexes of all variables of a dashboard.</summary>
    internal static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    /// <summary>Options of a custom or interval variable: texts, or pairs such as <c>1h : 3600</c>, separated by commas.</summary>
    internal static IReadOnlyList<(string Text, string Value)> OfList(string query) =>
    [
        .. ItemPattern().Matches(query).Select(item => item.Value.Replace("\\,", ",", StringComparison.Ordinal)).Select(item =>
            PairPattern().Match(item) is { Success: true } pair
                ? (pair.Groups["text"].Value.Trim(), pair.Groups["value"].Value.Trim())
                : (item.Trim(), item.Trim())),
    ];

    /// <summary>Options of a query variable: filtered by its regex, without duplicates, sorted.</summary>
    /// <exception cref="PluginException">The result has neither one column nor the two that Grafana supports, or the regex cannot be applied.</exception>
    internal static IReadOnlyList<(string Text, string Value)> OfResult(PluginResult result, ReadVariable variable, PatternTime time)
    {
        PluginColumn? Column(string name) => result.Columns.FirstOrDefault(column => column.Name == name);
        (PluginColumn? value, PluginColumn? text) = result.Columns switch
        {
            [var only] => (only, only),
            [var first, var second, ..] when result.ValueIsFirst => (first, second),
            [_, _] => (Column("__value"), Column("__text")),
            _ => (null, null),
        };
        if (text is null || value is null)
            throw new PluginException($"The columns are {string.Join(", ", result.Columns.Select(column => column.Name))}.");
        IEnumerable<(string Text, string Value)> options = text.Values.Zip(value.Values)
            .Select(pair => (Text: Written(pair.First ?? pair.Second), Value: Written(pair.Second ?? pair.First)));
        string regex = variable.Json.Text("regex");
        try
        {
            return Sort([.. (regex.Length > 0 ? Filter(options, regex, time) : options).DistinctBy(option => option.Value)], (int)(variable.Json.Number("sort") ?? 0));
        }
        catch (RegexMatchTimeoutException)
        {
            throw new PluginException("The regex of the variable takes more than one second for an option, or the regexes of the dashboard more than five seconds; a browser would hang.");
        }
    }

    private static string Written(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static IEnumerable<(string Text, string Value)> Filter(IEnumerable<(string Text, string Value)> options, string pattern, PatternTime time)
    {
        if (pattern.Length > LongestRegex)
            throw new PluginException($"The regex of the variable has more than {LongestRegex} characters.");
        Match parts = DelimitedPattern().Match(pattern);
        RegexOptions flags = parts.Groups["flags"].Value.Contains('i', StringComparison.Ordinal) ? RegexOptions.IgnoreCase : RegexOptions.None;
        Regex regex;
        try
        {
            regex = new Regex(parts.Success ? parts.Groups["pattern"].Value : pattern, flags | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException exception)
        {
            throw new PluginException($"The regex of the variable is invalid: {exception.Message}");
        }
        return from option in options
            let match = time.Match(regex, option.Value)
            where match.Success
            select (Group(match, "text") ?? Group(match, "value") ?? Group(match, "1") ?? option.Text,
                Group(match, "value") ?? Group(match, "text") ?? Group(match, "1") ?? option.Value);
    }

    private static string? Group(Match match, string name) => match.Groups[name] is { Success: true } group ? group.Value : null;

    // 1 and 2: alphabetical; 3 and 4: numerical; 5 and 6: alphabetical, not case-sensitive; 7 and 8: natural. Even numbers are descending.
    private static IReadOnlyList<(string Text, string Value)> Sort((string Text, string Value)[] options, int sort)
    {
        IEnumerable<(string Text, string Value)> sorted = sort switch
        {
            1 or 2 => options.OrderBy(option => option.Text, StringComparer.Ordinal),
            3 or 4 => options.OrderBy(option => FirstNumber(option.Text)),
            5 or 6 => options.OrderBy(option => option.Text, StringComparer.OrdinalIgnoreCase),
            7 or 8 => options.OrderBy(option => option.Text, StringComparer.InvariantCultureIgnoreCase),
            _ => options,
        };
        return sort is 2 or 4 or 6 or 8 ? [.. sorted.Reverse()] : [.. sorted];
    }

    private static double FirstNumber(string text) =>
        double.TryParse(NumberPattern().Match(text).Value, CultureInfo.InvariantCulture, out double number) ? number : -1;

    [GeneratedRegex(@"(?:\\,|[^,])+")] private static partial Regex ItemPattern();
    // For example "1h : 3600", split at the last colon that is surrounded by blanks.
    [GeneratedRegex(@"^(?<text>[^\n]+\s):(?<value>\s[^\n]+)\z", RegexOptions.CultureInvariant)] private static partial Regex PairPattern();
    [GeneratedRegex("^/(?<pattern>.*)/(?<flags>[a-z]*)$", RegexOptions.Singleline)] private static partial Regex DelimitedPattern();
    [GeneratedRegex(@"[0-9]+(\.[0-9]+)?")] private static partial Regex NumberPattern();
}
