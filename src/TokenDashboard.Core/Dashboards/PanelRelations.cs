using System.Globalization;
using TokenDashboard.Store.Rollups;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Dashboards;

/// <summary>
/// What panels read: <c>request</c>, single requests; <c>usage</c>, requests or sums of them; <c>latency</c>, durations and how many requests
/// took so long. All are of the time range and of what the variables choose. Where a store has rollups, sums come from their longest
/// pieces that fit, and requests are read only at the ends of the range and behind the watermark, found by row id because the table has no
/// index; elsewhere every row is read. Which of the two it is says the variable <see cref="Rollup"/>, since SQL cannot name a table that
/// may be missing: without rollups its value is the beginning of names that the SQL itself gives to empty relations.
/// The parts are common table expressions, to be joined with commas after <c>WITH RECURSIVE</c>.
/// </summary>
internal static class PanelRelations
{
    private const string Rollup = "${rollup:raw}";
    private const string WithoutRollup = "no_rollup";
    private const string FirstRow = "-9223372036854775808";
    private const string LastRow = "9223372036854775807";

    private static readonly string State = Named(RollupSchema.State);
    private static readonly string Groups = Named(RollupSchema.Groups);
    private static readonly string Sums = Named(RollupSchema.Sums);
    private static readonly string Rows = Named(RollupSchema.Rows);
    private static readonly string Stale = Named(RollupSchema.Stale);
    private static readonly string Bins = Named(RollupSchema.Bins);

    private static readonly string Chosen = ChosenOf("user", "model", "provider");

    private const string AllUsersChosen = PanelSql.AllValue + " IN (${user:sqlstring})";

    /// <summary>The variable that says whether the store has rollups.</summary>
    internal static QueryVariable Variable { get; } = new(
        "rollup",
        "Sums",
        "Where the sums of Optimize-TokenStore are read, if the store has them.",
        $"SELECT CASE WHEN EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '{RollupSchema.State}') THEN '{RollupSchema.Sums}' ELSE '{WithoutRollup}' END AS name",
        "")
    {
        Hidden = true,
        Multiple = false,
    };

    /// <summary>
    /// <c>scope</c> and <c>usage</c>, the relation of every panel that adds up. <c>scope(since, until, split, step, utc_offset)</c> has one
    /// row of whole seconds: what is read, [since, until); the second no row of <c>usage</c> may lie across; the size of the buckets that
    /// rows must not lie across either, seen at the UTC offset, or 0. A row of <c>usage</c> stands for one or more requests, so
    /// panels write <c>SUM(requests)</c> and <c>SUM(duration_ms) / SUM(timed_requests)</c>, never <c>COUNT(*)</c> or <c>AVG</c>.
    /// </summary>
    /// <param name="since">The second to read from.</param>
    /// <param name="step">The size of buckets in seconds.</param>
    /// <param name="users">Whether the panel tells users apart. Where it does not, <c>user</c> is not to be read.</param>
    internal static string Usage(string since = PanelSql.From, string step = "0", bool users = true) =>
        $"{Source(since, step, users)},\n{UsageRows}";

    /// <summary>
    /// <c>scope</c> as in <see cref="Usage"/>, and <c>latency</c>: durations, each with the number of requests that took so long, without
    /// requests whose duration is unknown. Those of sums are at most 1 % off.
    /// </summary>
    /// <param name="since">The second to read from.</param>
    /// <param name="step">The size of buckets in seconds.</param>
    /// <param name="users">Whether the panel tells users apart.</param>
    internal static string Latency(string since = PanelSql.From, string step = "0", bool users = true) =>
        $"{Source(since, step, users)},\n{LatencyRows}";

    /// <summary><see cref="Usage"/> and <see cref="Latency"/> of one <c>scope</c>.</summary>
    /// <param name="since">The second to read from.</param>
    /// <param name="users">Whether the panel tells users apart.</param>
    internal static string UsageAndLatency(string since = PanelSql.From, bool users = true) => $"{Usage(since, users: users)},\n{LatencyRows}";

    /// <summary>
    /// <c>scope</c> as in <see cref="Usage"/>, and <c>request</c>: all single requests of the time range, those whose rows were removed left
    /// out.
    /// </summary>
    /// <param name="gap">Where they are read: the <c>first</c> and the <c>last</c> second, for each stretch of time.</param>
    internal static string Requests(string gap = "SELECT since, until FROM scope") => $"""
        {Scope(PanelSql.From, "0")},
        {MissingTables},
        {Watermark},
        gap(first, last) AS MATERIALIZED (
          {gap}),
        {RequestRows(PanelSql.From, "TRUE")}
        """;

