namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>
/// The planner: selects the rollups for a time range, and the gaps in which requests must be read. It is SQL, so that Grafana's
/// panels and the commands use the same planner. A statement that begins with these common table expressions is one snapshot of the store.
/// </summary>
internal static class RollupPlanner
{
    /// <summary>The smallest row id, which means no watermark.</summary>
    internal const string FirstRow = "-9223372036854775808";

    /// <summary>The largest row id.</summary>
    internal const string LastRow = "9223372036854775807";

    /// <summary>Only single requests are read.</summary>
    internal const int EveryRequest = 1;

    /// <summary>Single requests are read, and the rollups of removed requests.</summary>
    internal const int RequestsAndRemoved = 2;

    /// <summary><c>rollup_state(watermark, is_usable)</c>: the last row in the rollups, and whether they are usable.</summary>
    internal static string State { get; } = $"""
        rollup_state(watermark, is_usable) AS MATERIALIZED (
          SELECT COALESCE(MAX(NULLIF(watermark, 0)), {FirstRow}), COUNT(*) FROM {RollupSchema.State}
          WHERE format = {RollupSchema.Format}
            AND {RollupSchema.IsProven})
        """;

    /// <summary>
    /// <see cref="State"/>, then <c>piece(level, start, end, first)</c>: the rollups to read, from one second to another;
    /// <c>gap(first, last)</c>: the gaps in which requests are read. They require <c>segment(first, last, step, utc_offset)</c>, periods of whole seconds
    /// with one UTC offset each, whose buckets must not span a multiple of the step on the local clock (0 for no limit); and
    /// <c>reading(users, singly)</c>: whether users are distinguished, and whether single requests are read (0: no; <see cref="EveryRequest"/>: only
    /// requests; <see cref="RequestsAndRemoved"/>: requests, and the rollups of removed requests). Each segment is divided into whole
    /// weeks, whole days around them, then six hours, hours and quarter-hours, and gaps at its ends. If longer buckets fit into a step than between
    /// its multiples in UTC, each step is divided separately. No bucket is longer than the step allows, and while longer buckets are stale, only
    /// quarter-hours are used. Rollups of removed requests are quarter-hours, and count by their start.
    /// </summary>
    /// <param name="others">The other columns of the segments, which the pieces also have: each after a comma.</param>
    // SQLite copies a relation for each use. To limit this, each relation reads the previous one at most twice.
    internal static string Pieces(string others = "") => $"""
        {State},
        split(first, last, stop, bound, step, utc_offset{others}) AS (
          SELECT first, CASE bound WHEN step THEN last ELSE MIN(last, {RollupSchema.StartOf("(first + utc_offset)", "step")} + step - utc_offset) END, last, bound, step, utc_offset{others}
          FROM (SELECT *, CASE WHEN {IsDivided} THEN 0 ELSE step END AS bound FROM segment)
          UNION ALL
          SELECT last, MIN(last + step, stop), stop, bound, step, utc_offset{others} FROM split WHERE last < stop),
        aligned AS MATERIALIZED (
          SELECT split.*,
            CASE
              WHEN (SELECT singly FROM reading) OR is_usable = 0 OR first < 0 OR {Splits(RollupLevels.QuarterSeconds)} THEN 0
              WHEN {Splits(RollupLevels.HourSeconds)}
                OR EXISTS (SELECT 1 FROM {RollupSchema.Stale} WHERE level > {RollupLevel.Quarter:D} AND start > first - {RollupLevels.DaySeconds} AND start < last)
                THEN {RollupLevels.QuarterSeconds}
              WHEN {Splits(RollupLevels.SixHourSeconds)} THEN {RollupLevels.HourSeconds}
              WHEN {Splits(RollupLevels.DaySeconds)} THEN {RollupLevels.SixHourSeconds}
              WHEN {Splits(RollupLevels.WeekSeconds)} THEN {RollupLevels.DaySeconds}
              ELSE {RollupLevels.WeekSeconds} END AS longest
          FROM split CROSS JOIN rollup_state),
        {Whole("quarters", "aligned", "quarter", "first", "last", RollupLevels.QuarterSeconds)},
        {Whole("hours", "quarters", "hour", "first_quarter", "last_quarter", RollupLevels.HourSeconds)},
        {Whole("sixes", "hours", "six", "first_hour", "last_hour", RollupLevels.SixHourSeconds)},
        {Whole("days", "sixes", "day", "first_six", "last_six", RollupLevels.DaySeconds)},
        {Whole("weeks", "days", "week", "first_day", "last_day", RollupLevels.WeekSeconds)},
        cut AS MATERIALIZED (SELECT * FROM weeks),
        piece AS (
          SELECT CASE WHEN (SELECT users FROM reading) THEN column1 ELSE column2 END AS level,
            {Bound(0)} AS start,
            {Bound(1)} AS end,
            cut.*
          FROM cut CROSS JOIN (VALUES {string.Join(", ", Parts().Select(part => $"({part.Level:D}, {part.AllUsers:D}, {part.Part})"))})
          WHERE (SELECT singly FROM reading) <> {EveryRequest}),
        gap(first, last) AS MATERIALIZED (
          SELECT CASE part WHEN 0 THEN first WHEN 1 THEN last_quarter ELSE start END,
            CASE part WHEN 0 THEN first_quarter WHEN 1 THEN last ELSE start + {RollupLevels.QuarterSeconds} END
          FROM cut CROSS JOIN (
            SELECT column1 AS part, NULL AS start FROM (VALUES (0), (1))
            UNION ALL
            SELECT 2, start FROM {RollupSchema.Stale} WHERE level = {RollupLevel.Quarter:D})
          WHERE part < 2 OR start >= first_quarter AND start < first_hour OR start >= last_hour AND start < last_quarter)
        """;

