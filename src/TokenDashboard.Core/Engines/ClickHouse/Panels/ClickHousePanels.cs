using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

using static TokenDashboard.Engines.ClickHouse.Panels.ClickHouseExpressions;

namespace TokenDashboard.Engines.ClickHouse.Panels;

/// <summary>
/// The ClickHouse engine of dashboards and alert rules. Panels read the table directly. Hidden variables contain the parts that several panels use: the
/// condition that selects requests, the start of a bucket, and the previous period.
/// </summary>
internal sealed class ClickHousePanels : IPanelEngine
{
    private static readonly string[] NameColumns = ["source", "provider", "model", "user"];

    public DataSourcePlugin Plugin => DataSourcePlugin.ClickHouse;

    public IReadOnlyList<QueryVariable> Names { get; } =
    [
        OfNames("source", "Source", "The sources that were synchronized."),
        OfNames("provider", "Provider", "The providers of all requests."),
        OfNames("model", "Model", "The models of the selected providers.", $" WHERE {IsAll("provider")} OR has({Values("provider")}, {Known("provider")})"),
        OfNames("user", "User", "The users of all requests."),
    ];

    public DataSourceQuery CountQuery => new ClickHouseQuery($"SELECT count() AS requests FROM {RequestTable.Name}");

    public IReadOnlyList<QueryVariable> Relations(IReadOnlyList<TimeZoneInfo> zones, bool singleRequests = false) =>
        [Chosen(singleRequests), Users(singleRequests), Step, BucketStart, Times, Previous];

    public DataSourceQuery Write(PanelQuery query) => ClickHousePanelSql.Write(query);

    public DataSourceQuery Write(AlertRule rule) => new ClickHouseQuery(ClickHouseAlertSql.Of(rule)) { SeriesByLabel = true };

    // The bucket size, as SQL whose names the rest of a query uses.
    private static string Size { get; } = $$"""
        WITH dateDiff('second', $__fromTime, $__toTime) AS seconds, ${zone:sqlstring} AS zone,
          if(${bucket:raw} > 0, ${bucket:raw}, arrayFirst(length -> length * {{PanelLimits.MaxAutomaticBuckets}} >= seconds OR length = {{PanelLimits.AutomaticBuckets[^1]}}, [{{string.Join(", ", PanelLimits.AutomaticBuckets)}}])) AS size,
          size * (1 + intDiv(seconds, size * {{PanelLimits.MaxBuckets}})) AS enlarged,
          toString(if(enlarged <= 900, enlarged, intDiv(enlarged + 899, 900) * 900)) AS step
        """;

    private static QueryVariable Step { get; } = Hidden(
        "step",
        "The time in seconds that rows of usage do not span: the bucket size, or 0 for whole UTC days. The buckets of another time zone consist of quarter-hours.",
        $"{Size}\nSELECT multiIf(zone != 'UTC', toString(least({UsageTables.Quarter}, toInt64(step))), toInt64(step) % {UsageTables.Day} = 0, '0', step) AS step_of_sums");

    private static QueryVariable BucketStart { get; } = Hidden(
        "bucket_start",
        "The start of the bucket of a request.",
        $$"""
        {{Size}},
          concat('timezoneOffset(toTimeZone(time, ''', zone, '''))') AS utc_offset,
          concat('intDiv(toUnixTimestamp(time) + ', utc_offset, ', ', step, ') * ', step) AS local
        SELECT if(zone = 'UTC',
          concat('toDateTime(intDiv(toUnixTimestamp(time), ', step, ') * ', step, ')'),
          concat('toDateTime(', local, ' - timezoneOffset(toDateTime(', local, ' - ', utc_offset, ', ''', zone, ''')))')) AS bucket_start
        """);