    /// <summary><c>scope</c> as in <see cref="Usage"/>, and its two halves: <c>request</c>, single requests, and <c>summed</c>, sums of others.</summary>
    /// <param name="step">The size of buckets in seconds.</param>
    /// <param name="singly">When all requests are to be in the first; the second has only removed ones then.</param>
    internal static string RequestsAndSums(string step, string singly) => Source(PanelSql.From, step, users: false, singly);

    /// <summary>The two halves of <see cref="Latency"/>: <c>request</c>, single requests, and <c>summed_latency</c>, durations of others.</summary>
    /// <param name="singly">When all requests are to be in the first; the second has only removed ones then.</param>
    internal static string RequestsAndLatency(string singly) => $"{Source(PanelSql.From, "0", users: false, singly)},\n{SummedLatency}";

    /// <summary>
    /// The end of the time range, for <see cref="Requests"/>, that has at least so many of its requests in it, if it has them: each row of sums
    /// stands for at least one.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="unless">When the whole range is needed.</param>
    /// <param name="condition">Which rows of sums have such requests.</param>
    internal static string NewestGap(int count, string unless, string condition = "TRUE") => $"""
        SELECT CASE WHEN {unless} THEN since ELSE COALESCE((
          SELECT start FROM {Sums} CROSS JOIN {Groups} ON id = group_id
          WHERE level = {Number(RollupLevel.Quarter)} AND start >= since AND start + {RollupLevels.QuarterSeconds} <= until
            AND (SELECT is_usable FROM rollup_state)
            AND NOT EXISTS (SELECT 1 FROM {Stale} AS stale WHERE stale.level = {Number(RollupLevel.Quarter)} AND stale.start = {Sums}.start)
            AND {ChosenOf(PanelSql.Known("user_id"), PanelSql.Known("model"), PanelSql.Known("provider"))}
            AND {condition}
          ORDER BY start DESC LIMIT 1 OFFSET {count - 1}), since) END, until FROM scope
        """;

    /// <summary>The names a variable offers: those in the rollups, and those of the newest requests that are not in them.</summary>
    /// <param name="name">The name as SQL over the columns of the table.</param>
    /// <param name="newest">How many of the newest requests are looked at.</param>
    /// <param name="limit">How many names are offered at most.</param>
    /// <param name="condition">Which names.</param>
    internal static string Names(string name, int newest, int limit, string condition = "TRUE") => $"""
        WITH {MissingTables},
        {Watermark}
        SELECT DISTINCT CAST({PanelSql.Known(name)} AS TEXT) AS name
        FROM (
          SELECT user_id, model, provider FROM {Groups} WHERE all_users = 0
          UNION ALL
          SELECT * FROM (
            SELECT user_id, model, provider FROM {TelemetrySql.Table}
            WHERE rowid > (SELECT watermark FROM rollup_state) ORDER BY rowid DESC LIMIT {newest}))
        WHERE {condition}
        LIMIT {limit}
        """;

    private static string Source(string since, string step, bool users, string singly = "FALSE") => $"""
        {Scope(since, step)},
        {MissingTables},
        {Watermark},
        {Pieces(users, singly)},
        {RequestRows(since, NotSummed)},
        {SumRows}
        """;

    private static string Scope(string since, string step) => $"""
        scope(since, until, split, step, utc_offset) AS MATERIALIZED (
          SELECT {since}, {PanelSql.To}, {PanelSql.From}, {step}, {PanelSql.Offset})
        """;

    private static readonly string MissingTables = string.Join(",\n",
        Missing(RollupSchema.State, "format, watermark, watermark_time"),
        Missing(RollupSchema.Groups, "id, all_users, user_id, model, provider, request_type"),
        Missing(RollupSchema.Sums, $"level, start, group_id, {RollupSchema.SumColumns}"),
        Missing(RollupSchema.Rows, "start, first_row, last_row"),
        Missing(RollupSchema.Stale, "level, start"),
        Missing(RollupSchema.Bins, "bin, duration_ms"));

    /// <summary>The last row that is summed up, and whether sums can be used at all; see <see cref="RollupSchema.ReadState"/>.</summary>
    private static readonly string Watermark = $"""
        rollup_state(watermark, is_usable) AS MATERIALIZED (
          SELECT COALESCE(MAX(NULLIF(watermark, 0)), {FirstRow}), COUNT(*) FROM {State}
          WHERE format = {RollupSchema.Format}
            AND (watermark_time IS NULL OR watermark_time IS (SELECT timestamp FROM {TelemetrySql.Table} WHERE rowid = watermark)))
        """;

