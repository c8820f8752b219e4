using DuckDB.NET.Data;
using Microsoft.Data.Sqlite;

namespace TokenDashboard.Benchmarks;

/// <summary>
/// The same requests in DuckDB, a columnar engine that users could load a store into. Its results contain the same percentiles as the
/// product's, but exact.
/// </summary>
internal static class DuckDb
{
    private const string Table =
        "CREATE TABLE telemetry (timestamp TIMESTAMP, transaction_id VARCHAR, user_id VARCHAR, model VARCHAR, provider VARCHAR, request_type VARCHAR, "
        + "prompt_tokens BIGINT, completion_tokens BIGINT, total_tokens BIGINT, duration_ms DOUBLE, success BIGINT, trace_id VARCHAR, span_id VARCHAR, parent_span_id VARCHAR)";

    public static string Version { get; } = ReadVersion();

    /// <summary>Loads a store once, and keeps the file for later runs.</summary>
    public static string Load(string store)
    {
        string path = Path.ChangeExtension(store, ".duckdb");
        if (File.Exists(path))
            return path;
        string unfinished = path + ".new";
        File.Delete(unfinished);
        using (DuckDBConnection duck = Connect(unfinished))
        {
            using DuckDBCommand create = duck.CreateCommand();
            create.CommandText = Table;
            create.ExecuteNonQuery();
            using SqliteConnection sqlite = SampleStore.Connect(store);
            using SqliteCommand command = sqlite.CreateCommand();
            command.CommandText = $"SELECT {SampleStore.Columns} FROM telemetry ORDER BY id";
            using SqliteDataReader reader = command.ExecuteReader();
            using DuckDBAppender appender = duck.CreateAppender("telemetry");
            while (reader.Read())
            {
                IDuckDBAppenderRow row = appender.CreateRow().AppendValue(reader.GetDateTime(0));
                for (int column = 1; column < reader.FieldCount; column++)
                {
                    row = reader.GetFieldType(column) switch
                    {
                        Type type when type == typeof(long) => row.AppendValue(reader.GetInt64(column)),
                        Type type when type == typeof(double) => row.AppendValue(reader.GetDouble(column)),
                        _ => row.AppendValue(reader.GetString(column)),
                    };
                }
                row.EndRow();
            }
        }
        File.Move(unfinished, path);
        return path;
    }

    /// <summary>Returns the requests and prompt tokens of all groups, from the columns 'requests' and 'prompt'.</summary>
    public static (long Requests, long PromptTokens) Answer(string path, string sql)
    {
        using DuckDBConnection connection = Connect(path);
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using DuckDBDataReader reader = command.ExecuteReader();
        (int requestsAt, int promptAt) = (reader.GetOrdinal("requests"), reader.GetOrdinal("prompt"));
        (long requests, long prompt) = (0, 0);
        while (reader.Read())
            (requests, prompt) = (requests + reader.GetInt64(requestsAt), prompt + reader.GetInt64(promptAt));
        return (requests, prompt);
    }

    private static DuckDBConnection Connect(string path)
    {
        var connection = new DuckDBConnection($"Data Source={path}");
        connection.Open();
        return connection;
    }

    private static string ReadVersion()
    {
        using DuckDBConnection connection = Connect(":memory:");
        return connection.ServerVersion;
    }
}
