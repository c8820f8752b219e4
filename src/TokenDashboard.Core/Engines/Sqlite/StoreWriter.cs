using System.Text;
using Microsoft.Data.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>Creates stores.</summary>
public static class StoreWriter
{
    // The declaration of Observicia's exporter: https://github.com/Observicia/Observicia, sdk/observicia/utils/exporter.py
    internal const string Schema = """
        CREATE TABLE telemetry (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            timestamp TEXT NOT NULL,
            transaction_id TEXT,
            user_id TEXT,
            model TEXT,
            provider TEXT,
            request_type TEXT,
            prompt_tokens INTEGER,
            completion_tokens INTEGER,
            total_tokens INTEGER,
            duration_ms REAL,
            success BOOLEAN,
            trace_id TEXT,
            span_id TEXT,
            parent_span_id TEXT
        )
        """;

    // A file is held a moment after it was created.
    private static readonly TimeSpan YoungestLeftover = TimeSpan.FromMinutes(1);

    // Bytes on Unix, characters on Windows.
    private const int LongestName = 255;

    private const string Insert = """
        INSERT INTO telemetry (timestamp, transaction_id, user_id, model, provider, request_type, prompt_tokens, completion_tokens, total_tokens,
            duration_ms, success, trace_id, span_id, parent_span_id)
        VALUES ($timestamp, $transaction, $user, $model, $provider, $type, $prompt, $completion, $total, $duration, $success, $trace, $span, $parent)
        """;

    /// <summary>
    /// Creates a store. It is written to a temporary file and renamed when it is complete, so an error or a cancellation leaves nothing.
    /// </summary>
    /// <param name="path">The file to create; a missing folder is created.</param>
    /// <param name="requests">The initial rows; their ids are assigned again.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreExists"/>: the file exists. <see cref="ErrorCode.StoreWriteFailed"/>: it cannot be written.
    /// </exception>
    public static void Create(string path, IEnumerable<TokenRequest> requests, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(requests);
        path = TokenStore.FullPath(path, ErrorCode.StoreWriteFailed);
        ThrowIfExists(path);
        string suffix = $".{Guid.NewGuid():N}.tmp", name = Path.GetFileName(path);
        if ((OperatingSystem.IsWindows() ? name.Length : Encoding.UTF8.GetByteCount(name)) + suffix.Length > LongestName)
        {
            throw new TokenDashboardException(
                ErrorCode.StoreWriteFailed,
                $"The name '{name}' is too long: a suffix of {suffix.Length} characters is added while the store is created, and the maximum is {LongestName}. Use a shorter name.",
                target: path);
        }
        string temporary = path + suffix;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            RemoveLeftovers(path, suffix.Length);
            using (Hold(temporary))
                Write(temporary, requests, cancellation);
            File.Move(temporary, path);
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            ThrowIfExists(path);
            throw StoreErrors.FromWriting(exception, path);
        }
        finally
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
        }
    }

    /// <summary>Removes temporary files of killed runs for this store. A running process holds its file.</summary>
    private static void RemoveLeftovers(string path, int suffixLength)
    {
        string name = Path.GetFileName(path);
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(path)!))
        {
            string other = Path.GetFileName(file);
            if (other.Length == name.Length + suffixLength && other.StartsWith($"{name}.", StringComparison.Ordinal) && other.EndsWith(".tmp", StringComparison.Ordinal)
                && Guid.TryParseExact(other[(name.Length + 1)..^4], "N", out _)
                && File.GetLastWriteTimeUtc(file) < DateTime.UtcNow - YoungestLeftover)
            {
                try
                {
                    Hold(file, FileMode.Open)?.Dispose();
                    File.Delete(file);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // It belongs to another run or account.
                }
            }
        }
    }

    /// <summary>
    /// Marks a file as in use by a lock that ends with the process and that SQLite ignores. On Windows, this is
    /// the effect of SQLite's own handle.
    /// </summary>
    private static FileStream? Hold(string path, FileMode mode = FileMode.CreateNew) =>
        OperatingSystem.IsWindows() ? null : new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None);

    private static void Write(string path, IEnumerable<TokenRequest> requests, CancellationToken cancellation)
    {
        SqliteEngine.Initialize();
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        // The temporary file is private and is deleted on any error: it needs neither journal nor sync.
        Execute(connection, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
        Execute(connection, Schema);
        using SqliteTransaction transaction = connection.BeginTransaction();
        using SqliteCommand insert = connection.CreateCommand();
        insert.CommandText = Insert;
        SqliteParameter Add(string name, SqliteType type) => insert.Parameters.Add(name, type);
        SqliteParameter timestamp = Add("$timestamp", SqliteType.Text), transactionId = Add("$transaction", SqliteType.Text);
        SqliteParameter user = Add("$user", SqliteType.Text), model = Add("$model", SqliteType.Text), provider = Add("$provider", SqliteType.Text);
        SqliteParameter type = Add("$type", SqliteType.Text), prompt = Add("$prompt", SqliteType.Integer);
        SqliteParameter completion = Add("$completion", SqliteType.Integer), total = Add("$total", SqliteType.Integer);
        SqliteParameter duration = Add("$duration", SqliteType.Real), success = Add("$success", SqliteType.Integer);
        SqliteParameter trace = Add("$trace", SqliteType.Text), span = Add("$span", SqliteType.Text), parent = Add("$parent", SqliteType.Text);
        foreach (TokenRequest request in requests)
        {
            cancellation.ThrowIfCancellationRequested();
            timestamp.Value = StoredTimestamp.FormatForStorage(request.Timestamp);
            transactionId.Value = request.Transaction;
            user.Value = request.User;
            model.Value = request.Model;
            provider.Value = request.Provider;
            type.Value = request.RequestType;
            prompt.Value = request.PromptTokens;
            completion.Value = request.CompletionTokens;
            total.Value = request.InterruptedStream ? 0 : request.TotalTokens;
            duration.Value = request.DurationMs is { } milliseconds ? milliseconds : DBNull.Value;
            success.Value = request.PolicyPassed ? 1 : 0;
            trace.Value = request.TraceId;
            span.Value = request.SpanId;
            parent.Value = request.ParentSpanId;
            insert.ExecuteNonQuery();
        }
        transaction.Commit();
        Execute(connection, "PRAGMA journal_mode = DELETE");
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void ThrowIfExists(string path)
    {
        if (File.Exists(path) || Directory.Exists(path))
        {
            throw new TokenDashboardException(
                ErrorCode.StoreExists,
                $"'{path}' exists, and stores are never overwritten. Use another path, or remove the file first.",
                target: path);
        }
    }
}