    /// <summary>
    /// <c>piece(level, start, end, half, step, utc_offset)</c>: which sums are read, from one second to another; <c>gap(first, last)</c>: where
    /// requests are read one by one. Both halves of the scope are cut into whole days, whole hours around them, whole quarters around those,
    /// and what is left; but into nothing longer than a bucket allows, nor than quarters while sums of longer pieces are stale. Sums of
    /// removed requests are kept by quarters, and count by their beginning where requests are read.
    /// </summary>
    // SQLite copies a relation wherever another one reads it, and those that it reads with it. So that this does not multiply, each
    // relation here reads the one before it once or twice at most.
    private static string Pieces(bool users, string singly) => $"""
        half AS MATERIALIZED (
          SELECT CASE column1 WHEN 0 THEN since ELSE split END AS first, CASE column1 WHEN 0 THEN split ELSE until END AS last, step, utc_offset,
            CASE
              WHEN {singly} OR is_usable = 0 OR since < 0 OR {NotWhole(RollupLevels.QuarterSeconds)} THEN 0
              WHEN {NotWhole(RollupLevels.HourSeconds)}
                OR EXISTS (SELECT 1 FROM {Stale} WHERE level > {Number(RollupLevel.Quarter)} AND start > since - {RollupLevels.DaySeconds} AND start < until)
                THEN {RollupLevels.QuarterSeconds}
              WHEN {NotWhole(RollupLevels.DaySeconds)} THEN {RollupLevels.HourSeconds}
              ELSE {RollupLevels.DaySeconds} END AS longest
          FROM scope CROSS JOIN rollup_state CROSS JOIN (VALUES (0), (1))),
        {Whole("quarters", "half", "quarter", "first", "last", RollupLevels.QuarterSeconds)},
        {Whole("hours", "quarters", "hour", "first_quarter", "last_quarter", RollupLevels.HourSeconds)},
        {Whole("cut", "hours", "day", "first_hour", "last_hour", RollupLevels.DaySeconds)},
        piece(level, start, end, half, step, utc_offset) AS MATERIALIZED (
          SELECT column1,
            CASE column2 WHEN 0 THEN first WHEN 1 THEN first_quarter WHEN 2 THEN first_hour WHEN 3 THEN first_day WHEN 4 THEN last_day WHEN 5 THEN last_hour ELSE last_quarter END,
            CASE column2 WHEN 0 THEN first_quarter WHEN 1 THEN first_hour WHEN 2 THEN first_day WHEN 3 THEN last_day WHEN 4 THEN last_hour WHEN 5 THEN last_quarter ELSE last END,
            first, step, utc_offset
          FROM cut CROSS JOIN (VALUES {string.Join(", ", PieceParts(users).Select(piece => $"({piece.Level}, {piece.Part})"))})),
        gap(first, last) AS MATERIALIZED (
          SELECT CASE column1 WHEN 0 THEN first ELSE last_quarter END, CASE column1 WHEN 0 THEN first_quarter ELSE last END FROM cut CROSS JOIN (VALUES (0), (1))
          UNION ALL
          SELECT start, start + {RollupLevels.QuarterSeconds} FROM cut CROSS JOIN {Stale}
          WHERE level = {Number(RollupLevel.Quarter)} AND (start >= first_quarter AND start < first_hour OR start >= last_hour AND start < last_quarter))
        """;

    /// <summary>In which of the seven parts of a cut which sums are read.</summary>
    private static IEnumerable<(string Level, int Part)> PieceParts(bool users)
    {
        string day = Level(RollupLevel.Day, RollupLevel.DayAllUsers, users), hour = Level(RollupLevel.Hour, RollupLevel.HourAllUsers, users);
        string quarter = Number(RollupLevel.Quarter), removed = Number(RollupLevel.RemovedQuarter);
        return [(day, 3), (hour, 2), (hour, 4), (quarter, 1), (quarter, 5), (removed, 0), (removed, 1), (removed, 5), (removed, 6)];
    }

    /// <summary>Whether buckets would lie across pieces of a length.</summary>
    private static string NotWhole(int length) => $"step % {length} <> 0 OR step > 0 AND utc_offset % {length} <> 0";

