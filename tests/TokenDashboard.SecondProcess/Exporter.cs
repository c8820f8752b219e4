using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TokenDashboard.SecondProcess;

/// <summary>
/// Writes to a store the way Observicia's exporter does: one connection per batch, and Python's busy timeout of five seconds. If the store
/// is locked for longer, the batch is lost. https://github.com/Observicia/Observicia, sdk/observicia/utils/exporter.py
/// </summary>
internal static class Exporter
{
    private const int BusyTimeoutMilliseconds = 5000;
    private const int RowsPerBatch = 5;
    private const int TokensPerRow = 15;

    /// <summary>Writes batches until standard input ends, and reports lost batches and times.</summary>
    /// <param name="store">The database file.</param>
    /// <param name="pause">Milliseconds between two batches.</param>
    public static void Run(string store, int pause)
    {
        bool stopped = false;
        var listener = new Thread(() =>
        {
            Console.In.ReadToEnd();
            Volatile.Write(ref stopped, true);
        }) { IsBackground = true };
        listener.Start();
        Batteries_V2.Init();
        int lost = 0;
        var waits = new List<double>();
        for (int batch = 0; !Volatile.Read(ref stopped); batch++)
        {
            long begun = Stopwatch.GetTimestamp();
            if (!Write(store, batch))
                lost++;
            waits.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            Thread.Sleep(pause);
        }
        waits.Sort();
        string At(double part) => waits[(int)((waits.Count - 1) * part)].ToString("0", CultureInfo.InvariantCulture);
        Console.WriteLine($"{waits.Count} batches of {RowsPerBatch}, {lost} lost, milliseconds for one: half {At(0.5)}, 95 % {At(0.95)}, 99 % {At(0.99)}, all {At(1)}");
    }

    private static bool Write(string store, int batch)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = store, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        connection.Open();
        sqlite3 database = connection.Handle!;
        raw.sqlite3_busy_timeout(database, BusyTimeoutMilliseconds);
        // Python begins a transaction only with the first INSERT.
        bool written = Execute(database, "BEGIN");
        for (int row = 0; row < RowsPerBatch && written; row++)
        {
            string timestamp = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);
            written = Execute(database, $"""
                INSERT INTO telemetry (timestamp, transaction_id, user_id, model, provider, request_type, prompt_tokens, completion_tokens,
                    total_tokens, duration_ms, success, trace_id, span_id, parent_span_id)
                VALUES ('{timestamp}', 'live', 'live', 'gpt-4o', 'openai', 'chat', 10, 5, {TokensPerRow}, 100.5, 1, 'live{batch}', '{row}', '')
                """);
        }
        return written && Execute(database, "COMMIT");
    }

    private static bool Execute(sqlite3 database, string sql)
    {
        int resultCode = raw.sqlite3_exec(database, sql);
        if (resultCode is not (raw.SQLITE_OK or raw.SQLITE_BUSY))
            SqliteException.ThrowExceptionForRC(resultCode, database);
        return resultCode == raw.SQLITE_OK;
    }
}
