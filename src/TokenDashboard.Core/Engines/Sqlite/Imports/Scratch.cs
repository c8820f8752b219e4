using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>
/// Data that must be kept for a whole file: its lines, and the tree of its spans. It is in a temporary database that SQLite
/// keeps in memory while it is small and on disk when it grows, so that memory stays bounded. Closing it deletes the database.
/// </summary>
internal sealed class Scratch : IDisposable
{
    private const string Schema = """
        PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;
        CREATE TABLE line (hash BLOB PRIMARY KEY, occurrences INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE key (row_id INTEGER PRIMARY KEY, hour INTEGER NOT NULL, hash BLOB NOT NULL, rank BLOB);
        CREATE TABLE span (id BLOB NOT NULL, parent BLOB NOT NULL, is_step INTEGER NOT NULL, is_request INTEGER, is_event INTEGER,
            prompt INTEGER, completion INTEGER, cache INTEGER, hour INTEGER, duration REAL, held BLOB);
        BEGIN
        """;

    // A wrapper may exclude cached tokens that the call below it includes, or include tokens that the call excludes.
    private const string IsSame = "span.completion = below.completion AND span.prompt IN (below.prompt, below.prompt - below.cache, below.prompt + span.cache)";

    // If an event repeats its request span, one of the two is removed. An event whose span is not in the file stays an event. Then finds the spans
    // above those with tokens, with the sum of the nearest tokens below, and the wrapper around a span that is the same call.
    // UNION drops spans that were seen before, so recursion also ends for spans that are their own ancestors.
    private const string FindTokensBelow = $"""
        CREATE INDEX span_id ON span (id);
        CREATE INDEX span_parent ON span (parent);
        DELETE FROM span WHERE is_event AND EXISTS (SELECT 1 FROM span AS around WHERE around.id = span.parent AND around.is_request AND around.held IS NOT NULL);
        UPDATE span SET is_event = FALSE WHERE is_event AND EXISTS (SELECT 1 FROM span AS around WHERE around.id = span.parent);
        CREATE TABLE above (id BLOB PRIMARY KEY) WITHOUT ROWID;
        WITH RECURSIVE above_tokens (id) AS (
            SELECT parent FROM span WHERE held IS NOT NULL AND parent <> id AND NOT is_event
            UNION
            SELECT span.parent FROM above_tokens JOIN span ON span.id = above_tokens.id WHERE span.parent <> span.id)
        INSERT INTO above SELECT id FROM above_tokens;
        CREATE TABLE below (id BLOB PRIMARY KEY, prompt INTEGER, completion INTEGER, cache INTEGER, hour INTEGER, duration REAL, spans INTEGER, child BLOB) WITHOUT ROWID;
        WITH RECURSIVE up (child, at) AS (
            SELECT id, parent FROM span WHERE held IS NOT NULL AND parent <> id
            UNION
            SELECT up.child, span.parent FROM up JOIN span ON span.id = up.at WHERE span.held IS NULL AND span.parent <> span.id)
        INSERT INTO below SELECT at, sum(prompt), sum(completion), sum(cache), min(hour), sum(duration), count(*), min(child.id)
        FROM up JOIN (SELECT id, max(prompt) AS prompt, max(completion) AS completion, max(cache) AS cache, min(hour) AS hour, max(duration) AS duration FROM span WHERE held IS NOT NULL GROUP BY id) AS child
            ON child.id = up.child
        GROUP BY at;
        CREATE TABLE wrapper (id BLOB PRIMARY KEY, row INTEGER) WITHOUT ROWID;
        INSERT OR IGNORE INTO wrapper SELECT child, span.rowid FROM below JOIN span ON span.id = below.id WHERE spans = 1 AND held IS NOT NULL AND {IsSame}
        """;

    private const string UnknownAbove = """
        SELECT above.id, COALESCE(prompt + completion, 0), COALESCE(hour, 0) FROM above LEFT JOIN below ON below.id = above.id
        WHERE NOT EXISTS (SELECT 1 FROM span WHERE span.id = above.id)
        """;

    // A call without tokens in or below it, unless it is within a call that has them, or that is counted here itself.
    private const string CallsWithoutTokens = """
        SELECT count(DISTINCT id) FROM span WHERE held IS NULL AND is_request AND NOT EXISTS (SELECT 1 FROM above WHERE above.id = span.id)
            AND NOT EXISTS (SELECT 1 FROM span AS around WHERE around.id = span.parent AND around.id <> span.id AND around.is_request)
        """;

    private const string LackCache = $"""
        SELECT COALESCE(sum(spans), 0) FROM below JOIN span ON span.id = below.id WHERE held IS NOT NULL AND spans > 1 AND below.cache = 0 AND span.cache > 0 AND {IsSame}
        """;

    // Spans without tokens in themselves or below: all spans below a held row and, of the spans below a span that is not in the file, only the
    // steps of a program, because other spans are irrelevant in a trace of models. Most held rows have no span below them, and are left out at once.
    private const string OpenLinks = """
        WITH RECURSIVE below (id, top, is_held) AS (
            SELECT id, id, NOT is_request FROM span WHERE held IS NOT NULL AND NOT EXISTS (SELECT 1 FROM above WHERE above.id = span.id)
                AND EXISTS (SELECT 1 FROM span AS child WHERE child.parent = span.id AND child.held IS NULL)
            UNION
            SELECT parent, parent, FALSE FROM span WHERE parent <> id AND held IS NULL AND NOT EXISTS (SELECT 1 FROM span AS known WHERE known.id = span.parent)
            UNION
            SELECT span.id, below.top, below.is_held FROM below JOIN span ON span.parent = below.id
            WHERE span.parent <> span.id AND span.held IS NULL AND NOT EXISTS (SELECT 1 FROM above WHERE above.id = span.id))
        SELECT DISTINCT below.id, below.top FROM below JOIN span ON span.id = below.id WHERE below.id <> below.top AND (below.is_held OR span.is_step)
        """;

