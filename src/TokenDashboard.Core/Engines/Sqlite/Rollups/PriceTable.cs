using System.Globalization;
using Microsoft.Data.Sqlite;
using TokenDashboard.Pricing;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>
/// The prices of a store's models, in a table beside <c>telemetry</c>, with which panels and alert rules compute cost: Grafana has no
/// price list. A row is one price: for a provider and a model as in requests, a period, a time of day and a size of prompts.
/// </summary>
internal static class PriceTable
{
    /// <summary>The table. It is small: a model has few prices.</summary>
    public const string Name = "tokendash_price";

    /// <summary>
    /// A view of the details of imported requests, possibly empty: an alert rule cannot check whether a table exists before it reads it.
    /// </summary>
    public const string Details = "tokendash_price_detail";

    /// <summary>Whether a store has it.</summary>
    public const string Exists = $"EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '{Name}')";

    /// <summary>
    /// Times are seconds since 1970, or for times of day, since midnight UTC. Rates are per token and per request.
    /// A part without its own rate has the rate of its whole. NULL means no rate. If the prices of the store are in several
    /// currencies, one_currency is 0 and amounts must not be added.
    /// </summary>
    public const string Create = $"""
        CREATE TABLE IF NOT EXISTS {Name} (
            provider TEXT NOT NULL, model TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, day_from INTEGER NOT NULL, day_until INTEGER NOT NULL,
            prompt_above INTEGER NOT NULL, prompt_upto INTEGER NOT NULL, needs_requests INTEGER NOT NULL,
            input REAL, cached REAL, cache_write REAL, output REAL, reasoning REAL, request REAL NOT NULL, currency TEXT NOT NULL, one_currency INTEGER NOT NULL, list TEXT NOT NULL,
            PRIMARY KEY (provider, model, since, day_from, prompt_above)) WITHOUT ROWID
        """;

    /// <summary>The names of the columns, in their order.</summary>
    public const string Columns = "provider, model, since, until, day_from, day_until, prompt_above, prompt_upto, needs_requests, "
        + "input, cached, cache_write, output, reasoning, request, currency, one_currency, list";

    private static readonly string Parts = string.Join(", ", new[] { Measures.CachedTokens, Measures.CacheWriteTokens, Measures.ReasoningTokens }.Select(part => part.Name));

    private const int ModelsPerTransaction = 200;

    /// <summary>Writes the prices of a store's models, if they changed. The prices of a model change together.</summary>
    public static void Write(StoreWriteConnection connection, TokenStore store, PriceList prices)
    {
        if (Read(store) is not { } stored)
        {
            connection.InTransaction(() => connection.Execute(Create));
            stored = [];
        }
        string view = DetailsOf(store);
        if (ReadView(store) != view)
            connection.InTransaction(() => connection.Execute($"DROP VIEW IF EXISTS {Details}; {view}"));
        HashSet<Row> wanted = [.. RowsOf(ReadModels(store), prices)];
        ILookup<(string, string), Row> rows = wanted.ToLookup(row => (row.Provider, row.Model));
        foreach ((string, string)[] models in stored.Except(wanted).Concat(wanted.Except(stored)).Select(row => (row.Provider, row.Model)).Distinct().Chunk(ModelsPerTransaction))
        {
            connection.InTransaction(() =>
            {
                Run(connection.Connection, $"DELETE FROM {Name} WHERE provider = $0 AND model = $1", models.Select(model => new object?[] { model.Item1, model.Item2 }));
                Run(
                    connection.Connection, $"INSERT INTO {Name} VALUES ({string.Join(", ", Columns.Split(", ").Select((_, number) => $"${number}"))})",
                    models.SelectMany(model => rows[model]).Select(row => row.Values));
            });
        }
    }

    /// <summary>Whether a store's prices are those of a list, for all its models; null if it has none.</summary>
    public static bool? IsCurrent(TokenStore store, PriceList prices) =>
        Read(store) is { } rows ? ReadView(store) == DetailsOf(store) && rows.SetEquals(RowsOf(ReadModels(store), prices)) : null;

    private static string DetailsOf(TokenStore store) => $"CREATE VIEW {Details} AS SELECT " + (store.HasDetails
        ? $"row_id, {Parts} FROM {TelemetrySql.DetailTable}" : $"NULL AS row_id, {string.Join(", ", Parts.Split(", ").Select(part => $"NULL AS {part}"))} WHERE FALSE");

    private static string ReadView(TokenStore store) => store.Scalar<string>($"SELECT COALESCE((SELECT sql FROM sqlite_schema WHERE name = '{Details}'), '')");

    // Those in the rollups, and those of the requests that are not in the rollups.
    private static HashSet<(string Provider, string Model)> ReadModels(TokenStore store)
    {
        var models = new HashSet<(string Provider, string Model)>();
        RollupState? state = RollupState.Read(store);
        if (state is { IsForeign: false })
            models.UnionWith(store.Read(() => RollupStore.ReadGroups(store, new RequestFilter())).Values.Select(group => (group.Provider, group.Model)));
        RowRange rows = state is { IsUsable: true } ? state.After(store) : store.Rows();
        if (rows.First <= rows.Last)
        {
            using var scanner = new RowScanner(store, new RequestFilter(), RequestText.Provider | RequestText.Model, ranges: [rows]);
            scanner.ReadAll(row => models.Add((row.Provider, row.Model)));
        }
        return models;
    }

    // Amounts of different currencies are never added.
    private static IEnumerable<Row> RowsOf(IEnumerable<(string Provider, string Model)> models, PriceList prices)
    {
        StoredPrice[] all = [.. StoredPrice.Of(models, prices)];
        bool oneCurrency = all.DistinctBy(price => price.Currency).Count() < 2;
        return all.Select(price => new Row(price, oneCurrency));
    }

    // Null where there is no table.
    private static HashSet<Row>? Read(TokenStore store) => store.Scalar<long>($"SELECT {Exists}") == 0 ? null : store.Read(() =>
    {
        using SqliteCommand command = store.CreateCommand($"SELECT * FROM {Name}");
        using SqliteDataReader reader = store.ExecuteReader(command);
        double? Rate(int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
        var rows = new HashSet<Row>();
        while (reader.Read())
        {
            rows.Add(new Row(
                new StoredPrice(
                    reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7),
                    reader.GetBoolean(8), Rate(9), Rate(10), Rate(11), Rate(12), Rate(13), reader.GetDouble(14), reader.GetString(15), reader.GetString(17)),
                reader.GetBoolean(16)));
        }
        return rows;
    });

    private static void Run(SqliteConnection connection, string sql, IEnumerable<object?[]> rows)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (object?[] values in rows)
        {
            command.Parameters.Clear();
            for (int column = 0; column < values.Length; column++)
                command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"${column}"), values[column] ?? DBNull.Value);
            command.ExecuteNonQuery();
        }
    }

    private sealed record Row(StoredPrice Price, bool OneCurrency)
    {
        public string Provider => Price.Provider;

        public string Model => Price.Model;

        public object?[] Values =>
        [
            Price.Provider, Price.Model, Price.Since, Price.Until, Price.DayFrom, Price.DayUntil, Price.PromptAbove, Price.PromptUpTo, Price.NeedsRequests,
            Price.Input, Price.Cached, Price.CacheWrite, Price.Output, Price.Reasoning, Price.Request, Price.Currency, OneCurrency, Price.List,
        ];
    }
}
