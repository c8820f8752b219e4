using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using TokenDashboard.Engines.Sqlite;

namespace TokenDashboard.Benchmarks;

/// <summary>Creates stores for measurements: 90 days, 41 users, five models, and always the same requests for the same number.</summary>
internal static class SampleStore
{
    public const string Columns = "timestamp, transaction_id, user_id, model, provider, request_type, prompt_tokens, completion_tokens, total_tokens, "
        + "duration_ms, success, trace_id, span_id, parent_span_id";

    private const int Days = 90;
    private const int Seed = 7;

    // The number of working days in 90 days, slightly below the average, so that enough requests are generated.
    private const double WorkingDays = 70;

    /// <summary>The end of the day of the last request. The store contains slightly less than 90 days.</summary>
    public static DateTimeOffset End { get; } = new(2026, 10, 30, 0, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset Until = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Creates a store without rollups once, and keeps it for later runs.</summary>
    public static string Make(string folder, int rows)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"requests-{rows}.db");
        if (!File.Exists(path))
        {
            Console.Error.WriteLine($"Creating {path} ...");
            IEnumerable<TokenRequest> requests = new SampleRequests(Seed).Make(Until, Days, (int)Math.Ceiling(rows / WorkingDays));
            StoreWriter.Create(path, InOrderOfExport(requests).Take(rows), CancellationToken.None);
        }
        return path;
    }

    /// <summary>Copies a store, so that the copy can be changed.</summary>
    public static string Copy(string path, string name)
    {
        string copy = Path.Combine(Path.GetDirectoryName(path)!, name);
        Remove(copy);
        File.Copy(path, copy);
        // Otherwise, the first commit would wait until the whole copy is on disk.
        using SafeFileHandle file = File.OpenHandle(copy, access: FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        return copy;
    }

    public static void Remove(string path)
    {
        foreach (string suffix in (string[])["", "-wal", "-shm", "-journal"])
            File.Delete(path + suffix);
    }

    public static SqliteConnection Connect(string path, SqliteOpenMode mode = SqliteOpenMode.ReadOnly)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 600 }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>Appends requests as the application would: copies of earlier ones with later times.</summary>
    public static void Append(string path, int rows, int skip)
    {
        using SqliteConnection connection = Connect(path, SqliteOpenMode.ReadWrite);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"""
            INSERT INTO telemetry ({Columns})
            SELECT strftime('%Y-%m-%dT%H:%M:%f', timestamp, '+{Days} days'), {Columns[(Columns.IndexOf(',', StringComparison.Ordinal) + 1)..]}
            FROM telemetry WHERE id > {skip} ORDER BY id LIMIT {rows}
            """;
        command.ExecuteNonQuery();
    }

    // Requests are stored when they end, not when they begin.
    private static IEnumerable<TokenRequest> InOrderOfExport(IEnumerable<TokenRequest> requests)
    {
        var running = new PriorityQueue<TokenRequest, DateTimeOffset>();
        foreach (TokenRequest request in requests)
        {
            while (running.TryPeek(out _, out DateTimeOffset end) && end <= request.Timestamp)
                yield return running.Dequeue();
            running.Enqueue(request, request.Timestamp.AddMilliseconds(request.DurationMs ?? 0));
        }
        while (running.TryDequeue(out TokenRequest? last, out _))
            yield return last;
    }
}
