using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using TokenDashboard.Store;

namespace TokenDashboard.Import;

/// <summary>
/// What must be remembered of a whole file: which lines it had, which span is below which. It lies in a temporary database that SQLite
/// keeps in memory while it is small and on disk when it grows, so that memory stays flat; it goes when it is closed.
/// </summary>
internal sealed class Scratch : IDisposable
{
    private const string Schema = """
        PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;
        CREATE TABLE line (hash BLOB PRIMARY KEY, occurrences INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE span (id BLOB NOT NULL, parent BLOB NOT NULL, has_tokens INTEGER NOT NULL, held BLOB);
        BEGIN
        """;

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
        _addSpan = Command("INSERT INTO span VALUES ($id, $parent, $tokens, $held)", "$id", "$parent", "$tokens", "$held");
    }

    /// <summary>How often a line was there until now, this time included.</summary>
    public long CountLine(UInt128 hash)
    {
        _countLine.Parameters[0].Value = Bytes(hash);
        return (long)_countLine.ExecuteScalar()!;
    }

    /// <summary>Remembers a span: its parent, whether it carries tokens, and the row to decide about later, if any.</summary>
    public void AddSpan(UInt128 span, UInt128 parent, bool hasTokens, byte[]? held)
    {
        _addSpan.Parameters[0].Value = Bytes(span);
        _addSpan.Parameters[1].Value = Bytes(parent);
        _addSpan.Parameters[2].Value = hasTokens;
        _addSpan.Parameters[3].Value = (object?)held ?? DBNull.Value;
        _addSpan.ExecuteNonQuery();
    }

    /// <summary>The rows put aside, each with whether a span below it carries tokens.</summary>
    public IEnumerable<(byte[] Row, bool HasTokensBelow)> HeldRows()
    {
        Execute("CREATE INDEX span_parent ON span (parent)");
        // UNION drops what was seen, so that spans which are their own ancestors end too.
        using SqliteCommand command = Command("""
            SELECT held, EXISTS (
                WITH RECURSIVE below (id) AS (
                    SELECT child.id FROM span AS child WHERE child.parent = top.id
                    UNION
                    SELECT child.id FROM span AS child JOIN below ON child.parent = below.id)
                SELECT 1 FROM below JOIN span AS found ON found.id = below.id AND found.has_tokens WHERE below.id <> top.id)
            FROM span AS top WHERE held IS NOT NULL
            """);
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return ((byte[])reader.GetValue(0), reader.GetBoolean(1));
        }
    }

    public void Dispose()
    {
        _countLine.Dispose();
        _addSpan.Dispose();
        _connection.Dispose();
    }

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
