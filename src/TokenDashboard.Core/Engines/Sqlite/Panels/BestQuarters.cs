using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>
/// Finds the 500 largest or slowest requests without reading all of them. One of these lies in a quarter of an hour that is among the best by
/// its largest request, and this quarter in a day that is among the best, for the same group. A day that is stale, or of which requests were
/// removed, counts requests that are no longer there, so its quarters are compared themselves.
/// </summary>
internal static class BestQuarters
{
    private const int Day = RollupLevels.DaySeconds;
    private const int Quarter = RollupLevels.QuarterSeconds;

    /// <summary>
    /// <c>best(start, most)</c>: the quarters to read; <c>bound(most)</c>: what each of the 500 requests has at least, NULL where there are fewer.
    /// They need <c>parameter</c>, <c>scope</c>, <c>chosen_group</c> and <see cref="RollupPlanner.State"/>.
    /// </summary>
    internal static string Relations => $$"""
        whole(first, last) AS MATERIALIZED (
          SELECT CASE WHEN EXISTS (SELECT 1 FROM {{RollupSchema.Stale}} WHERE level > {{RollupLevel.Quarter:D}}) THEN last ELSE MIN(first, last) END, last
          FROM (SELECT MAX((since + {{Day - 1}}) / {{Day}} * {{Day}},
              COALESCE((SELECT MAX(start) / {{Day}} * {{Day}} + {{Day}} FROM {{RollupSchema.Sums}} WHERE level = {{RollupLevel.RemovedQuarter:D}}), since)) AS first,
            MAX(until / {{Day}} * {{Day}}, since) AS last FROM scope)),
        best_day(start, group_id) AS MATERIALIZED (
          SELECT start, group_id FROM parameter CROSS JOIN whole CROSS JOIN {{RollupSchema.Sums}}
          WHERE grain IN ('largest', 'slowest') AND level = {{RollupLevel.Day:D}} AND start >= first AND start < last
            AND group_id IN (SELECT group_id FROM chosen_group) AND (SELECT is_usable FROM rollup_state)
          ORDER BY {{OfGrain(Measures.MaxTotalTokens.Name, Measures.MaxDurationMs.Name)}} DESC LIMIT {{UsageRelations.NewestRows}}),
        part_of_day(second) AS (VALUES (0) UNION ALL SELECT second + {{Quarter}} FROM part_of_day WHERE second < {{Day - Quarter}}),
        best(start, most) AS MATERIALIZED (
          SELECT quarter.start, {{Most}} AS most
          FROM best_day CROSS JOIN part_of_day CROSS JOIN {{RollupSchema.Sums}} AS quarter
            ON level = {{RollupLevel.Quarter:D}} AND quarter.start = best_day.start + second AND quarter.group_id = best_day.group_id
          WHERE NOT {{RollupPlanner.IsStale("quarter")}}
          UNION ALL
          SELECT quarter.start, {{Most}}
          FROM parameter CROSS JOIN (SELECT since AS begin, first AS end FROM scope CROSS JOIN whole UNION ALL SELECT last, until FROM scope CROSS JOIN whole)
            CROSS JOIN {{RollupSchema.Sums}} AS quarter ON level = {{RollupLevel.Quarter:D}} AND quarter.start >= begin AND quarter.start + {{Quarter}} <= end
          WHERE grain IN ('largest', 'slowest') AND group_id IN (SELECT group_id FROM chosen_group) AND (SELECT is_usable FROM rollup_state) AND NOT {{RollupPlanner.IsStale("quarter")}}
          ORDER BY most DESC LIMIT {{UsageRelations.NewestRows}}),
        bound(most) AS MATERIALIZED (SELECT CASE WHEN COUNT(*) = {{UsageRelations.NewestRows}} AND NOT «singly» THEN MIN(most) END FROM best)
        """;

    private static string Most => OfGrain($"quarter.{Measures.MaxTotalTokens.Name}", $"quarter.{Measures.MaxDurationMs.Name}");

    /// <summary>The condition that a request has as much as the bound.</summary>
    /// <param name="tokens">Its total tokens.</param>
    /// <param name="duration">Its duration.</param>
    internal static string Reaches(string tokens, string duration) => $"((SELECT most FROM bound) IS NULL OR {OfGrain(tokens, duration)} >= (SELECT most FROM bound))";

    private static string OfGrain(string tokens, string duration) => $"CASE (SELECT grain FROM parameter) WHEN 'largest' THEN {tokens} ELSE {duration} END";
}