    /// <summary>
    /// Adds to a relation where the first whole piece of a length begins and the last one ends; both are the end where there is none, or
    /// none of this length may be used.
    /// </summary>
    private static string Whole(string name, string outer, string piece, string first, string last, int length) => $"""
        {name} AS MATERIALIZED (
          SELECT *, MAX(first_{piece}, {last} / {length} * {length}) AS last_{piece}
          FROM (SELECT *, CASE WHEN longest >= {length} THEN MIN(({first} + {length - 1}) / {length} * {length}, {last}) ELSE {last} END AS first_{piece} FROM {outer}))
        """;

    /// <summary>
    /// <c>request</c>, by the rows in which the requests of the gaps are found, and those behind the watermark. Columns are named as in the
    /// table; users, models, providers and types are never empty, counts are never damaged, and a request whose time cannot be read is in no
    /// range. The second is read without its fraction, which SQLite would round, in the last half millisecond of a range up to a second
    /// outside it.
    /// </summary>
    private static string RequestRows(string since, string condition) => $$"""
        row_range(first_row, last_row) AS MATERIALIZED (
          SELECT MAX(first_row, COALESCE(MAX(last_row) OVER (ORDER BY first_row, last_row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 1, first_row)), last_row
          FROM (
            SELECT first_row, last_row FROM gap CROSS JOIN {{Rows}} ON start > first - {{RollupLevels.QuarterSeconds}} AND start < last
            WHERE last_row <= (SELECT watermark FROM rollup_state)
            UNION ALL
            SELECT watermark + 1, {{LastRow}} FROM rollup_state)),
        request AS NOT MATERIALIZED (
          SELECT * FROM (
            SELECT {{RequestColumns}}
            FROM row_range CROSS JOIN {{TelemetrySql.Table}} ON {{TelemetrySql.Table}}.rowid BETWEEN first_row AND last_row
            WHERE timestamp >= strftime('%Y-%m-%dT%H:%M:%S', {{since}}, 'unixepoch')
              AND timestamp < strftime('%Y-%m-%dT%H:%M:%S', {{PanelSql.To}}, 'unixepoch')
              AND {{TelemetrySql.TimestampReadable}})
          WHERE {{condition}} AND {{Chosen}})
        """;

    /// <summary>Whether a request is in none of the sums that are read: others lie between the rows of a gap.</summary>
    private const string NotSummed =
        "(stored_row > (SELECT watermark FROM rollup_state) OR EXISTS (SELECT 1 FROM gap WHERE second >= first AND second < last))";

    private static readonly string RequestColumns = $"""
        id, {TelemetrySql.Table}.rowid AS stored_row, timestamp, unixepoch(substr(timestamp, 1, 19)) AS second,
        {PanelSql.Known(TelemetrySql.User)} AS user,
        {PanelSql.Known(TelemetrySql.Model)} AS model,
        {PanelSql.Known(TelemetrySql.Provider)} AS provider,
        {PanelSql.Known(TelemetrySql.RequestType)} AS request_type,
        {TelemetrySql.Transaction} AS transaction_id,
        {TelemetrySql.PromptTokens} AS prompt_tokens,
        {TelemetrySql.CompletionTokens} AS completion_tokens,
        {TelemetrySql.TotalTokens} AS total_tokens,
        {TelemetrySql.DurationMs} AS duration_ms,
        {TelemetrySql.PolicyFailed} AS policy_failed,
        {TelemetrySql.InterruptedStream} AS interrupted_stream
        """;

    /// <summary>The requests of the whole table with the columns of <c>request</c>, to find some by their <c>stored_row</c>.</summary>
    internal static string StoredRequests { get; } = $"(SELECT {RequestColumns} FROM {TelemetrySql.Table})";

