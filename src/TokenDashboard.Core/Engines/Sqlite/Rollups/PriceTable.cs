using TokenDashboard.Pricing;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>
/// The prices of a store's models, in a table next to <c>telemetry</c>. Panels and alert rules use them to compute cost, because Grafana has no
/// price list. A row is one price, for a provider and a model as in requests, a period, a time of day and a range of prompt sizes.
/// </summary>
internal static class PriceTable
{
    /// <summary>The table. It is small, because a model has few prices.</summary>
    public const string Name = "tokendash_price";

    /// <summary>
    /// A view of the details of imported requests, which can be empty. An alert rule cannot check whether a table exists before it reads it.
    /// </summary>
    public const string Details = "tokendash_price_detail";

    // Times are seconds since 1970. Times of day are seconds since midnight UTC. Rates are per token and per request. A part without its own
    // rate has the rate of its whole. NULL means no rate. If the prices of the store are in several currencies, one_currency is 0 and
    // amounts must not be added.
    private static readonly (string Name, string Type, Func<StoredPrice, bool, object?> Value)[] Layout =
    [
        ("provider", "TEXT NOT NULL", (price, _) => price.Provider),
        ("model", "TEXT NOT NULL", (price, _) => price.Model),
        ("since", "INTEGER NOT NULL", (price, _) => price.Since),
        ("until", "INTEGER NOT NULL", (price, _) => price.Until),
        ("day_from", "INTEGER NOT NULL", (price, _) => price.DayFrom),
        ("day_until", "INTEGER NOT NULL", (price, _) => price.DayUntil),
        ("prompt_above", "INTEGER NOT NULL", (price, _) => price.PromptAbove),
        ("prompt_upto", "INTEGER NOT NULL", (price, _) => price.PromptUpTo),
        ("needs_requests", "INTEGER NOT NULL", (price, _) => price.NeedsRequests ? 1L : 0L),
        ("input", "REAL", (price, _) => price.Input),
        ("cached", "REAL", (price, _) => price.Cached),
        ("cache_write", "REAL", (price, _) => price.CacheWrite),
        ("hour_cache_write", "REAL", (price, _) => price.HourCacheWrite),
        ("output", "REAL", (price, _) => price.Output),
        ("reasoning", "REAL", (price, _) => price.Reasoning),
        ("request", "REAL NOT NULL", (price, _) => price.Request),
        ("currency", "TEXT NOT NULL", (price, _) => price.Currency),
        ("one_currency", "INTEGER NOT NULL", (_, oneCurrency) => oneCurrency ? 1L : 0L),
        ("list", "TEXT NOT NULL", (price, _) => price.List),
    ];

    /// <summary>The names of the columns, in their order.</summary>
    public static string Columns { get; } = string.Join(", ", Layout.Select(column => column.Name));

    private static string Create { get; } = $"""
        CREATE TABLE IF NOT EXISTS {Name} ({string.Join(", ", Layout.Select(column => $"{column.Name} {column.Type}"))},
            PRIMARY KEY (provider, model, since, day_from, prompt_above)) WITHOUT ROWID
        """;

    private static readonly string Insert = $"INSERT INTO {Name} VALUES ({string.Join(", ", Layout.Select((_, number) => string.Create(CultureInfo.InvariantCulture, $"?{number + 1}")))})";

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
                foreach ((string provider, string model) in models)
                {
                    connection.Run($"DELETE FROM {Name} WHERE provider = ?1 AND model = ?2", provider, model);
                    foreach (Row row in rows[(provider, model)])
                        connection.Run(Insert, row.Values);
                }
            });
        }
    }

    /// <summary>Whether a store's prices for all its models match a price list; null if it has none.</summary>
    public static bool? IsCurrent(TokenStore store, PriceList prices) =>
        Read(store) is { } rows ? ReadView(store) == DetailsOf(store) && rows.SetEquals(RowsOf(ReadModels(store), prices)) : null;

    private static string DetailsOf(TokenStore store) => $"CREATE VIEW {Details} AS SELECT " + (store.HasDetails
        ? $"row_id, {string.Join(", ", Measures.Parts.Select(part => part.Name))} FROM {TelemetrySql.DetailTable}"
        : $"NULL AS row_id, {string.Join(", ", Measures.Parts.Select(part => $"NULL AS {part.Name}"))} WHERE FALSE");

    private static string ReadView(TokenStore store) => store.Scalar<string>($"SELECT COALESCE((SELECT sql FROM sqlite_schema WHERE name = '{Details}'), '')");

    // The models in the rollups, and the models of the requests that are not in the rollups.
    private static HashSet<(string Provider, string Model)> ReadModels(TokenStore store)
    {
        var models = new HashSet<(string Provider, string Model)>();
        RollupState? state = RollupState.Read(store);
        if (state is { IsForeign: false })
            models.UnionWith(RollupStore.ReadGroups(store, new RequestFilter()).Values.Select(group => (group.Provider, group.Model)));
        RowRange rows = state is { IsUsable: true } ? state.After(store) : store.Rows();
        using var scanner = new RowScanner(store, new RequestFilter(), RequestText.Provider | RequestText.Model, ranges: [rows]);
        scanner.ReadAll(row => models.Add((row.Provider, row.Model)));
        return models;
    }

    // Amounts in different currencies are never added.
    private static IEnumerable<Row> RowsOf(IEnumerable<(string Provider, string Model)> models, PriceList prices)
    {
        StoredPrice[] all = [.. StoredPrice.Of(models, prices)];
        bool oneCurrency = all.DistinctBy(price => price.Currency).Count() < 2;
        return all.Select(price => new Row([.. Layout.Select(column => column.Value(price, oneCurrency))]));
    }

    // Null if the table does not exist.
    private static HashSet<Row>? Read(TokenStore store) => !store.Has(Name) ? null
        : [.. store.Query($"SELECT * FROM {Name}", row => new Row([.. Layout.Select((_, column) => row.IsDBNull(column) ? null : row.GetValue(column))]))];

    private sealed record Row(object?[] Values)
    {
        public string Provider => (string)Values[0]!;

        public string Model => (string)Values[1]!;

        public bool Equals(Row? other) => other is not null && Values.SequenceEqual(other.Values);

        public override int GetHashCode() => Values.Aggregate(0, HashCode.Combine);
    }
}
