using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>
/// The macros of the plugin grafana-clickhouse-datasource, as version 4.20 replaces them
/// (https://github.com/grafana/clickhouse-datasource, pkg/macros/macros.go). Both ends of a time range are inclusive, and unknown names stay unchanged.
/// </summary>
internal sealed class ClickHouseMacros(TimeWindow window, long interval)
{
    /// <summary>The SQL that is run for the text from the browser. The interval of a point is in milliseconds.</summary>
    /// <exception cref="PluginException">The plugin does not accept a macro, the macro is not emulated, or the text becomes too long.</exception>
    internal static string Apply(string sql, TimeWindow window, long interval)
    {
        if (!sql.Contains("$__", StringComparison.Ordinal))
            return sql;
        string text = ClickHouseText.WithoutComments(sql);
        return ClickHouseMacroCall.RewritingIn(text).FirstOrDefault() is { } name ? throw NotEmulated(name) : new ClickHouseMacros(window, interval).Apply(text, 0);
    }

    private string Apply(string sql, int depth)
    {
        if (depth > ClickHouseMacroCall.Deepest)
            throw new PluginException($"macro nesting exceeds {ClickHouseMacroCall.Deepest} levels");
        return SqlText.Replaced(sql, ClickHouseMacroCall.In(sql).Select(call => (call.Index, call.End - call.Index, Replacement(call, depth))))
            ?? throw new PluginException($"With its macros, the text has more than {SqlText.MaxLength} characters", DashboardRules.QueryTooLong);
    }

    private string Replacement(ClickHouseMacroCall call, int depth)
    {
        string[] arguments = [.. call.Arguments.Select(argument => Apply(argument, depth + 1))];
        return call.Problem is { } problem ? throw new PluginException(problem) : Replacement(call.Name, arguments);
    }

    private string Replacement(string name, string[] arguments) => name switch
    {
        "fromTime" => Second(window.From),
        "toTime" => Second(window.To),
        "fromTime_ms" => Millisecond(window.From),
        "toTime_ms" => Millisecond(window.To),
        "interval_s" => Number(Seconds),
        "timeFrom" => $"{arguments[0]} >= {Second(window.From)}",
        "timeTo" => $"{arguments[0]} <= {Second(window.To)}",
        "timeFilter" => Between(arguments[0], Second),
        "timeFilter_ms" => Between(arguments[0], Millisecond),
        "dateFilter" => Between(arguments[0], Date),
        "dateTimeFilter" or "dt" => $"({Between(arguments[0], Date)}) AND ({Between(arguments[1], Second)})",
        "timeInterval" => $"toStartOfInterval(toDateTime({arguments[0]}), INTERVAL {Number(Seconds)} second)",
        "timeInterval_ms" => $"toStartOfInterval(toDateTime64({arguments[0]}, 3), INTERVAL {Number(Math.Max(interval, 1))} millisecond)",
        "timeGroup" => $"toStartOfInterval(toDateTime({arguments[0]}), INTERVAL {Number(Length(arguments[1]))} second)",
        _ => throw NotEmulated(name),
    };

    private long Seconds => Math.Max(interval / 1000, 1);

    private string Between(string column, Func<DateTimeOffset, string> write) => $"{column} >= {write(window.From)} AND {column} <= {write(window.To)}";

    private static string Second(DateTimeOffset time) => $"toDateTime({Number(time.ToUnixTimeSeconds())})";

    private static string Millisecond(DateTimeOffset time) => $"fromUnixTimestamp64Milli({Number(time.ToUnixTimeMilliseconds())})";

    private static string Date(DateTimeOffset time) => $"toDate('{time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}')";

    // In seconds, from a text such as 5m, 1h30m or 90s.
    private static long Length(string text)
    {
        double seconds = 0;
        string rest = text.Trim().Trim('\'', '"');
        while (rest.Length > 0)
        {
            string digits = string.Concat(rest.TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.'));
            string unit = string.Concat(rest[digits.Length..].TakeWhile(char.IsAsciiLetter));
            double length = unit switch { "ms" => 0.001, "s" => 1, "m" => 60, "h" => 3600, _ => double.NaN };
            if (!double.TryParse(digits, CultureInfo.InvariantCulture, out double count) || double.IsNaN(length))
                throw new PluginException($"$__timeGroup: invalid interval \"{text.Trim()}\"");
            seconds += count * length;
            rest = rest[(digits.Length + unit.Length)..];
        }
        return Math.Round(seconds) > 0 ? (long)Math.Round(seconds) : throw new PluginException($"$__timeGroup: interval must be positive, got \"{text.Trim()}\"");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static PluginException NotEmulated(string name) => new($"The query uses the macro $__{name}, and was not run", DashboardRules.QueryNotEmulated);
}
