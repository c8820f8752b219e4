namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>The tables of imports, next to <c>telemetry</c>, which stays exactly as Observicia created it.</summary>
internal static class ImportSchema
{
    /// <summary>
    /// Keys of all requests with a trace and span, and of all imported requests. <c>row_id</c> is NULL for rows that imports must not change:
    /// rows that the application wrote, and rows that were withdrawn.
    /// </summary>
    public const string Keys = "tokendash_import_key";

    /// <summary>
    /// The last row of <c>telemetry</c> whose key is known, and the second before which requests may have been removed without
    /// their keys, because these tables were created later.
    /// </summary>
    public const string State = "tokendash_import_state";

    /// <summary>The ends of CSV files that ended within their last line.</summary>
    public const string Tails = "tokendash_import_tail";

    /// <summary>
    /// Spans whose trace may continue in other files, by a hash of their ids: the span above them, the key of their request, and
    /// the number of tokens of the nearest spans below them.
    /// </summary>
    public const string Spans = "tokendash_import_span";

    public static string Create { get; } = $"""
        CREATE TABLE IF NOT EXISTS {Keys} (
            hour INTEGER NOT NULL, hash BLOB NOT NULL, row_id INTEGER, rank BLOB, PRIMARY KEY (hour, hash)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {State} (id INTEGER PRIMARY KEY CHECK (id = 1), last_row_id INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS {Tails} (
            position INTEGER NOT NULL, before BLOB NOT NULL, line BLOB NOT NULL, hour INTEGER NOT NULL, hash BLOB NOT NULL,
            PRIMARY KEY (position, before)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {Spans} (
            id BLOB PRIMARY KEY, parent BLOB, hour INTEGER, hash BLOB, tokens_below INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS {TelemetrySql.DetailTable} (
            row_id INTEGER PRIMARY KEY, {string.Join(", ", Measures.Parts.Select(part => $"{part.Name} INTEGER"))}, cost REAL);
        INSERT OR IGNORE INTO {State} (id, last_row_id) VALUES (1, 0);
        """;

    /// <summary>Whether <see cref="State"/> has <c>removed_until</c>, which is added together with its value.</summary>
    public const string HasRemovedUntil = $"SELECT count(*) FROM pragma_table_info('{State}') WHERE name = 'removed_until'";
}

/// <summary>A stored key with its imported row, or null for a row of the application, and its rank.</summary>
internal sealed record StoredKey(Import.Records.ImportKey Key, long? RowId, byte[] Rank);

/// <summary>
/// A store's data about a span that is separated from others by file boundaries: the span above it, by the hash of its ids; its request; and the
/// number of tokens of the nearest spans below it. Unknown values are null or 0.
/// </summary>
internal readonly record struct StoredSpan(UInt128? Parent, Import.Records.ImportKey? Key, long TokensBelow);
