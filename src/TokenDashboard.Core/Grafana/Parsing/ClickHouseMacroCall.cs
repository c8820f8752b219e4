namespace TokenDashboard.Grafana.Parsing;

/// <summary>
/// A macro in a query of the plugin grafana-clickhouse-datasource, as the library of its version 4.20 parses it. Macros can be in quotes, and arguments
/// can contain quotes, parentheses and macros (https://github.com/grafana/macropro, version 1.0.1).
/// </summary>
internal sealed partial record ClickHouseMacroCall(string Name, IReadOnlyList<string> Arguments, int Index, int End)
{
    /// <summary>The maximum number of macros around a macro.</summary>
    internal const int Deepest = 128;

    // For each macro, the whole text is searched for the closing parenthesis.
    private const int MostUnclosed = 100;

    // The number of arguments; null if they are ignored.
    private static readonly Dictionary<string, int?> Counts = new(StringComparer.Ordinal)
    {
        ["fromTime"] = null, ["toTime"] = null, ["fromTime_ms"] = null, ["toTime_ms"] = null, ["interval_s"] = null, ["table"] = null, ["column"] = null,
        ["timeFrom"] = 1, ["timeTo"] = 1, ["timeFilter"] = 1, ["timeFilter_ms"] = 1, ["dateFilter"] = 1, ["dateTimeFilter"] = 2, ["dt"] = 2,
        ["timeInterval"] = 1, ["timeInterval_ms"] = 1, ["timeGroup"] = 2,
    };

    // Macros that are conditions on the time range.
    private static readonly HashSet<string> TimeConditions = ["timeFilter", "timeFilter_ms", "dateFilter", "dateTimeFilter", "dt", "timeFrom", "timeTo"];

    // Macros that change the query around them, and add such a condition.
    private static readonly HashSet<string> RewritingByTime = ["columns", "rateColumns", "perSecondColumns", "increaseColumns", "lttb"];

    // Macros that change the query around them.
    private static readonly HashSet<string> Rewriting = [.. RewritingByTime, "adHocFilters"];

    // Macros that Grafana or the plugin's frontend replaces earlier.
    private static readonly HashSet<string> OfFrontend =
    [
        "conditionalAll", "from", "to", "interval", "interval_ms", "range", "range_s", "range_ms", "rate_interval", "timezone", "dashboard", "org", "user",
        "searchFilter", "all", "auto",
    ];

    /// <summary>The plugin's message about a wrong number of arguments; null if the number is correct.</summary>
    internal string? Problem => Counts[Name] is { } count && Arguments.Count != count
        ? $"unexpected number of arguments: $__{Name} expected {count} argument(s), received {Arguments.Count}"
        : null;

    /// <summary>The macros that are replaced in place, without those in arguments.</summary>
    internal static IEnumerable<ClickHouseMacroCall> In(string sql)
    {
        int end = 0, unclosed = 0;
        foreach (Match found in MacroName().Matches(sql).Where(found => found.Index >= end && Counts.ContainsKey(found.Groups["name"].Value)))
        {
            int open = found.Index + found.Length;
            bool opens = open < sql.Length && sql[open] == '(' && unclosed < MostUnclosed;
            // Without a closing parenthesis, there are no arguments.
            (string[] Arguments, int End)? list = opens ? Split(sql, open, quotes: true) : null;
            unclosed += opens && list is null ? 1 : 0;
            end = list?.End ?? open;
            string[] arguments = [.. (list?.Arguments ?? []).Select(argument => argument.Trim())];
            yield return new ClickHouseMacroCall(found.Groups["name"].Value, arguments is [""] ? [] : arguments, found.Index, end);
        }
    }

    /// <summary>The names of macros that change the query around them. In quotes, they are not macros.</summary>
    internal static IEnumerable<string> RewritingIn(string sql) => Names(sql).Where(Rewriting.Contains);

    /// <summary>The names that are not replaced.</summary>
    internal static IEnumerable<string> UnknownIn(string sql) => Names(sql).Where(name => !IsKnown(name));

    /// <summary>Whether a macro makes a query depend on the time range.</summary>
    internal static bool FollowsTime(string name) => TimeConditions.Contains(name) || RewritingByTime.Contains(name);

    internal static bool IsKnown(string name) => Counts.ContainsKey(name) || Rewriting.Contains(name) || OfFrontend.Contains(name);

    /// <summary>The plugin's messages about the numbers of arguments, including macros in arguments.</summary>
    internal static IEnumerable<string> ProblemsIn(string sql) => ProblemsIn(ClickHouseText.WithoutComments(sql), 0);

    /// <summary>The arguments in the parentheses that open at a position, and the position after them; null if the parentheses are not closed.</summary>
    internal static (string[] Arguments, int End)? Split(string sql, int open, bool quotes)
    {
        var arguments = new List<string>();
        int depth = 0, begin = open + 1;
        char quote = default;
        for (int i = open; i < sql.Length; i++)
        {
            char letter = sql[i];
            // A doubled quote ends a text and begins the next text.
            if (quotes && (quote == default ? letter is '\'' or '"' : letter == quote))
                quote = quote == default ? letter : default;
            if (quote != default)
                continue;
            depth += letter switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0 || (depth == 1 && letter == ','))
            {
                arguments.Add(sql[begin..i]);
                begin = i + 1;
            }
            if (depth == 0)
                return ([.. arguments], i + 1);
        }
        return null;
    }

    // The value of a variable can be several arguments.
    private static IEnumerable<string> ProblemsIn(string sql, int depth) => In(sql).Where(_ => depth < Deepest).SelectMany(call => (string[])
    [
        .. call.Problem is { } problem && !call.Arguments.SelectMany(VariableUse.In).Any(use => !use.IsBuiltIn) ? [problem] : (string[])[],
        .. call.Arguments.SelectMany(argument => ProblemsIn(argument, depth + 1)),
    ]);

    private static IEnumerable<string> Names(string sql) => MacroName().Matches(ClickHouseText.Blank(sql)).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"\$__(?<name>[A-Za-z0-9_]+)")] private static partial Regex MacroName();
}
