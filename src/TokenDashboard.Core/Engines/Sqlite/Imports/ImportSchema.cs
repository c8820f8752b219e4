namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>The tables an import keeps beside <c>telemetry</c>, which itself stays exactly as Observicia made it.</summary>
internal static class ImportSchema
{
    /// <summary>
    /// Keys of all requests with a trace and span, and of all imported ones. <c>row_id</c> is NULL for rows that are not ours to change:
    /// those the application wrote, and those taken out again.
    /// </summary>
    public const string Keys = "tokendash_import_key";

    /// <summary>
    /// Up to which row of <c>telemetry</c> the keys are known; and the second before which requests may have been removed without
    /// their keys, because these tables are younger.
    /// </summary>
    public const string State = "tokendash_import_state";

    /// <summary>Where CSV files ended without ending their last line.</summary>
    public const string Tails = "tokendash_import_tail";

    /// <summary>
    /// Spans whose trace may go on in other files, by a hash of their ids: what is above them, the key of the request they are, and
    /// how many tokens the spans nearest below them carry.
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

    /// <summary>Whether <see cref="State"/> has <c>removed_until</c>, which is added with its value.</summary>
    public const string HasRemovedUntil = $"SELECT count(*) FROM pragma_table_info('{State}') WHERE name = 'removed_until'";
}

/// <summary>A key as a store has it: with its imported row, or null for a row of the application, and how complete that is.</summary>
internal sealed record StoredKey(Import.Records.ImportKey Key, long? RowId, byte[] Rank);

/// <summary>
/// What a store has noted of a span that files cut off from others: a span above it, by the hash of its ids; the request it is; and how
/// many tokens the spans nearest below it carry. What is not known is null or 0.
/// </summary>
internal readonly record struct StoredSpan(UInt128? Parent, Import.Records.ImportKey? Key, long TokensBelow);