    /// <summary>
    /// <c>sum_row</c>: the rows of sums that the pieces name; <c>summed</c>: these added up, each with the second at which its bucket, or half
    /// of the scope, begins. Adding up by the number of a group before its names are looked up saves most of the time.
    /// </summary>
    private static readonly string SumRows = $"""
        chosen_group(group_id, user, model, provider, request_type) AS MATERIALIZED (
          SELECT * FROM (
            SELECT id,
              {PanelSql.Known("user_id")} AS user,
              {PanelSql.Known("model")} AS model,
              {PanelSql.Known("provider")} AS provider,
              {PanelSql.Known("request_type")} AS request_type
            FROM {Groups})
          WHERE {Chosen}),
        sum_row AS NOT MATERIALIZED (
          SELECT CASE WHEN step > 0 THEN MAX(half, (sums.start + utc_offset) / step * step - utc_offset) ELSE half END AS second, sums.*
          FROM piece CROSS JOIN {Sums} AS sums ON sums.level = piece.level AND sums.start >= piece.start AND sums.start < piece.end
          WHERE group_id IN (SELECT group_id FROM chosen_group) AND (sums.level <> {Number(RollupLevel.Quarter)}
            OR NOT EXISTS (SELECT 1 FROM {Stale} AS stale WHERE stale.level = sums.level AND stale.start = sums.start))),
        summed AS NOT MATERIALIZED (
          SELECT * FROM (
            SELECT second, group_id, SUM(requests) AS requests, SUM(prompt_tokens) AS prompt_tokens, SUM(completion_tokens) AS completion_tokens,
              SUM(total_tokens) AS total_tokens, SUM(policy_failures) AS policy_failures, SUM(interrupted_streams) AS interrupted_streams,
              SUM(timed_requests) AS timed_requests, SUM(duration_ms) AS duration_ms, MAX(max_duration_ms) AS max_duration_ms,
              MIN(first_ticks) AS first_ticks, MAX(last_ticks) AS last_ticks
            FROM sum_row GROUP BY 1, 2) CROSS JOIN chosen_group USING (group_id))
        """;

    private static readonly string UsageRows = $"""
        usage AS NOT MATERIALIZED (
          SELECT second, user, model, provider, request_type, 1 AS requests, prompt_tokens, completion_tokens, total_tokens,
            policy_failed AS policy_failures, interrupted_stream AS interrupted_streams,
            CASE WHEN duration_ms IS NULL THEN 0 ELSE 1 END AS timed_requests, duration_ms, duration_ms AS max_duration_ms,
            timestamp AS first_time, timestamp AS last_time
          FROM request
          UNION ALL
          SELECT second, user, model, provider, request_type, requests, prompt_tokens, completion_tokens, total_tokens,
            policy_failures, interrupted_streams,
            timed_requests, CASE WHEN timed_requests > 0 THEN duration_ms END, CASE WHEN timed_requests > 0 THEN max_duration_ms END,
            {RollupSchema.TimeOf("first_ticks")}, {RollupSchema.TimeOf("last_ticks")}
          FROM summed)
        """;

    // SQLite sorts what it groups, and many small sorts take half the time of a large one: the histograms of a bucket and group become one
    // text, and each text is added up by itself.
    private static readonly string SummedLatency = $$"""
        histograms AS MATERIALIZED (
          SELECT second, group_id, MAX(max_duration_ms) AS longest, replace(group_concat(durations), '},{', ',') AS durations
          FROM sum_row WHERE timed_requests > 0 GROUP BY 1, 2),
        histogram AS MATERIALIZED (
          SELECT second, group_id, longest, (
            SELECT json_group_object(bin, requests) FROM (
              SELECT CAST(key AS INTEGER) AS bin, SUM(value) AS requests FROM json_each(histograms.durations) GROUP BY 1)) AS durations
          FROM histograms),
        summed_latency AS NOT MATERIALIZED (
          SELECT second, user, model, provider, request_type, MIN(duration_ms, longest) AS duration_ms, value AS requests
          FROM histogram CROSS JOIN json_each(durations) CROSS JOIN chosen_group USING (group_id) CROSS JOIN {{Bins}} ON bin = CAST(key AS INTEGER))
        """;

    private static readonly string LatencyRows = $"""
        {SummedLatency},
        latency AS NOT MATERIALIZED (
          SELECT second, user, model, provider, request_type, duration_ms, 1 AS requests FROM request WHERE duration_ms IS NOT NULL
          UNION ALL
          SELECT * FROM summed_latency)
        """;

    private static string ChosenOf(string user, string model, string provider) =>
        $"{PanelSql.Chosen("user", user)} AND {PanelSql.Chosen("model", model)} AND {PanelSql.Chosen("provider", provider)}";

    private static string Named(string table) => Rollup + table[RollupSchema.Sums.Length..];

    private static string Missing(string table, string columns) =>
        $"{WithoutRollup}{table[RollupSchema.Sums.Length..]}({columns}) AS (SELECT {string.Join(", ", columns.Split(',').Select(_ => "NULL"))} WHERE FALSE)";

    private static string Level(RollupLevel level, RollupLevel allUsers, bool users) =>
        users ? Number(level) : $"CASE WHEN {AllUsersChosen} THEN {Number(allUsers)} ELSE {Number(level)} END";

    private static string Number(RollupLevel level) => ((int)level).ToString(CultureInfo.InvariantCulture);
}