    /// <summary>
    /// <c>row_range(first_row, last_row)</c>: the rows with the requests of some periods, without overlap, and the rows
    /// after the watermark. Other requests can be between them.
    /// </summary>
    /// <param name="stretches">The relation of the periods: <c>gap</c>, or another relation with its columns.</param>
    internal static string RowRanges(string stretches) => $"""
        row_range(first_row, last_row) AS (
          SELECT MAX(first_row, COALESCE(MAX(last_row) OVER (ORDER BY first_row, last_row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 1, first_row)), last_row
          FROM (
            SELECT first_row, last_row FROM {stretches} CROSS JOIN {RollupSchema.Rows} ON start > first - {RollupLevels.QuarterSeconds} AND start < last
            WHERE last_row <= (SELECT watermark FROM rollup_state)
            UNION ALL
            SELECT watermark + 1, {LastRow} FROM rollup_state))
        """;

    /// <summary>Whether a rollup row, given by its alias, must not be used because its quarter-hour is stale.</summary>
    internal static string IsStale(string rollup) =>
        $"({rollup}.level = {RollupLevel.Quarter:D} AND EXISTS (SELECT 1 FROM {RollupSchema.Stale} AS stale WHERE stale.level = {rollup}.level AND stale.start = {rollup}.start))";

    // A second after all others, with room for additions.
    private const string Never = "1000000000000000000";

    // The starts of the parts of a segment, and the end of the last one.
    private static string[] Bounds => ["first", "first_quarter", "first_hour", "first_six", "first_day", "first_week", "last_week", "last_day", "last_six", "last_hour", "last_quarter", "last"];

    private static string Bound(int offset) => $"CASE column3{string.Concat(Enumerable.Range(0, Bounds.Length - 1).Select(part => $" WHEN {part} THEN {Bounds[part + offset]}"))} END";

    /// <summary>The levels of the parts of a segment, with and without users.</summary>
    private static IEnumerable<(RollupLevel Level, RollupLevel AllUsers, int Part)> Parts() =>
    [
        (RollupLevel.Week, RollupLevel.DayAllUsers, 5),
        (RollupLevel.Day, RollupLevel.DayAllUsers, 4), (RollupLevel.Day, RollupLevel.DayAllUsers, 6),
        (RollupLevel.SixHours, RollupLevel.SixHoursAllUsers, 3), (RollupLevel.SixHours, RollupLevel.SixHoursAllUsers, 7),
        (RollupLevel.Hour, RollupLevel.HourAllUsers, 2), (RollupLevel.Hour, RollupLevel.HourAllUsers, 8),
        (RollupLevel.Quarter, RollupLevel.Quarter, 1), (RollupLevel.Quarter, RollupLevel.Quarter, 9),
        (RollupLevel.RemovedQuarter, RollupLevel.RemovedQuarter, 0), (RollupLevel.RemovedQuarter, RollupLevel.RemovedQuarter, 1),
        (RollupLevel.RemovedQuarter, RollupLevel.RemovedQuarter, 9), (RollupLevel.RemovedQuarter, RollupLevel.RemovedQuarter, 10),
    ];

    // Days of a clock that differs from UTC, and several hours of a clock that differs by a part of an hour.
    private static string IsDivided => $"step % {RollupLevels.DaySeconds} = 0 AND utc_offset % {RollupLevels.DaySeconds} <> 0 "
        + $"OR step > {RollupLevels.HourSeconds} AND utc_offset % {RollupLevels.HourSeconds} <> 0";

    /// <summary>Whether multiples of the step are inside buckets of a length.</summary>
    private static string Splits(int length) => $"bound % {length} <> 0 OR bound > 0 AND utc_offset % {length} <> 0";

    /// <summary>
    /// Adds to a relation the start of the first whole bucket of a length and the end of the last one. Both are the end of the segment if there is no
    /// whole bucket, or if this length must not be used.
    /// </summary>
    // Without a hint, SQLite computes each from the other instead of materializing them.
    private static string Whole(string name, string outer, string piece, string first, string last, int length)
    {
        string start = $"MIN(({first} + {length - 1}) / {length} * {length} + (longest < {length}) * {Never}, {last})";
        return $"""
            {name} AS (SELECT *, {start} AS first_{piece}, MAX({start}, {RollupSchema.StartOf(last, length)}) AS last_{piece} FROM {outer})
            """;
    }
}
