using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>
/// The scope of a relation, as a query: its start and end, the shift of its times, and the length of its buckets on the local
/// clock, or 0 for none. A query that reads the store must run only once even if the relation uses it several times.
/// </summary>
internal sealed record RelationScope(string Sql, bool ReadsStore = false)
{
    public static RelationScope WholeRange => new("SELECT since, until, 0, 0 FROM selected");
    public static RelationScope Buckets => new($"SELECT since, until, 0, {BucketSize} FROM selected");
    public static RelationScope Hours => new("SELECT since, until, 0, 3600 FROM selected");
    public static RelationScope Days => new($"SELECT since, until, 0, 86400 * (1 + (until - since) / (86400 * {PanelLimits.MaxBuckets})) FROM selected");

    /// <summary>The end of the time range that contains its newest requests.</summary>
    public static RelationScope Newest => new("SELECT (SELECT second FROM newest), until, 0, 0 FROM selected", ReadsStore: true);

    /// <summary>The end of the time range that contains its newest interrupted streams.</summary>
    public static RelationScope NewestInterrupted => new("SELECT (SELECT second FROM newest_interrupted), until, 0, 0 FROM selected", ReadsStore: true);

    /// <summary>The previous period of equal length, with times shifted to the time range.</summary>
    // A comparison with a period that the store covers only in part would be wrong. Of removed requests, only whole quarter-hours are known.
    public static RelationScope Previous => new(
        $"""
        SELECT since * 2 - until, CASE WHEN (SELECT second FROM first_known) / {RollupLevels.QuarterSeconds} * {RollupLevels.QuarterSeconds} + {RollupLevels.QuarterSeconds} <= since * 2 - until
            THEN since ELSE since * 2 - until END, until - since, {BucketSize} FROM selected
        """,
        ReadsStore: true);

    /// <summary>From the beginning of the month, on the local clock, in which the time range ends, or from the first day in UTC that the store covers.</summary>
    public static RelationScope Month => new(
        $"""
        SELECT MAX({StartOfMonth("")},
          COALESCE((SELECT second FROM first_known) / {RollupLevels.DaySeconds} * {RollupLevels.DaySeconds}, 0)), until, 0, 0 FROM selected
        """,
        ReadsStore: true);

    /// <summary>The end of the calendar month, on the local clock, in which the time range ends.</summary>
    internal static string EndOfMonth => $"(SELECT {StartOfMonth(", '+1 month'")} FROM selected)";

    private static string StartOfMonth(string later) => $"""
        (SELECT start - utc_offset FROM clock CROSS JOIN (
              SELECT unixepoch(selected.until - 1 + utc_offset, 'unixepoch', 'start of month'{later}) AS start
              FROM clock WHERE selected.until - 1 >= clock.since AND selected.until - 1 < clock.until)
            WHERE start - utc_offset >= clock.since AND start - utc_offset < clock.until)
        """;

    private static string BucketSize => $$"""
        (SELECT CASE WHEN enlarged <= {{RollupLevels.QuarterSeconds}} THEN enlarged
            ELSE (enlarged + {{RollupLevels.QuarterSeconds - 1}}) / {{RollupLevels.QuarterSeconds}} * {{RollupLevels.QuarterSeconds}} END
          FROM (SELECT size * (1 + (until - since) / (size * {{PanelLimits.MaxBuckets}})) AS enlarged FROM (SELECT CASE WHEN ${bucket:raw} > 0 THEN ${bucket:raw} ELSE COALESCE(
            (SELECT MIN(column1) FROM (VALUES {{string.Join(", ", PanelLimits.AutomaticBuckets.SkipLast(1).Select(length => $"({length})"))}})
             WHERE column1 * {{PanelLimits.MaxAutomaticBuckets}} >= until - since), {{PanelLimits.AutomaticBuckets[^1]}}) END AS size)))
        """;
}
