namespace TokenDashboard.Dashboards;

/// <summary>The SQL of the panels that show at which hours tokens are used, at the dashboard's UTC offset.</summary>
internal static class PatternQueries
{
    private const string DaySlot = "(second + " + PanelSql.Offset + ") / (SELECT size FROM day)";

    /// <summary>The size of a day in seconds, as PanelSql makes it, in a table of its own because the text stands in many places.</summary>
    private static string Day { get; } = $"day(size) AS MATERIALIZED (SELECT {PanelSql.DayStep})";

    /// <summary>
    /// Hours of each day as a heatmap takes them: a row for each day under the time at which it ends, a column for each hour. The day
    /// before the range is among them, because a heatmap needs two times to know how wide a cell is.
    /// </summary>
    internal static string TokensByDayAndHour { get; } = $"""
        WITH RECURSIVE {PanelRelations.Usage(step: "3600", users: false)},
        {Day},
        slots AS MATERIALIZED (
          SELECT {DaySlot} AS slot, {PanelSql.Slot} % 24 AS hour, SUM(total_tokens) AS tokens FROM usage GROUP BY 1, 2),
        days(slot) AS (
          SELECT ({PanelSql.From} + {PanelSql.Offset}) / size - 1 FROM day WHERE EXISTS (SELECT 1 FROM slots)
          UNION ALL
          SELECT slot + 1 FROM days CROSS JOIN day WHERE (slot + 1) * size - {PanelSql.Offset} < {PanelSql.To})
        SELECT
          CAST((slot + 1) * size - {PanelSql.Offset} AS INTEGER) AS time,
          {string.Join(",\n  ", Enumerable.Range(0, 24).Select(hour =>
              $"CAST(COALESCE(SUM(CASE WHEN hour = {hour} THEN tokens END), 0) AS INTEGER) AS \"{hour:00}:00\""))}
        FROM days CROSS JOIN day LEFT JOIN slots USING (slot)
        GROUP BY slot
        ORDER BY slot
        """;

    /// <summary>What the colours of the weekly pattern stand for: parts of the tokens of the busiest hour of the week.</summary>
    internal static string ScaleOfWeek { get; } = $"""
        WITH {PanelRelations.Usage(step: "3600", users: false)},
        slots AS MATERIALIZED (
          SELECT {PanelSql.Slot} % 168 AS hour, SUM(total_tokens) AS tokens FROM usage GROUP BY 1)
        SELECT
          {string.Join(",\n  ", Enumerable.Range(0, 6).Select(part =>
              $"CAST(MAX(tokens) * {part} / 5 AS INTEGER) AS \"{(part == 5 ? "Busiest hour" : $"{part * 20} %")}\""))}
        FROM slots HAVING COUNT(*) > 0
        """;
}
