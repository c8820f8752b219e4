namespace TokenDashboard.Engines.ClickHouse;

/// <summary>
/// The prices of the models in <see cref="RequestTable"/>, and a view of its requests with their cost, because Grafana has no price list. Sync-TokenStore
/// writes the prices.
/// </summary>
internal static class PriceView
{
    /// <summary>The table of prices, with one row for each provider and model as in requests, so that all prices of a model change together.</summary>
    public const string Table = "token_price";

    /// <summary>The view: the columns of the table of requests, and those of <see cref="Measures.Priced"/>.</summary>
    public const string Name = "token_request_priced";

    /// <summary>The names of the columns, in the order in which rows are sent.</summary>
    public static readonly string[] Columns = ["provider", "model", "list", "currency", "prices", "content", "version"];

    // A price of a model: its time, its prompt sizes, and the cost of a token of each part and of a request.
    private static readonly string[] Fields =
        ["since", "until", "day_from", "day_until", "prompt_above", "prompt_upto", "input", "cached", "cache_write", "hour_cache_write", "output", "reasoning", "request"];

    private static string Price => $"Tuple({string.Join(", ", Fields.Select((name, index) => $"{name} {(index < 6 ? "Int64" : name == "request" ? "Float64" : "Nullable(Float64)")}"))})";

    private static readonly string Prompt = Measures.PromptTokens.Name, Completion = Measures.CompletionTokens.Name;

    /// <summary>The prompt tokens that, as far as known, were neither read from a cache nor written to one.</summary>
    public static string OtherPrompt { get; } = $"({Prompt} - {Known(Measures.CachedTokens)} - {Known(Measures.CacheWriteTokens)})";

    // The rate that applies to the tokens of each part. An unknown part is 0.
    private static readonly (string Rate, string Tokens)[] Parts =
    [
        ("input", OtherPrompt),
        ("cached", Known(Measures.CachedTokens)), ("cache_write", $"({Known(Measures.CacheWriteTokens)} - {Known(Measures.HourCacheWriteTokens)})"),
        ("hour_cache_write", Known(Measures.HourCacheWriteTokens)),
        ("output", $"({Completion} - {Known(Measures.ReasoningTokens)})"), ("reasoning", Known(Measures.ReasoningTokens)),
    ];

    private static string Known(Measure part) => $"ifNull({part.Name}, 0)";

    /// <summary>The statements that create the table and the view if they are missing.</summary>
    public static IReadOnlyList<(string Name, string Sql)> CreateStatements(string onCluster) =>
    [
        (Table, $"""
        CREATE TABLE IF NOT EXISTS {Table}{onCluster}
        (
            provider LowCardinality(String), model LowCardinality(String), list String, currency String,
            prices Array({Price}),
            content UInt64, version UInt64
        )
        ENGINE = {(onCluster.Length == 0 ? "ReplacingMergeTree(version)" : "ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/{table}', '{shard}-{replica}', version)")}
        ORDER BY (provider, model)
        {RequestTable.CommentClause}
        """),
        (Name, $"""
        CREATE VIEW IF NOT EXISTS {Name}{onCluster} AS
        {Of(RequestTable.Rows, "1", ClickHouseMeasures.Of(Measures.OtherTokens), Prompt, Prompt)}
        {RequestTable.ReadSettings}
        {RequestTable.CommentClause}
        """),
    ];

    /// <summary>The number of currencies of the prices. Amounts in several currencies are not added.</summary>
    public static string Currencies { get; } = $"(SELECT uniqExactIf(currency, notEmpty(prices)) FROM {Table} FINAL)";

    /// <summary>Whether any price changes within a UTC day or a class of input size, so that sums of these are not sufficient for the cost.</summary>
    public static string NeedRequests { get; } = $"""
        (SELECT count() > 0 FROM {Table} FINAL ARRAY JOIN prices AS each
            WHERE each.day_from > 0 OR each.day_until < 86400 OR each.since % 86400 != 0 OR (each.until % 86400 != 0 AND each.until < {DateTime.MaxValue.Ticks / TimeSpan.TicksPerSecond - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerSecond)})
                OR each.prompt_above NOT IN (-1, {string.Join(", ", InputSize.Thresholds)}))
        """;

    /// <summary>An upper bound of the cost of a request, or of a sum of requests, from the highest rates of its model by their names.</summary>
    public static string Highest(Func<string, string> rate, string requests) =>
        string.Join(" + ", Parts.Select(part => $"greatest({part.Tokens}, 0) * {rate(part.Rate)}").Append($"{requests} * {rate("request")}"));

    /// <summary>
    /// A query of requests, or of sums of requests, with their cost. The rows have the alias <c>request</c>. Other parameters are expressions for the
    /// values of a row.
    /// </summary>
    // As PriceRates.CostOf: if no token has a price, there is no cost. Amounts in several currencies are not added. A condition on
    // the joined rows costs less than copying a list of prices to each request, and numbers cost less than nullable values.
    public static string Of(string rows, string requests, string otherTokens, string smallest, string largest) => $"""
        WITH
            intDiv({RequestTable.Micros}, 1000000) AS second,
            {string.Join(" + ", Parts.Select(part => $"{part.Tokens} * (1 - price.has_{part.Rate})"))} AS unpriced,
            {Currencies} < 2 AS one_currency
        SELECT request.*,
            if(price.prompt_upto > 0 AND one_currency AND (unpriced < {Prompt} + {Completion} OR price.request > 0),
                {string.Join(" + ", Parts.Select(part => $"{part.Tokens} * price.{part.Rate}"))} + {requests} * price.request, NULL) AS cost,
            if((SELECT count() FROM {Table}) > 0, unpriced + {otherTokens}, NULL) AS unpriced_tokens,
            if(one_currency AND price.has_input AND price.has_cached, {Measures.CachedTokens.Name} * (price.input - price.cached), NULL) AS cache_savings
        FROM {rows}
        LEFT JOIN (SELECT {ClickHouseMeasures.Key(["provider", "model"])} AS key, {string.Join(", ", Fields.Select(name => $"ifNull(each.{name}, 0) AS {name}"))}, {string.Join(", ", Parts.Select(part => $"toInt8(each.{part.Rate} IS NOT NULL) AS has_{part.Rate}"))} FROM {Table} FINAL ARRAY JOIN prices AS each) AS price
            ON price.key = {ClickHouseMeasures.Key(["request.provider", "request.model"])} AND second >= price.since AND second < price.until
                AND second % 86400 >= price.day_from AND second % 86400 < price.day_until AND {smallest} > price.prompt_above AND {largest} <= price.prompt_upto
        """;
}
