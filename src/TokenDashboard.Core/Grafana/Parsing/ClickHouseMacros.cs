using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace TokenDashboard.Grafana.Parsing;

/// <summary>
/// The macros of the plugin grafana-clickhouse-datasource, as version 4.20 replaces them
/// (https://github.com/grafana/clickhouse-datasource, pkg/macros/macros.go): a bound of a time range is included, arguments may have brackets and
/// macros in them, and an unknown name stays. Statement macros, which rewrite a whole query, are not replaced here.
/// </summary>
internal static partial class ClickHouseMacros
{
    private static readonly Dictionary<string, (int Arguments, Func<string[], TimeWindow, long, string> Write)> All = new(StringComparer.Ordinal)
    {
        ["fromTime"] = (0, (_, window, _) => Second(window.From)),
        ["toTime"] = (0, (_, window, _) => Second(window.To)),
        ["fromTime_ms"] = (0, (_, window, _) => Millisecond(window.From)),
        ["toTime_ms"] = (0, (_, window, _) => Millisecond(window.To)),
        ["interval_s"] = (0, (_, _, interval) => Number(Math.Max(interval / 1000, 1))),
        ["timeFrom"] = (1, (arguments, window, _) => $"{arguments[0]} >= {Second(window.From)}"),
        ["timeTo"] = (1, (arguments, window, _) => $"{arguments[0]} <= {Second(window.To)}"),
        ["timeFilter"] = (1, (arguments, window, _) => Between(arguments[0], Second(window.From), Second(window.To))),
        ["timeFilter_ms"] = (1, (arguments, window, _) => Between(arguments[0], Millisecond(window.From), Millisecond(window.To))),
        ["dateFilter"] = (1, (arguments, window, _) => Between(arguments[0], Date(window.From), Date(window.To))),
        ["dateTimeFilter"] = (2, DateAndTime),
        ["dt"] = (2, DateAndTime),
        ["timeInterval"] = (1, (arguments, _, interval) => $"toStartOfInterval(toDateTime({arguments[0]}), INTERVAL {Number(Math.Max(interval / 1000, 1))} second)"),
        ["timeInterval_ms"] = (1, (arguments, _, interval) => $"toStartOfInterval(toDateTime64({arguments[0]}, 3), INTERVAL {Number(Math.Max(interval, 1))} millisecond)"),
        ["timeGroup"] = (2, (arguments, _, _) => $"toStartOfInterval(toDateTime({arguments[0]}), INTERVAL {Number(Seconds(arguments[1]))} second)"),
    };

    internal static IReadOnlySet<string> Names { get; } =
        new HashSet<string>([.. All.Keys, "columns", "rateColumns", "perSecondColumns", "increaseColumns", "lttb", "table", "column", "conditionalAll", "adHocFilters"]);

    /// <summary>The SQL that is run for the text the browser sends. The interval is the length of time of a point, in milliseconds.</summary>
    /// <exception cref="FormatException">The plugin does not accept the arguments of a macro, or it is one that is not replaced here.</exception>
    internal static string Apply(string sql, TimeWindow window, long interval)
    {
        var applied = new StringBuilder();
        int end = 0;
        // Those in arguments are replaced with the outer one.
        foreach (Match found in MacroName().Matches(sql).Where(found => found.Index >= end))
        {
            (string name, int open) = (found.Groups["name"].Value, found.Index + found.Length);
            if (!All.TryGetValue(name, out (int Arguments, Func<string[], TimeWindow, long, string> Write) macro))
            {
                if (Names.Contains(name) && open < sql.Length && sql[open] == '(')
                    throw new FormatException($"the macro $__{name} is not replaced here");
                continue;
            }
            (string[] arguments, int close) = Arguments(sql, open, name);
            if (macro.Arguments > 0 && arguments.Length != macro.Arguments)
                throw new FormatException($"unexpected number of arguments: $__{name} expected {macro.Arguments} argument(s), received {arguments.Length}");
            applied.Append(sql, end, found.Index - end).Append(macro.Write([.. arguments.Select(argument => Apply(argument.Trim(), window, interval))], window, interval));
            end = close;
        }
        return applied.Append(sql, end, sql.Length - end).ToString();
    }

    // The text between the parentheses, split at the commas outside nested ones.
    private static (string[] Arguments, int End) Arguments(string sql, int open, string name)
    {
        if (open == sql.Length || sql[open] != '(')
            return ([], open);
        var arguments = new List<string>();
        int depth = 0, begin = open + 1;
        for (int i = open; i < sql.Length; i++)
        {
            depth += sql[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0 || (depth == 1 && sql[i] == ','))
            {
                arguments.Add(sql[begin..i]);
                begin = i + 1;
            }
            if (depth == 0)
                return (arguments is [var only] && only.Trim().Length == 0 ? [] : [.. arguments], i + 1);
        }
        throw new FormatException($"the brackets of $__{name} are not closed");
    }

    private static string Between(string column, string from, string to) => $"{column} >= {from} AND {column} <= {to}";

    private static string DateAndTime(string[] arguments, TimeWindow window, long interval) =>
        $"({Between(arguments[0], Date(window.From), Date(window.To))}) AND ({Between(arguments[1], Second(window.From), Second(window.To))})";

    private static string Second(DateTimeOffset time) => $"toDateTime({Number(time.ToUnixTimeSeconds())})";

    private static string Millisecond(DateTimeOffset time) => $"fromUnixTimestamp64Milli({Number(time.ToUnixTimeMilliseconds())})";

    private static string Date(DateTimeOffset time) => $"toDate('{time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}')";

    // As 5m, 1h30m or 90s.
    private static long Seconds(string text)
    {
        double seconds = 0;
        string rest = text.Trim().Trim('\'', '"');
        while (rest.Length > 0)
        {
            string digits = string.Concat(rest.TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.'));
            string unit = string.Concat(rest[digits.Length..].TakeWhile(char.IsAsciiLetter));
            double length = unit switch { "ms" => 0.001, "s" => 1, "m" => 60, "h" => 3600, _ => double.NaN };
            if (!double.TryParse(digits, CultureInfo.InvariantCulture, out double count) || double.IsNaN(length))
                throw new FormatException($"$__timeGroup: invalid interval \"{text.Trim()}\"");
            seconds += count * length;
            rest = rest[(digits.Length + unit.Length)..];
        }
        return Math.Round(seconds) > 0 ? (long)Math.Round(seconds) : throw new FormatException($"$__timeGroup: interval must be positive, got \"{text.Trim()}\"");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\$__(?<name>[A-Za-z0-9_]*)")] private static partial Regex MacroName();
}
