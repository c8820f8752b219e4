
namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>The tables an import keeps beside <c>telemetry</c>, which itself stays exactly as Observicia made it.</summary>
internal static class ImportSchema
{
    /// <summary>
    /// Keys of all requests with a trace and span, and of all imported ones. <c>row_id</c> is NULL for rows that are not ours to change:
    /// those the application wrote, and those taken out again.
    /// </summary>
    public const string Keys = "tokendash_import_key";

    /// <summary>Up to which row of <c>telemetry</c> the keys are known.</summary>
    public const string State = "tokendash_import_state";

    /// <summary>Where CSV files ended without ending their last line.</summary>
    public const string Tails = "tokendash_import_tail";

    /// <summary>
    /// Spans whose trace may go on in other files, by a hash of their ids: what is above them, the key of the request they are, and
    /// how many tokens the spans nearest below them carry.
    /// </summary>
    public const string Spans = "tokendash_import_span";

    /// <summary>What <c>telemetry</c> has no columns for; NULL where the source did not say.</summary>
    public const string Detail = TelemetrySql.DetailTable;

    public const int KeyColumns = 4;

    public const int RequestColumns = 15;

    public const string Create = $"""
        CREATE TABLE IF NOT EXISTS {Keys} (
            hour INTEGER NOT NULL, hash BLOB NOT NULL, row_id INTEGER, rank BLOB, PRIMARY KEY (hour, hash)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {State} (id INTEGER PRIMARY KEY CHECK (id = 1), last_row_id INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS {Tails} (
            position INTEGER NOT NULL, before BLOB NOT NULL, line BLOB NOT NULL, hour INTEGER NOT NULL, hash BLOB NOT NULL,
            PRIMARY KEY (position, before)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {Spans} (
            id BLOB PRIMARY KEY, parent BLOB, hour INTEGER, hash BLOB, tokens_below INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {Detail} (
            row_id INTEGER PRIMARY KEY, cached_tokens INTEGER, cache_write_tokens INTEGER, reasoning_tokens INTEGER, cost REAL);
        INSERT OR IGNORE INTO {State} VALUES (1, 0);
        """;

    public const string InsertKey = $"INSERT INTO {Keys} VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";

    public static string InsertKeys(int rows) => $"INSERT OR IGNORE INTO {Keys} VALUES {Values(rows, KeyColumns)}";

    /// <summary>Takes a key back that was inserted for a row beyond the last.</summary>
    public const string TakeBackKey = $"DELETE FROM {Keys} WHERE hour = ?1 AND hash = ?2 AND row_id > ?3";

    public const string FindKey = $"SELECT row_id, rank FROM {Keys} WHERE hour = ?1 AND hash = ?2";

    public const string UpdateRank = $"UPDATE {Keys} SET rank = ?3 WHERE hour = ?1 AND hash = ?2";

    /// <summary>What is taken out of the store stays known, so that it does not come back.</summary>
    public const string DisownKey = $"UPDATE {Keys} SET row_id = NULL WHERE hour = ?1 AND hash = ?2";

    public const string DeleteKey = $"DELETE FROM {Keys} WHERE hour = ?1 AND hash = ?2";

    // OR FAIL and OR IGNORE: for anything else SQLite keeps copies of pages, to take back the statement alone, which takes more time than
    // the rows. Whatever fails here, the transaction is given up.
    public static string InsertRequests(int rows) => $"""
        INSERT OR FAIL INTO telemetry (id, timestamp, transaction_id, user_id, model, provider, request_type, prompt_tokens,
            completion_tokens, total_tokens, duration_ms, success, trace_id, span_id, parent_span_id)
        VALUES {Values(rows, RequestColumns)}
        """;

    public const string UpdateRequest = """
        UPDATE telemetry SET timestamp = ?2, transaction_id = ?3, user_id = ?4, model = ?5, provider = ?6, request_type = ?7,
            prompt_tokens = ?8, completion_tokens = ?9, total_tokens = ?10, duration_ms = ?11, success = ?12, trace_id = ?13,
            span_id = ?14, parent_span_id = ?15
        WHERE id = ?1
        """;

    public const string DeleteRequest = "DELETE FROM telemetry WHERE id = ?1";

    public const string ReadTokens = "SELECT prompt_tokens, completion_tokens, total_tokens FROM telemetry WHERE id = ?1";

    public const string PutDetail = $"INSERT OR REPLACE INTO {Detail} VALUES (?1, ?2, ?3, ?4, ?5)";

    public const string DeleteDetail = $"DELETE FROM {Detail} WHERE row_id = ?1";

    public const string PutSpan = $"INSERT OR REPLACE INTO {Spans} VALUES (?1, ?2, ?3, ?4, ?5)";

    public const string FindSpan = $"SELECT parent, hour, hash, tokens_below FROM {Spans} WHERE id = ?1";

    public const string PutTail = $"INSERT OR REPLACE INTO {Tails} VALUES (?1, ?2, ?3, ?4, ?5)";

    public const string ReadTails = $"SELECT position, before, line, hour, hash FROM {Tails}";

    public const string NewRequests = "SELECT id, timestamp, trace_id, span_id FROM telemetry WHERE id > ?1 ORDER BY id";

    public const string LastRequest = "SELECT COALESCE(max(id), 0) FROM telemetry";

    public const string LastGivenId = "SELECT COALESCE(max(seq), 0) FROM sqlite_sequence WHERE name = 'telemetry'";

    public const string ReadState = $"SELECT last_row_id FROM {State}";

    public const string WriteState = $"UPDATE {State} SET last_row_id = ?1";

    private static string Values(int rows, int columns) => string.Join(", ", Enumerable.Range(0, rows).Select(row =>
        $"({string.Join(", ", Enumerable.Range((row * columns) + 1, columns).Select(number => $"?{number}"))})"));
}