    private static QueryVariable Times { get; } = Hidden(
        "times",
        "The start of each bucket of the time range, and the time of its bar, at least half a bucket before the next one, as Grafana draws all bars with the smallest distance.",
        $$"""
        {{Size}}
        SELECT concat('(SELECT DISTINCT greatest(', {{Macro("fromTime")}}, ', ', ${bucket_start:sqlstring}, ') AS bucket, least(bucket, ', ${bucket_start:sqlstring}, ' + intDiv(', step, ', 2)) AS bar_time FROM (
          SELECT toDateTime(arrayJoin(arrayPushBack(range(toUnixTimestamp(', {{Macro("fromTime")}}, '), toUnixTimestamp(', {{Macro("toTime")}}, '), 60), toUnixTimestamp(', {{Macro("toTime")}}, ') - 1))) AS time))') AS times
        """);

    // The table covers the previous period if the period begins after the quarter-hour of the first request.
    private static QueryVariable Previous { get; } = Hidden(
        "previous",
        "The previous period of equal length. It is empty if the table does not cover that period.",
        $"""
        SELECT if(intDiv(min({Measures.FirstTicks.Name}), 900000000) * 900 + 900 <= toUnixTimestamp($__fromTime) - dateDiff('second', $__fromTime, $__toTime),
          concat('since = toUnixTimestamp(', {Macro("fromTime")}, ') - dateDiff(''second'', ', {Macro("fromTime")}, ', ', {Macro("toTime")}, '), until = toUnixTimestamp(', {Macro("fromTime")}, ')'), 'since = 0, until = 0') AS previous
        FROM {UsageTables.All()}
        WHERE toYYYYMM(time) > 190001
        """);

    private static QueryVariable Users(bool singleRequests)
    {
        string single = singleRequests ? $"if({Values("transaction")} != [''] OR toInt64OrZero({Values("min_tokens")}[1]) > 0, 2, 0)" : "0";
        return Hidden("users", "The detail to read: 0 without users, 1 with users, 2 single requests.", $"SELECT toString(greatest({single}, if({IsAll("user")}, 0, 1))) AS users");
    }

    private static QueryVariable Chosen(bool singleRequests)
    {
        // The stored names that are displayed as a selected name, because conditions on stored names use the order of the table.
        string stored = $"arrayFilter(text -> {Known("text")} = name, [name, {Stored("name")}])";
        IEnumerable<string> conditions = NameColumns.Select(name => $"if({IsAll(name)}, '', concat(' AND {name} IN ', {Literal($"arrayFlatten(arrayMap(name -> {stored}, {Values(name)}))")}))");
        if (singleRequests)
        {
            string transaction = $"{Values("transaction")}", tokens = $"toInt64OrZero({Values("min_tokens")}[1])";
            conditions = conditions.Append($"if({transaction} = [''], '', concat(' AND transaction_id IN ', {Literal(transaction)}))")
                .Append($"if({tokens} > 0, concat(' AND total_tokens >= ', toString({tokens})), '')");
        }
        return Hidden("chosen", "The condition that results from the other variables.", $"SELECT concat('1',\n  {string.Join(",\n  ", conditions)}) AS chosen");
    }

    // The browser inserts names in an encoding without quotes and backslashes, which SQL could misinterpret.
    private static string Values(string variable) =>
        $"arrayMap(part -> decodeURLComponent(substring(part, {"var-=".Length + variable.Length + 1})), splitByChar('&', '${{{variable}:queryparam}}'))";

    private static string IsAll(string variable) => $"{Values(variable)} = [concat('$', '__all')]";

    // Text must not contain a macro.
    private static string Literal(string texts) => $@"replaceAll(toString({texts}), '$', '\\x24')";

    // The plugin would replace it in this query.
    private static string Macro(string name) => $"'$', '__{name}'";

    private static QueryVariable OfNames(string name, string label, string description, string condition = "") =>
        new(
            name,
            label,
            description,
            $"SELECT {Known("text")} AS name FROM (SELECT DISTINCT {name} AS text FROM {(name == "source" ? UsageTables.Days : UsageTables.All(name == "user"))}{condition}) "
                + $"WHERE position(text, concat('$', '__')) = 0 ORDER BY name LIMIT {PanelLimits.MaxNames}",
            "1")
        {
            Plugin = DataSourcePlugin.ClickHouse,
        };

    private static QueryVariable Hidden(string name, string description, string sql) =>
        new(name, name, description, sql, "") { Hidden = true, Multiple = false, Plugin = DataSourcePlugin.ClickHouse };
}
