using System.Diagnostics;
using System.Text.RegularExpressions;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>The options a variable offers, as Grafana makes them from its definition or from the rows of its query.</summary>
internal static partial class VariableOptions
{
    private const int LongestRegex = 10_000;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    /// <summary>Options of a custom or interval variable: texts, or pairs such as <c>1h : 3600</c>, between commas.</summary>
    internal static IReadOnlyList<(string Text, string Value)> OfList(string query) =>
    [
        .. ItemPattern().Matches(query).Select(item => item.Value.Replace("\\,", ",", StringComparison.Ordinal)).Select(item =>
            Pair(item) is { } pair ? pair : (item.Trim(), item.Trim())),
    ];

    /// <summary>Options of a query variable: filtered by its regex, each once, sorted.</summary>
    /// <exception cref="PluginException">The result has neither one column nor the two that Grafana knows, or the regex cannot be applied.</exception>
    internal static IReadOnlyList<(string Text, string Value)> OfResult(PluginResult result, ReadVariable variable)
    {
        PluginColumn? text = result.Columns is [var single] ? single : result.Columns.FirstOrDefault(column => column.Name == "__text");
        PluginColumn? value = result.Columns is [_] ? text : result.Columns.FirstOrDefault(column => column.Name == "__value");
        if (text is null || value is null || result.Columns.Count > 2)
        {
            throw new PluginException($"The columns are {string.Join(", ", result.Columns.Select(column => column.Name))}.");
        }
        IEnumerable<(string Text, string Value)> options = text.Values.Zip(value.Values)
            .Select(pair => (Text: Written(pair.First ?? pair.Second), Value: Written(pair.Second ?? pair.First)));
        string regex = variable.Json.Text("regex");
        if (regex.Length > 0)
        {
            options = Filter(options, regex);
        }
        try
        {
            (string Text, string Value)[] each = [.. options.DistinctBy(option => option.Value)];
            return Sort(each, (int)(variable.Json.Number("sort") ?? 0));
        }
        catch (RegexMatchTimeoutException)
        {
            throw new PluginException("The regex of the variable takes more than a second for one option, or five for all; a browser would hang.");
        }
    }

    // As in "1h : 3600", divided at the last colon that has blanks around it.
    private static (string Text, string Value)? Pair(string item)
    {
        if (item.Contains('\n', StringComparison.Ordinal))
        {
            return null;
        }
        for (int colon = item.Length - 3; colon > 1; colon--)
        {
            if (item[colon] == ':' && char.IsWhiteSpace(item[colon - 1]) && char.IsWhiteSpace(item[colon + 1]))
            {
                return (item[..colon].Trim(), item[(colon + 1)..].Trim());
            }
        }
        return null;
    }

    private static string Written(object? value) => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";

    private static IEnumerable<(string Text, string Value)> Filter(IEnumerable<(string Text, string Value)> options, string pattern)
    {
        if (pattern.Length > LongestRegex)
        {
            throw new PluginException($"The regex of the variable has more than {LongestRegex} characters.");
        }
        Match parts = DelimitedPattern().Match(pattern);
        RegexOptions flags = parts.Groups["flags"].Value.Contains('i', StringComparison.Ordinal) ? RegexOptions.IgnoreCase : RegexOptions.None;
        Regex regex;
        try
        {
            regex = new Regex(parts.Success ? parts.Groups["pattern"].Value : pattern, flags | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException exception)
        {
            throw new PluginException($"The regex of the variable cannot be read: {exception.Message}");
        }
        long begun = Stopwatch.GetTimestamp();
        return options.Select(option => (Option: option, Match: Stopwatch.GetElapsedTime(begun) < MostTime ? regex.Match(option.Value) : throw new RegexMatchTimeoutException())).Where(item => item.Match.Success).Select(item =>
        {
            string? text = Group(item.Match, "text") ?? Group(item.Match, "value") ?? Group(item.Match, "1");
            string? value = Group(item.Match, "value") ?? Group(item.Match, "text") ?? Group(item.Match, "1");
            return (text ?? item.Option.Text, value ?? item.Option.Value);
        });
    }

    private static string? Group(Match match, string name) => match.Groups[name] is { Success: true } group ? group.Value : null;

    // 1 and 2 by letters, 3 and 4 by number, 5 and 6 by letters without case, 7 and 8 naturally; even ones descend.
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
        double.TryParse(NumberPattern().Match(text).Value, System.Globalization.CultureInfo.InvariantCulture, out double number) ? number : -1;

    [GeneratedRegex(@"(?:\\,|[^,])+")]
    private static partial Regex ItemPattern();

    [GeneratedRegex("^/(?<pattern>.*)/(?<flags>[a-z]*)$", RegexOptions.Singleline)]
    private static partial Regex DelimitedPattern();

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex NumberPattern();
}
