using Microsoft.Data.Sqlite;

namespace TokenDashboard.Engines.Sqlite;

internal static class StoreWriter
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

    // A new file is locked a moment after it was created.
    private static readonly TimeSpan YoungestLeftover = TimeSpan.FromMinutes(1);

    // Bytes on Unix, characters on Windows.
    private const int LongestName = 255;

    internal static readonly (string Name, Func<TokenRequest, object?> Value)[] Columns =
    [
        ("timestamp", request => StoredTimestamp.FormatForStorage(request.Timestamp)),
        ("transaction_id", request => request.Transaction),
        ("user_id", request => request.User),
        ("model", request => request.Model),
        ("provider", request => request.Provider),
        ("request_type", request => request.RequestType),
        ("prompt_tokens", request => request.PromptTokens),
        ("completion_tokens", request => request.CompletionTokens),
        ("total_tokens", request => request.InterruptedStream ? 0L : request.TotalTokens),
        ("duration_ms", request => request.DurationMs),
        ("success", request => request.PolicyPassed),
        ("trace_id", request => request.TraceId),
        ("span_id", request => request.SpanId),
        ("parent_span_id", request => request.ParentSpanId),
    ];

    private static readonly string Insert =
        $"INSERT INTO telemetry ({string.Join(", ", Columns.Select(column => column.Name))}) VALUES ({string.Join(", ", Columns.Select((_, number) => $"?{number + 1}"))})";

    /// <summary>
    /// Creates a store with requests, whose ids are assigned again, and a missing folder. It is written to a temporary file and renamed when
    /// it is complete, so an error or a cancellation leaves no file.
    /// </summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreExists"/>: the file exists. <see cref="ErrorCode.StoreWriteFailed"/>: it cannot be written.
    /// </exception>
    public static void Create(string path, IEnumerable<TokenRequest> requests, CancellationToken cancellation)
    {
        path = TokenStore.FullPath(path, ErrorCode.StoreWriteFailed);
        RemoveLeftovers(path);
        ThrowIfExists(path);
        string suffix = $".{Guid.NewGuid():N}.tmp", name = Path.GetFileName(path);
        if ((OperatingSystem.IsWindows() ? name.Length : Encoding.UTF8.GetByteCount(name)) + suffix.Length > LongestName)
        {
            throw StoreErrors.Problem(
                path, ErrorCode.StoreWriteFailed,
                $"has a name that is too long. A suffix of {suffix.Length} characters is added while the store is created, and the maximum is {LongestName}. Use a shorter name.");
        }
        string temporary = path + suffix;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (Hold(temporary))
                Write(temporary, requests, cancellation);
            AtomicFile.Move(temporary, path, overwrite: false);
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

    /// <summary>Removes temporary files of killed runs for this store. A running process has its file open.</summary>
    internal static void RemoveLeftovers(string path) =>
        RegularFile.RemoveLeftovers(Path.GetDirectoryName(path)!, $"{Path.GetFileName(path)}.", ".tmp", YoungestLeftover);

    /// <summary>
    /// Marks a file as in use with a lock that ends with the process and that SQLite ignores. Elsewhere than on Linux, SQLite's own handle or lock has this
    /// effect, and another lock would exclude SQLite.
    /// </summary>
    private static FileStream? Hold(string path) =>
        OperatingSystem.IsLinux() ? new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None) : null;

    private static void Write(string path, IEnumerable<TokenRequest> requests, CancellationToken cancellation)
    {
        using var connection = new WriteConnection(SqliteEngine.Open(path, SqliteOpenMode.ReadWriteCreate));
        // The temporary file is private and is deleted on any error, so it needs no journal.
        connection.Execute("PRAGMA journal_mode = OFF");
        connection.Execute(Schema);
        connection.Execute("BEGIN");
        foreach (TokenRequest request in requests)
        {
            cancellation.ThrowIfCancellationRequested();
            connection.Run(Insert, [.. Columns.Select(column => column.Value(request))]);
        }
        connection.Execute("COMMIT");
        connection.Execute("PRAGMA journal_mode = DELETE");
    }

    private static void ThrowIfExists(string path)
    {
        if (Path.Exists(path))
            throw StoreErrors.Problem(path, ErrorCode.StoreExists, "exists, and stores are never overwritten. Use another path, or remove the file first.");
    }
}
