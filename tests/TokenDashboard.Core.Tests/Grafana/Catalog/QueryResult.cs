using Microsoft.Data.Sqlite;

namespace TokenDashboard.Tests.Grafana.Catalog;

/// <summary>The result of a query: integers as long, reals as double, texts as string, NULL as null.</summary>
internal sealed record QueryResult(string[] Columns, IReadOnlyList<object?[]> Rows)
{
    /// <summary>Runs interpolated SQL like the plugin: read-only, on a separate connection.</summary>
    public static QueryResult Of(TestStore store, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = store.Path,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        string[] columns = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        var rows = new List<object?[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        return new QueryResult(columns, rows);
    }

    /// <summary>The values of a column.</summary>
    public IReadOnlyList<T> Column<T>(string name)
    {
        int index = Array.IndexOf(Columns, name);
        Assert.True(index >= 0, $"There is no column {name}.");
        return [.. Rows.Select(row => (T)row[index]!)];
    }

    /// <summary>The values of a column, by the names in the key column.</summary>
    public Dictionary<string, T> By<T>(string keyColumn, string column) =>
        Column<string>(keyColumn).Zip(Column<T>(column)).ToDictionary(pair => pair.First, pair => pair.Second);
}