    // The numbers are the values of SpanVerdict. A wrapper that only waits for the spans below it is a wrapper whatever its tokens are.
    private const string Held = $"""
        SELECT held, is_event, CASE
            WHEN NOT is_request THEN EXISTS (SELECT 1 FROM above WHERE above.id = span.id)
            WHEN below.id IS NULL THEN 0
            WHEN {IsSame} THEN 1
            WHEN below.duration >= span.duration * 0.9 AND span.duration > 0 THEN 3
            ELSE 2 END,
            (SELECT same.held FROM wrapper JOIN span AS same ON same.rowid = wrapper.row WHERE wrapper.id = span.id)
        FROM span LEFT JOIN below ON below.id = span.id WHERE held IS NOT NULL
        """;

    private readonly WriteConnection _connection = new(SqliteEngine.Open("", SqliteOpenMode.ReadWriteCreate));

    public Scratch() => _connection.Execute(Schema);

    /// <summary>Adds the key of a row in another store.</summary>
    public void AddKey(StoredKey key)
    {
        if (key.RowId is { } rowId)
            _connection.Run("INSERT OR IGNORE INTO key VALUES (?1, ?2, ?3, ?4)", rowId, key.Key.Hour, key.Key.Hash, key.Rank);
    }

    /// <summary>The key of a row in another store, or null.</summary>
    public StoredKey? FindKey(long rowId) => _connection.TryRead(
        _connection.Statement("SELECT hour, hash, rank FROM key WHERE row_id = ?1", rowId),
        row => new StoredKey(new ImportKey(row.Integer(0), MemoryMarshal.Read<UInt128>(row.Blob(1))), rowId, row.Blob(2).ToArray()), out StoredKey key) ? key : null;

    /// <summary>The number of occurrences of a line so far, including this one.</summary>
    public long CountLine(UInt128 hash)
    {
        _connection.TryRead(
            _connection.Statement("INSERT INTO line VALUES (?1, 1) ON CONFLICT (hash) DO UPDATE SET occurrences = occurrences + 1 RETURNING occurrences", hash),
            row => row.Integer(0), out long occurrences);
        return occurrences;
    }

    /// <summary>Adds a span: its parent, or itself if it has none, and, if it has tokens, the row to decide about later.</summary>
    public void AddSpan(UInt128 span, UInt128 parent, bool isStep, SpanTokens tokens, byte[]? held) => _connection.Run(
        "INSERT INTO span VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        span, parent, isStep, tokens.IsRequest, tokens.IsEvent, tokens.Prompt, tokens.Completion, tokens.Cache, tokens.Hour, tokens.DurationMs, held);

    /// <summary>Determines, after all spans were added, which spans have spans with tokens below them.</summary>
    public void EndSpans() => _connection.Execute(FindTokensBelow);

    /// <summary>The number of calls of models of which no tokens are known.</summary>
    public long CountCallsWithoutTokens() => (long)_connection.Scalar(CallsWithoutTokens);

    /// <summary>The number of requests without cached tokens in wrappers around several of them that have cached tokens.</summary>
    public long CountThoseThatLackCache() => (long)_connection.Scalar(LackCache);

    /// <summary>The spans that were not added and have tokens below them, with the number of the nearest tokens and the first hour.</summary>
    public IEnumerable<(UInt128 Span, long Tokens, long Hour)> UnknownSpansAboveTokens() =>
        _connection.Connection.Query(UnknownAbove, row => (DatabaseRows.Hash(row, 0), row.GetInt64(1), row.GetInt64(2)));

    /// <summary>Spans without tokens, and the span above them: a held row, or a span that was not added.</summary>
    public IEnumerable<(UInt128 Span, UInt128 Above)> LinksToOtherFiles() =>
        _connection.Connection.Query(OpenLinks, row => (DatabaseRows.Hash(row, 0), DatabaseRows.Hash(row, 1)));

    /// <summary>
    /// The held rows, each with whether it is an event in a span that was not added, the verdict that follows from the spans below it, and the row of the
    /// wrapper that repeats only this span, or null.
    /// </summary>
    public IEnumerable<(byte[] Row, bool IsEvent, SpanVerdict Verdict, byte[]? Wrapper)> HeldRows() =>
        _connection.Connection.Query(Held, row => ((byte[])row.GetValue(0), row.GetBoolean(1), (SpanVerdict)row.GetInt32(2), row.GetValue(3) as byte[]));

    public void Dispose() => _connection.Dispose();
}

/// <summary>The tokens of a span, whether its kind is a request, and whether it is an event that repeats its parent. The duration can be NaN.</summary>
internal readonly record struct SpanTokens(bool IsRequest, bool IsEvent, long Prompt, long Completion, long Cache, long Hour, double DurationMs);

/// <summary>The verdict on a span that follows from the spans below it.</summary>
internal enum SpanVerdict
{
    /// <summary>No spans below it have tokens, or they are irrelevant.</summary>
    Counts,

    /// <summary>It repeats the tokens of the spans below it.</summary>
    RepeatsThoseBelow,

    /// <summary>It and the spans below it are separate requests.</summary>
    DiffersFromThoseBelow,

    /// <summary>The spans below it have different tokens and take all of its time: it is the same call, counted differently.</summary>
    LastsAsThoseBelow,
}
