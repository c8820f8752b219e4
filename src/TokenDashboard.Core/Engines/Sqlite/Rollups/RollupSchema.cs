namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>
/// The tables of the rollups. They are in the same file as <c>telemetry</c>, because Grafana's plugin forbids ATTACH. All rows of
/// <c>telemetry</c> up to a watermark are aggregated, and queries add the rows after it.
/// </summary>
internal static class RollupSchema
{
    /// <summary>One row: the state of the rollups.</summary>
    public const string State = "tokendash_rollup_state";

    /// <summary>The combinations of user, model, provider, request type and class of input size, with a number, and the same combinations without the user.</summary>
    public const string Groups = "tokendash_rollup_group";

    /// <summary>The sums: one row for each <see cref="RollupLevel"/>, start and group.</summary>
    public const string Sums = "tokendash_rollup";

    /// <summary>The row ids of the requests of a quarter-hour. Other requests can be between them.</summary>
    public const string Rows = "tokendash_rollup_rows";

    /// <summary>
    /// Stale buckets, which must not be used until they are rebuilt: quarter-hours, and days, which include all longer levels.
    /// </summary>
    public const string Stale = "tokendash_rollup_stale";

    /// <summary>The duration of each bin of a histogram.</summary>
    public const string Bins = "tokendash_rollup_bin";

    /// <summary>The rollups with names, for dashboards and users.</summary>
    public const string View = "tokendash_usage";

    /// <summary>
    /// The version of the tables. Tables with another version are not used. In every version, <see cref="Sums"/> has the columns level and start,
    /// and <see cref="RollupLevel.RemovedQuarter"/> is the level of removed requests, so that other versions find them.
    /// </summary>
    public const int Format = 6;

    /// <summary>Replaces <see cref="Format"/> while the rollups are deleted.</summary>
    public const int Clearing = -Format;

    /// <summary>
    /// The time of the first request, including removed requests: the start of its quarter-hour, or its time if it is among the first thousand rows or
    /// not yet in the rollups.
    /// </summary>
    public static string FirstKnown { get; } = string.Create(CultureInfo.InvariantCulture, $"""
        SELECT MIN(start) FROM (
          SELECT ({TelemetrySql.First($"rowid > COALESCE((SELECT NULLIF(watermark, 0) FROM {State}), {RollupPlanner.FirstRow})")}) AS start
          UNION ALL SELECT MIN(start) FROM {Sums} WHERE level = {RollupLevel.RemovedQuarter:D}
          UNION ALL SELECT MIN(start) FROM {Sums} WHERE level = {RollupLevel.Quarter:D} AND start > {NoTime})
        """);

    /// <summary>The end of the last quarter-hour with removed requests, from rollups of any version.</summary>
    public static string RemovedUntil { get; } = $"SELECT MAX(start) + {RollupLevels.QuarterSeconds} FROM {Sums} WHERE level = {RollupLevel.RemovedQuarter:D}";

    /// <summary>The start in <see cref="Rows"/> for rows without a readable time: before the first possible time.</summary>
    public const long NoTime = -62_135_597_700;

