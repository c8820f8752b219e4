using TokenDashboard.Store.Rollups;

namespace TokenDashboard.Dashboards;

/// <summary>
/// What the SQL of all panels has in common beside what it reads (<see cref="PanelRelations"/>): how time is cut into buckets, and how a
/// long tail of names is folded into one. The parts are common table expressions, to be joined with commas after <c>WITH RECURSIVE</c>.
/// Grafana's variables provider, model, user, bucket and utc_offset must exist.
/// </summary>
internal static class PanelSql
{
    /// <summary>The name of an unknown user, model or provider, in panels and in the variables' lists.</summary>
    internal const string Unknown = "(none)";

    /// <summary>The name under which the names below the top are added up.</summary>
    internal const string Other = "(other)";

    /// <summary>The second at which the time range begins. The plugin replaces $__from by milliseconds.</summary>
    internal const string From = "$__from / 1000";

    /// <summary>The second at which the time range ends, not in it.</summary>
    internal const string To = "$__to / 1000";

    /// <summary>Seconds to add to UTC for the days and hours of the chosen zone. In brackets, because it may be negative.</summary>
    internal const string Offset = "(${utc_offset:raw})";

    /// <summary>
    /// What a variable stands for while all is chosen. Grafana quotes chosen texts but not this, and SQLite's TRUE is a number, which no
    /// quoted text equals: not even a user named TRUE is mistaken for it.
    /// </summary>
    internal const string AllValue = "TRUE";

    /// <summary>The most buckets a panel shows. A smaller bucket is enlarged to a multiple of itself that keeps to this.</summary>
    internal const int MaxBuckets = 1000;

    private const int MaxAutomaticBuckets = 120;

    /// <summary>The second at which the period of equal length before the time range begins.</summary>
    internal const string PreviousFrom = From + " * 2 - " + To;

    /// <summary>
    /// The size of a bucket in seconds: the chosen one; by itself the smallest that makes at most 120 buckets, or a day. One that is
    /// enlarged beyond a quarter of an hour is made of whole quarters, for which sums are kept.
    /// </summary>
    internal static string BucketStep { get; } = $$"""
        (SELECT CASE WHEN enlarged <= {{RollupLevels.QuarterSeconds}} THEN enlarged
            ELSE (enlarged + {{RollupLevels.QuarterSeconds - 1}}) / {{RollupLevels.QuarterSeconds}} * {{RollupLevels.QuarterSeconds}} END
          FROM (SELECT size * (1 + ({{To}} - {{From}}) / (size * {{MaxBuckets}})) AS enlarged FROM (SELECT CASE WHEN ${bucket:raw} > 0 THEN ${bucket:raw} ELSE COALESCE(
            (SELECT MIN(column1) FROM (VALUES (60), (300), (900), (1800), (3600), (10800), (21600), (43200))
             WHERE column1 * {{MaxAutomaticBuckets}} >= {{To}} - {{From}}), 86400) END AS size)))
        """;

    /// <summary>The size of a day, enlarged to several days where there would be too many.</summary>
    internal static string DayStep { get; } = $"86400 * (1 + ({To} - {From}) / (86400 * {MaxBuckets}))";

    /// <summary>The bucket of a row, as a running number.</summary>
    internal const string Slot = "(second + " + Offset + ") / (SELECT step FROM scope)";

    /// <summary>The bucket in which the time range begins.</summary>
    internal const string FirstSlot = "(" + From + " + " + Offset + ") / (SELECT step FROM scope)";

    /// <summary>The second at which a bucket begins; needs <c>slot</c> and <c>scope</c>.</summary>
    internal const string SlotStart = "slot * step - " + Offset;

    /// <summary>The second at which a bucket or the time range ends; needs <c>slot</c> and <c>scope</c>.</summary>
    internal const string SlotEnd = "MIN(" + SlotStart + " + step, " + To + ")";

    /// <summary>
    /// <c>bucket(slot)</c>: every bucket of the time range, so that a bucket without requests is drawn as zero. There is none when
    /// <c>slots</c>, what panels have by bucket, has no rows, and none that lies in the future, unless requests do.
    /// </summary>
    internal static string Buckets { get; } = $$"""
        bucket(slot) AS (
          SELECT {{FirstSlot}} WHERE EXISTS (SELECT 1 FROM slots)
          UNION ALL
          SELECT slot + 1 FROM bucket CROSS JOIN scope
          WHERE (slot + 1) * step - {{Offset}} < {{To}}
            AND ((slot + 1) * step - {{Offset}} <= unixepoch('now') OR slot < (SELECT MAX(slots.slot) FROM slots)))
        """;

    /// <summary>
    /// <c>weighed</c>: the rows of <c>latency</c> in groups, with how many requests of the group took no longer and how many there are,
    /// for <see cref="Percentile"/>.
    /// </summary>
    /// <param name="group">The columns, with names, that make a group.</param>
    /// <param name="names">Their names.</param>
    /// <param name="condition">Which rows of <c>latency</c> count.</param>
    /// <param name="source"><c>latency</c>, alone or joined with others.</param>
    internal static string Weighed(string group, string names, string condition = "TRUE", string source = "latency") => $"""
        weighed AS MATERIALIZED (
          SELECT {names}, duration_ms,
            SUM(requests) OVER (PARTITION BY {names} ORDER BY duration_ms ROWS UNBOUNDED PRECEDING) AS no_longer,
            SUM(requests) OVER (PARTITION BY {names}) AS all_requests
          FROM (SELECT {group}, duration_ms, SUM(requests) AS requests FROM {source} WHERE {condition} GROUP BY {names}, duration_ms))
        """;

    /// <summary>A percentile of a group of <see cref="Weighed"/> by nearest rank, as the commands give it.</summary>
    internal static string Percentile(int percent) => $"CAST(MIN(CASE WHEN no_longer * 100 >= all_requests * {percent} THEN duration_ms END) AS REAL)";

    /// <summary><c>ranked</c>: the rows of a table with the columns name and tokens, with their place by tokens.</summary>
    internal static string Ranked(string table) => $"""
        ranked AS MATERIALIZED (
          SELECT *, ROW_NUMBER() OVER (ORDER BY tokens DESC, name) AS place FROM {table})
        """;

    /// <summary>The name of a row of <see cref="Ranked"/>, or <see cref="Other"/> below the top.</summary>
    internal static string TopName(int top) => $"CASE WHEN place <= {top} THEN name ELSE '{Other}' END";

    /// <summary>A name as panels show it and variables choose it.</summary>
    internal static string Known(string expression) => $"COALESCE(NULLIF({expression}, ''), '{Unknown}')";

    /// <summary>
    /// Whether a name can be chosen: SQL ends at a character with the number 0, Grafana takes <c>$__all</c> for all, and the plugin replaces
    /// <c>$__from</c> and its like in a name as in the query.
    /// </summary>
    internal static string Choosable(string name) => $"instr({name}, '$' || '__') = 0 AND instr({name}, char(0)) = 0";

    /// <summary>
    /// Whether a multi-value variable chooses a name. From version 10.2 on Grafana's <c>:sqlstring</c> also puts a backslash before a
    /// double quote, which means nothing to SQLite, so names are compared in both spellings.
    /// </summary>
    internal static string Chosen(string variable, string name)
    {
        string list = "${" + variable + ":sqlstring}";
        return $"""({AllValue} IN ({list}) OR {name} IN ({list}) OR replace({name}, '"', '\"') IN ({list}))""";
    }
}
