using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>
/// Cost as SQL, with the prices that a store contains in <see cref="PriceTable"/>. The words «prices» and «has_prices» are replaced when it is known
/// whether the table exists.
/// </summary>
internal static class PriceSql
{
    /// <summary>Replaces the table if it does not exist.</summary>
    internal static string NoPrices { get; } = $"(VALUES ({string.Join(", ", Enumerable.Repeat("NULL", PriceTable.Columns.Split(", ").Length))})) WHERE FALSE";

    /// <summary><c>price</c>: the table.</summary>
    internal static string Prices { get; } = $"price({PriceTable.Columns}) AS NOT MATERIALIZED (SELECT * FROM «prices»)";

    /// <summary>Whether a price changes at times or sizes that rollups do not distinguish, so that single requests must be read.</summary>
    internal const string NeedsRequests = "EXISTS (SELECT 1 FROM price WHERE needs_requests)";

    /// <summary><c>priced_request</c>: the single requests with their cost.</summary>
    internal static string OfRequests { get; } = $"""
        priced_request AS NOT MATERIALIZED (
          SELECT request.*, {Values("request", "MAX(request.total_tokens - request.prompt_tokens - request.completion_tokens, 0)", "request.cached_tokens", OfRequest)} FROM request)
        """;

    /// <summary>
    /// <c>priced_sum</c>: the sums of rollups with their cost. No sum spans a change of its price, because <c>segment</c> ends where a price
    /// changes. All requests of a sum are in the same tier, or the tier is unknown and so is the price.
    /// </summary>
    internal static string OfSums { get; } = $"""
        priced_sum AS NOT MATERIALIZED (
          SELECT sum_row.*, {Values("sum_row", "sum_row.other_tokens", "CASE WHEN sum_row.cached_requests > 0 THEN sum_row.cached_tokens END",
              IsPrice("sum_row.provider", "sum_row.model", "sum_row.first", SizeBound(smallest: true), SizeBound(smallest: false)))} FROM sum_row),
        midnight(second) AS (
          SELECT MIN(start) FROM {RollupSchema.Sums} WHERE level = {RollupLevel.Day:D}
          UNION ALL
          SELECT second + {RollupLevels.DaySeconds} FROM midnight WHERE second < (SELECT MAX(start) FROM {RollupSchema.Sums} WHERE level = {RollupLevel.Day:D})),
        price_change(second) AS (
          SELECT {RollupPlanner.FirstRow}
          UNION
          SELECT since FROM price
          UNION
          SELECT second + day_from FROM price CROSS JOIN midnight
          WHERE (day_from > 0 OR day_until < {RollupLevels.DaySeconds}) AND second + day_from >= since AND second + day_from < until),
        segment AS (
          SELECT MAX(first, second) AS first, MIN(last, next) AS last, step, utc_offset, before, since, shift, first AS began
          FROM stretch CROSS JOIN (SELECT second, LEAD(second, 1, {RollupPlanner.LastRow}) OVER (ORDER BY second) AS next FROM price_change)
          WHERE second < stretch.last AND next > stretch.first)
        """;

    /// <summary>Whether a row of the table is the price of a row of <c>request</c>.</summary>
    internal static string OfRequest => IsPrice("request.provider", "request.model", "request.second", "request.prompt_tokens", "request.prompt_tokens");

    /// <summary>The cost of a row of counts at the joined <c>price</c>; NULL without a price.</summary>
    // As PriceRates.CostOf: the cost of a sum is the sum of the costs. If no token and no request has a price, there is no cost.
    internal static string Cost(string row) => $"""
        CASE WHEN price.request IS NOT NULL AND ({Unpriced(row)} < {All(row)} OR price.request > 0) AND price.one_currency
                THEN {string.Concat(Parts(row).Select(part => $"COALESCE({part.Tokens} * price.{part.Rate}, 0) + "))}{row}.requests * price.request END
        """;

    // Scalar subqueries do not run if no query reads their column.
    private static string Values(string row, string otherTokens, string knownCached, string isPrice) => $"""
        (SELECT {Cost(row)} FROM price WHERE {isPrice}) AS cost,
            CASE WHEN «has_prices» THEN {otherTokens} + COALESCE((SELECT {Unpriced(row)} FROM price WHERE {isPrice}), {All(row)}) END AS unpriced_tokens,
            (SELECT {knownCached} * (price.input - price.cached) FROM price WHERE {isPrice} AND price.one_currency) AS cache_savings
        """;

    private static string IsPrice(string provider, string model, string second, string smallestPrompt, string largestPrompt) =>
        $"price.provider = {Stored(provider)} AND price.model = {Stored(model)} AND {At(second)} AND {smallestPrompt} > price.prompt_above AND {largestPrompt} <= price.prompt_upto";

    private static string Unpriced(string row) => string.Join(" + ", Parts(row).Select(part => $"{part.Tokens} * (price.{part.Rate} IS NULL)"));

    private static string All(string row) => $"{row}.prompt_tokens + {row}.completion_tokens";

    private static (string Rate, string Tokens)[] Parts(string row)
    {
        string Known(Measure part) => $"COALESCE({row}.{part.Name}, 0)";
        string cached = Known(Measures.CachedTokens), written = Known(Measures.CacheWriteTokens), reasoning = Known(Measures.ReasoningTokens);
        string hour = Known(Measures.HourCacheWriteTokens);
        return
        [
            ("input", $"({row}.prompt_tokens - {cached} - {written})"), ("cached", cached), ("cache_write", $"({written} - {hour})"), ("hour_cache_write", hour),
            ("output", $"({row}.completion_tokens - {reasoning})"), ("reasoning", reasoning),
        ];
    }

    // The time is computed for each request, so only if required: few models have times of day.
    private static string At(string second) => $"{second} >= price.since AND {second} < price.until "
        + $"AND (price.day_until - price.day_from = {RollupLevels.DaySeconds} OR {OfDay(second)} >= price.day_from AND {OfDay(second)} < price.day_until)";

    private static string OfDay(string second) => $"({second} % {RollupLevels.DaySeconds} + {RollupLevels.DaySeconds}) % {RollupLevels.DaySeconds}";

    private static string Stored(string name) => $"CASE {name} {string.Concat(PanelNames.Changed.Select(changed => $"WHEN '{changed.Shown}' THEN '{changed.Stored}' "))}ELSE {name} END";

    private static string SizeBound(bool smallest) => $"CASE sum_row.input_class {string.Concat(InputSize.Ranges.Select((range, size) =>
        string.Create(CultureInfo.InvariantCulture, $"WHEN {size} THEN {(smallest ? range.Smallest : range.Largest)} ")))}END";
}
