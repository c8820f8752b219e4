using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>
/// The tables of the rollups, beside <c>telemetry</c> in the same file because Grafana's plugin forbids ATTACH. All rows of
/// <c>telemetry</c> up to a watermark are summed up; questions add the rows after it themselves.
/// </summary>
internal static class RollupSchema
{
    /// <summary>One row: what is summed up so far.</summary>
    public const string State = "tokendash_rollup_state";

    /// <summary>User, model, provider and request type that occur together, with a number; and the same without the user.</summary>
    public const string Groups = "tokendash_rollup_group";

    /// <summary>The sums: a row for each <see cref="RollupLevel"/>, piece of time and group.</summary>
    public const string Sums = "tokendash_rollup";

    /// <summary>In which row ids the requests of a quarter of an hour are found; other requests may lie between them.</summary>
    public const string Rows = "tokendash_rollup_rows";

    /// <summary>How many requests of a quarter of an hour have values that cannot be read, by <see cref="UnreadableValue"/>.</summary>
    public const string Unreadable = "tokendash_rollup_unreadable";

    /// <summary>Pieces of time whose sums are not to be used until they are computed anew.</summary>
    public const string Stale = "tokendash_rollup_stale";

    /// <summary>The duration each bin of a histogram stands for.</summary>
    public const string Bins = "tokendash_rollup_bin";

    /// <summary>The sums with their names, for dashboards and people.</summary>
    public const string View = "tokendash_usage";

    /// <summary>The number of this form of the tables. A store whose tables have another is read without them.</summary>
    public const int Format = 1;

    /// <summary>Stands in the place of <see cref="Format"/> while the sums are thrown away.</summary>
    public const int Clearing = 0;

    /// <summary>The beginning under which <see cref="Rows"/> holds rows without a readable time: before the first that can be stored.</summary>
    public const long NoTime = -62_135_597_700;

    /// <summary>The columns of <see cref="Sums"/> after its key.</summary>
    public const string SumColumns = "requests, prompt_tokens, completion_tokens, total_tokens, policy_failures, interrupted_streams, "
        + "timed_requests, duration_ms, max_duration_ms, first_ticks, last_ticks, durations";

    public static string Create { get; } = $"""
        CREATE TABLE IF NOT EXISTS {State} (
            id INTEGER PRIMARY KEY CHECK (id = 1), format INTEGER NOT NULL, watermark INTEGER NOT NULL, watermark_time TEXT,
            version INTEGER NOT NULL, changes INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS {Groups} (
            id INTEGER PRIMARY KEY, all_users INTEGER NOT NULL, user_id TEXT NOT NULL, model TEXT NOT NULL, provider TEXT NOT NULL,
            request_type TEXT NOT NULL, UNIQUE (all_users, user_id, model, provider, request_type));
        CREATE TABLE IF NOT EXISTS {Sums} (
            level INTEGER NOT NULL, start INTEGER NOT NULL, group_id INTEGER NOT NULL, requests INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, total_tokens INTEGER NOT NULL,
            policy_failures INTEGER NOT NULL, interrupted_streams INTEGER NOT NULL, timed_requests INTEGER NOT NULL, duration_ms REAL NOT NULL,
            max_duration_ms REAL NOT NULL, first_ticks INTEGER NOT NULL, last_ticks INTEGER NOT NULL, durations TEXT NOT NULL,
            PRIMARY KEY (level, start, group_id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {Rows} (
            start INTEGER NOT NULL, first_row INTEGER NOT NULL, last_row INTEGER NOT NULL, PRIMARY KEY (start, first_row)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {Unreadable} (
            start INTEGER NOT NULL, group_id INTEGER NOT NULL, kinds INTEGER NOT NULL, requests INTEGER NOT NULL,
            PRIMARY KEY (start, group_id, kinds)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {Stale} (
            level INTEGER NOT NULL, start INTEGER NOT NULL, PRIMARY KEY (level, start)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {Bins} (bin INTEGER PRIMARY KEY, duration_ms REAL NOT NULL);
        CREATE VIEW IF NOT EXISTS {View} AS
            SELECT level, start, all_users, user_id AS user, model, provider, request_type, requests, prompt_tokens, completion_tokens,
                total_tokens, policy_failures, interrupted_streams, timed_requests, duration_ms,
                CASE WHEN timed_requests > 0 THEN max_duration_ms END AS max_duration_ms,
                {TimeOf("first_ticks")} AS first_time,
                {TimeOf("last_ticks")} AS last_time, durations
            FROM {Sums} CROSS JOIN {Groups} ON id = group_id;
        INSERT OR IGNORE INTO {State} VALUES (1, {Format}, 0, NULL, 0, 0);
        """;

    /// <summary>The time of a column of ticks (100 ns since the year 1, as .NET counts them), as text like that of <c>telemetry</c>.</summary>
    public static string TimeOf(string ticks) =>
        $"strftime('%Y-%m-%dT%H:%M:%S', {ticks} / 10000000 - 62135596800, 'unixepoch') || printf('.%06d', {ticks} / 10 % 1000000)";

    /// <summary>Fills <see cref="Bins"/>, in the transaction that makes it.</summary>
    public static string FillBins { get; } = $"INSERT OR IGNORE INTO {Bins} VALUES (?1, ?2)";

    /// <summary>Whether a store has rollups.</summary>
    public const string Exists = $"SELECT count(*) FROM sqlite_schema WHERE name = '{State}'";

    /// <summary>
    /// Format, watermark, version, changes, and whether the row at the watermark is still the one that was summed up: where it is not,
    /// somebody removed rows without this module.
    /// </summary>
    public const string ReadState = $"""
        SELECT format, watermark, version, changes,
            watermark_time IS NULL OR watermark_time IS (SELECT timestamp FROM {TelemetrySql.Table} WHERE rowid = watermark)
        FROM {State}
        """;

    /// <summary>Announces a change of the rollups.</summary>
    public const string NextVersion = $"UPDATE {State} SET version = version + 1";

    /// <summary>Announces that rows of <c>telemetry</c> were changed, or that sums are no longer to be trusted.</summary>
    public const string NextChange = $"UPDATE {State} SET version = version + 1, changes = changes + 1";

    /// <summary>How many bits of the number of changes count those announced by <see cref="NextChange"/>; those above count removals.</summary>
    public const int ChangeBits = 32;

    /// <summary>Announces that old rows of <c>telemetry</c> were removed and their sums kept, which disturbs hardly anyone.</summary>
    public static readonly string NextRemoval =
        $"UPDATE {State} SET changes = changes + {1L << ChangeBits}, watermark_time = (SELECT timestamp FROM {TelemetrySql.Table} WHERE rowid = watermark)";
}
