using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>
/// What must be remembered of a whole file: which lines it had, which span is below which. It lies in a temporary database that SQLite
/// keeps in memory while it is small and on disk when it grows, so that memory stays flat; it goes when it is closed.
/// </summary>
internal sealed class Scratch : IDisposable
{
    private const string Schema = """
        PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;
        CREATE TABLE line (hash BLOB PRIMARY KEY, occurrences INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE span (id BLOB NOT NULL, parent BLOB NOT NULL, has_tokens INTEGER NOT NULL, is_step INTEGER NOT NULL, held BLOB);
        BEGIN
        """;

    // The spans above one with tokens. UNION drops what was seen, so that spans which are their own ancestors end too.
    private const string FindTokensBelow = """
        CREATE INDEX span_id ON span (id);
        CREATE INDEX span_parent ON span (parent);
        CREATE TABLE above (id BLOB PRIMARY KEY) WITHOUT ROWID;
        WITH RECURSIVE above_tokens (id) AS (
            SELECT parent FROM span WHERE has_tokens AND parent <> id
            UNION
            SELECT span.parent FROM above_tokens JOIN span ON span.id = above_tokens.id WHERE span.parent <> span.id)
        INSERT INTO above SELECT id FROM above_tokens
        """;

    private const string UnknownAbove = "SELECT id FROM above WHERE NOT EXISTS (SELECT 1 FROM span WHERE span.id = above.id)";

    // Spans without tokens on them or below: all that are below a row put aside, and of those below a span the file does not have the steps
    // of a program, for any others are of no use to a trace of models.
    private const string OpenLinks = """
        WITH RECURSIVE below (id, top, is_held) AS (
            SELECT id, id, TRUE FROM span WHERE held IS NOT NULL AND NOT EXISTS (SELECT 1 FROM above WHERE above.id = span.id)
            UNION
            SELECT parent, parent, FALSE FROM span WHERE parent <> id AND NOT has_tokens AND NOT EXISTS (SELECT 1 FROM span AS known WHERE known.id = span.parent)
            UNION
            SELECT span.id, below.top, below.is_held FROM below JOIN span ON span.parent = below.id
            WHERE span.parent <> span.id AND NOT span.has_tokens AND NOT EXISTS (SELECT 1 FROM above WHERE above.id = span.id))
        SELECT DISTINCT below.id, below.top FROM below JOIN span ON span.id = below.id WHERE below.id <> below.top AND (below.is_held OR span.is_step)
        """;

    private const string Held = "SELECT held, EXISTS (SELECT 1 FROM above WHERE above.id = span.id) FROM span WHERE held IS NOT NULL";

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _countLine;
    private readonly SqliteCommand _addSpan;

    public Scratch()
    {
        SqliteEngine.Initialize();
        _connection = new SqliteConnection("Data Source=;Pooling=False");
        _connection.Open();
        Execute(Schema);
        _countLine = Command(
            "INSERT INTO line VALUES ($hash, 1) ON CONFLICT (hash) DO UPDATE SET occurrences = occurrences + 1 RETURNING occurrences", "$hash");
        _addSpan = Command("INSERT INTO span VALUES ($id, $parent, $tokens, $step, $held)", "$id", "$parent", "$tokens", "$step", "$held");
    }

    /// <summary>How often a line was there until now, this time included.</summary>
    public long CountLine(UInt128 hash)
    {
        _countLine.Parameters[0].Value = Bytes(hash);
        return (long)_countLine.ExecuteScalar()!;
    }

    /// <summary>Remembers a span.</summary>
    /// <param name="span">The span.</param>
    /// <param name="parent">Its parent, or itself where it has none.</param>
    /// <param name="hasTokens">Whether it carries tokens.</param>
    /// <param name="isStep">Whether it is a step of a program that calls models.</param>
    /// <param name="held">The row to decide about later, if any.</param>
    public void AddSpan(UInt128 span, UInt128 parent, bool hasTokens, bool isStep, byte[]? held)
    {
        _addSpan.Parameters[0].Value = Bytes(span);
        _addSpan.Parameters[1].Value = Bytes(parent);
        _addSpan.Parameters[2].Value = hasTokens;
        _addSpan.Parameters[3].Value = isStep;
        _addSpan.Parameters[4].Value = (object?)held ?? DBNull.Value;
        _addSpan.ExecuteNonQuery();
    }

    /// <summary>Finds out, once all spans are there, which have spans with tokens below them.</summary>
    public void EndSpans() => Execute(FindTokensBelow);

    /// <summary>The spans that were not among those remembered, and have tokens below them.</summary>
    public IEnumerable<UInt128> UnknownSpansAboveTokens() => Query(UnknownAbove, row => Id(row, 0));

    /// <summary>Spans without tokens, and what is above them: a row put aside, or a span that was not among those remembered.</summary>
    public IEnumerable<(UInt128 Span, UInt128 Above)> LinksToOtherFiles() => Query(OpenLinks, row => (Id(row, 0), Id(row, 1)));

    /// <summary>The rows put aside, each with whether a span below it carries tokens.</summary>
    public IEnumerable<(byte[] Row, bool HasTokensBelow)> HeldRows() => Query(Held, row => ((byte[])row.GetValue(0), row.GetBoolean(1)));

    public void Dispose()
    {
        _countLine.Dispose();
        _addSpan.Dispose();
        _connection.Dispose();
    }

    private IEnumerable<T> Query<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using SqliteCommand command = Command(sql);
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return read(reader);
        }
    }

    private static UInt128 Id(SqliteDataReader row, int column) => MemoryMarshal.Read<UInt128>(row.GetFieldValue<byte[]>(column));

    private static byte[] Bytes(UInt128 hash) => MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in hash)).ToArray();

    private SqliteCommand Command(string sql, params ReadOnlySpan<string> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (string name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }
        return command;
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = Command(sql);
        command.ExecuteNonQuery();
    }
}
