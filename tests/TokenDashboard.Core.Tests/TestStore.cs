using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Imports;

namespace TokenDashboard.Tests;

/// <summary>A store on disk that holds whatever a test puts there, damaged values included.</summary>
internal sealed class TestStore : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TestStore()
    {
        Path = _folder.File("store.db");
        StoreWriter.Create(Path, [], CancellationToken.None);
    }

    public string Path { get; }

    /// <summary>A connection that writes, as the application does.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={Path};Pooling=False;Default Timeout=1");
        connection.Open();
        return connection;
    }

    public TokenStore Open() => TokenStore.Open(Path, CancellationToken.None);

    public void Insert(params IEnumerable<Row> rows)
    {
        using SqliteConnection connection = Connect();
        using SqliteTransaction transaction = connection.BeginTransaction();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO telemetry (timestamp, transaction_id, user_id, model, provider, request_type, prompt_tokens, completion_tokens,
                total_tokens, duration_ms, success, trace_id, span_id, parent_span_id)
            VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'trace', 'span', '')
            """;
        foreach (Row row in rows)
        {
            object?[] values =
            [
                row.Timestamp, row.Transaction, row.User, row.Model, row.Provider, row.RequestType, row.Prompt, row.Completion, row.Total, row.Duration, row.Success,
            ];
            command.Parameters.Clear();
            for (int i = 0; i < values.Length; i++)
                command.Parameters.AddWithValue($"${i}", values[i] ?? DBNull.Value);
            command.ExecuteNonQuery();
            if (row.Detail is { } detail)
                InsertDetail(connection, detail);
        }
        transaction.Commit();
    }

    // As an import does.
    private static void InsertDetail(SqliteConnection connection, object?[] detail)
    {
        using SqliteCommand command = connection.CreateCommand();
        string[] columns = [.. TelemetrySql.DetailColumns.Take(detail.Length - 1), TelemetrySql.DetailColumns[^1]];
        command.CommandText = $"""
            {ImportSchema.Create}
            INSERT INTO {TelemetrySql.DetailTable} (row_id, {string.Join(", ", columns)})
            VALUES ((SELECT max(id) FROM telemetry), {string.Join(", ", columns.Select((_, index) => $"${index}"))})
            """;
        for (int i = 0; i < detail.Length; i++)
            command.Parameters.AddWithValue($"${i}", detail[i] ?? DBNull.Value);
        command.ExecuteNonQuery();
    }

    /// <summary>The first column of each row that a query returns.</summary>
    public List<object> Query(string sql)
    {
        using SqliteConnection connection = Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        var values = new List<object>();
        while (reader.Read())
            values.Add(reader.GetValue(0));
        return values;
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The values of a row, of any type that a column can contain.</summary>
    internal sealed record Row
    {
        public object? Timestamp { get; init; } = "2026-03-01T12:00:00";

        public object? Transaction { get; init; } = "";

        public object? User { get; init; } = "alice";

        public object? Model { get; init; } = "gpt-4o";

        public object? Provider { get; init; } = "openai";

        public object? RequestType { get; init; } = "chat";

        public object? Prompt { get; init; } = 10L;

        public object? Completion { get; init; } = 5L;

        public object? Total { get; init; } = 15L;

        public object? Duration { get; init; } = 100.0;

        public object? Success { get; init; } = 1L;

        /// <summary>Cached, cache-write and reasoning tokens and cost; null if no import provided them.</summary>
        public object?[]? Detail { get; init; }
    }
}

internal static class SqliteConnectionExtensions
{
    public static void Execute(this SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