    public static string Create { get; } = $"""
        CREATE TABLE IF NOT EXISTS {State} (
            id INTEGER PRIMARY KEY CHECK (id = 1), format INTEGER NOT NULL, watermark INTEGER NOT NULL, watermark_time TEXT, first_row INTEGER,
            version INTEGER NOT NULL, changes INTEGER NOT NULL, removals INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS {Groups} (
            id INTEGER PRIMARY KEY, all_users INTEGER NOT NULL, user_id TEXT NOT NULL, model TEXT NOT NULL, provider TEXT NOT NULL,
            request_type TEXT NOT NULL, input_class INTEGER NOT NULL, UNIQUE (all_users, user_id, model, provider, request_type, input_class));
        CREATE TABLE IF NOT EXISTS {Sums} (
            level INTEGER NOT NULL, start INTEGER NOT NULL, group_id INTEGER NOT NULL,
            {string.Join(", ", Measures.All.Select(measure => $"{measure.Name} {(measure.IsReal ? "REAL" : "INTEGER")} NOT NULL"))},
            durations TEXT NOT NULL, sizes TEXT NOT NULL, PRIMARY KEY (level, start, group_id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {Rows} (
            start INTEGER NOT NULL, first_row INTEGER NOT NULL, last_row INTEGER NOT NULL, PRIMARY KEY (start, first_row)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {Stale} (
            level INTEGER NOT NULL, start INTEGER NOT NULL, PRIMARY KEY (level, start)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {Bins} (bin INTEGER PRIMARY KEY, duration_ms REAL NOT NULL);
        CREATE VIEW IF NOT EXISTS {View} AS
            SELECT level, start, all_users, user_id AS user, model, provider, request_type, input_class, {InView(Measures.All)}, durations, sizes
            FROM {Sums} CROSS JOIN {Groups} ON id = group_id;
        INSERT INTO {Bins} SELECT * FROM (VALUES {string.Join(", ", HistogramBins.Durations.Values().Select(bin => string.Create(CultureInfo.InvariantCulture, $"({bin.Bin}, {bin.Value:R})")))})
            WHERE NOT EXISTS (SELECT 1 FROM {Bins});
        INSERT OR IGNORE INTO {State} VALUES (1, {Format}, 0, NULL, NULL, 0, 0, 0);
        """;

    /// <summary>The time of a column of ticks (100 ns since the year 1, as in .NET), as text in the format of <c>telemetry</c>.</summary>
    private static string TimeOf(string ticks) =>
        $"strftime('%Y-%m-%dT%H:%M:%S', {ticks} / 10000000 - 62135596800, 'unixepoch') || printf('.%06d', {ticks} / 10 % 1000000)";

    /// <summary>The start of the bucket of a length that contains a second, also before 1970.</summary>
    public static string StartOf(string second, int length) => StartOf(second, length.ToString(CultureInfo.InvariantCulture));

    /// <summary>The same for a length that is an expression.</summary>
    public static string StartOf(string second, string length) => $"{second} - ({second} % {length} + {length}) % {length}";

    /// <summary>The id of the first row of <c>telemetry</c>.</summary>
    public const string LowestRow = $"(SELECT MIN(rowid) FROM {TelemetrySql.Table})";

    /// <summary>Whether the row at the watermark is still the aggregated row, and the first row still the first. If not, another program removed rows.</summary>
    public const string IsProven = $"(watermark_time IS NULL OR watermark_time IS (SELECT timestamp FROM {TelemetrySql.Table} WHERE rowid = watermark)) "
        + $"AND (first_row IS NULL OR first_row IS {LowestRow})";

    /// <summary>Records a change of the rollups.</summary>
    public const string NextVersion = $"UPDATE {State} SET version = version + 1";

    /// <summary>Records that rows of <c>telemetry</c> were changed, or that rollups are invalid.</summary>
    public const string NextChange = $"UPDATE {State} SET version = version + 1, changes = changes + 1";

    /// <summary>Records that old rows of <c>telemetry</c> were removed and their rollups kept, which affects few readers.</summary>
    public const string NextRemoval =
        $"UPDATE {State} SET removals = removals + 1, watermark_time = (SELECT timestamp FROM {TelemetrySql.Table} WHERE rowid = watermark), first_row = {LowestRow}";

    /// <summary>The columns of a view for the sums of measures. A suffix can follow times, which have no zone.</summary>
    public static string InView(IEnumerable<Measure> measures, string zone = "") => string.Join(", ", measures.Select(measure =>
    {
        string value = measure.Unit == MeasureUnit.Time ? TimeOf(measure.Name) + zone : measure.Name;
        return measure.KnownBy is { } known ? $"CASE WHEN {known.Name} > 0 THEN {value} END AS {measure.ViewName}" : $"{value} AS {measure.ViewName}";
    }));
}
