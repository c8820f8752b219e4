using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>Reads the rows of a database that is imported, in short reads that keep no writer waiting.</summary>
internal static class DatabaseRows
{
    private const int Page = 5_000;

    private const string StoreColumns =
        "timestamp, transaction_id, user_id, model, provider, request_type, prompt_tokens, completion_tokens, total_tokens, duration_ms, success, trace_id, span_id, parent_span_id";

    /// <summary>Whether a database has a table.</summary>
    public static bool HasTable(TokenStore database, string name)
    {
        using SqliteCommand command = database.CreateCommand("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = $0");
        command.Parameters.AddWithValue("$0", name);
        return database.Read(() => (long)command.ExecuteScalar()! > 0);
    }

    /// <summary>
    /// The requests of a store: their id, then timestamp, transaction, user, model, provider, request type, prompt, completion and total
    /// tokens, duration, verdict, trace, span, parent span, and cached, cache write and reasoning tokens and cost.
    /// </summary>
    public static IEnumerable<string?[]> Requests(TokenStore store)
    {
        string details = store.HasDetails ? $"LEFT JOIN {TelemetrySql.DetailTable} ON row_id = id" : "LEFT JOIN (SELECT NULL AS row_id, NULL AS cached_tokens, NULL AS cache_write_tokens, NULL AS reasoning_tokens, NULL AS cost) ON FALSE";
        return Rows(store, $"SELECT id, {StoreColumns}, cached_tokens, cache_write_tokens, reasoning_tokens, cost FROM {TelemetrySql.Table} {details} WHERE id > $0 ORDER BY id LIMIT {Page}", 0L);
    }

    /// <summary>Messages of OpenCode: their id, their session and their content as JSON.</summary>
    public static IEnumerable<string?[]> OpenCodeMessages(TokenStore database) =>
        Rows(database, $"SELECT id, session_id, data FROM message WHERE id > $0 ORDER BY id LIMIT {Page}", "");

    private static IEnumerable<string?[]> Rows(TokenStore database, string sql, object first)
    {
        object last = first;
        while (true)
        {
            List<string?[]> page = database.Read(() =>
            {
                using SqliteCommand command = database.CreateCommand(sql);
                command.Parameters.AddWithValue("$0", last);
                using SqliteDataReader reader = database.ExecuteReader(command);
                var rows = new List<string?[]>();
                while (reader.Read())
                {
                    string?[] row = new string?[reader.FieldCount];
                    for (int i = 0; i < row.Length; i++)
                    {
                        row[i] = reader.GetValue(i) switch
                        {
                            DBNull or byte[] => null,
                            double number => number.ToString("R", CultureInfo.InvariantCulture),
                            var value => Convert.ToString(value, CultureInfo.InvariantCulture),
                        };
                    }
                    rows.Add(row);
                    last = reader.GetValue(0);
                }
                return rows;
            });
            if (page.Count == 0)
            {
                yield break;
            }
            foreach (string?[] row in page)
            {
                yield return row;
            }
        }
    }
}
