using System.Globalization;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.ClickHouse.Queries;

/// <summary>The value of each measure of a row of <see cref="RequestTable"/>.</summary>
internal static class ClickHouseMeasures
{
    private static readonly Dictionary<Measure, string> Values = new()
    {
        [Measures.Requests] = "1",
        [Measures.PromptTokens] = "prompt_tokens",
        [Measures.CompletionTokens] = "completion_tokens",
        [Measures.TotalTokens] = "total_tokens",
        [Measures.CachedRequests] = "cached_tokens IS NOT NULL",
        [Measures.CachedTokens] = "ifNull(cached_tokens, 0)",
        [Measures.CacheWriteRequests] = "cache_write_tokens IS NOT NULL",
        [Measures.CacheWriteTokens] = "ifNull(cache_write_tokens, 0)",
        [Measures.ReasoningRequests] = "reasoning_tokens IS NOT NULL",
        [Measures.ReasoningTokens] = "ifNull(reasoning_tokens, 0)",
        [Measures.PolicyFailures] = "policy_failed",
        [Measures.InterruptedStreams] = "interrupted_stream",
        [Measures.TimedRequests] = "duration_ms IS NOT NULL",
        [Measures.PricedRequests] = "recorded_cost IS NOT NULL",
        [Measures.UnreadableRequests] = Has(UnreadableValue.Timestamp | UnreadableValue.Tokens | UnreadableValue.Duration | UnreadableValue.PolicyVerdict),
        [Measures.UnreadableTokens] = Has(UnreadableValue.Tokens),
        [Measures.UnreadableDurations] = Has(UnreadableValue.Duration),
        [Measures.UnreadableVerdicts] = Has(UnreadableValue.PolicyVerdict),
        [Measures.DurationMs] = "ifNull(duration_ms, 0)",
        [Measures.RecordedCost] = "ifNull(recorded_cost, 0)",
        [Measures.MaxTotalTokens] = "total_tokens",
        [Measures.MaxDurationMs] = "ifNull(duration_ms, 0)",
        [Measures.LastTicks] = RequestTable.Micros,
        [Measures.FirstTicks] = RequestTable.Micros,
    };

    /// <summary>Whether a row has a value that cannot be read.</summary>
    public static string IsUnreadable => Values[Measures.UnreadableRequests];

    /// <summary>All measures, integers first, each as it is read.</summary>
    public static IReadOnlyList<Measure> All { get; } = [.. Measures.Integers, .. Measures.Reals];

    /// <summary>The class of input size of a row.</summary>
    public static string InputClass { get; } = string.Join(" + ", InputSize.Thresholds.Select(threshold => string.Create(CultureInfo.InvariantCulture, $"(prompt_tokens > {threshold})")));

    /// <summary>The measure over the rows of a group.</summary>
    public static string Aggregate(Measure measure) =>
        $"{(measure.IsReal ? "toFloat64" : "toInt64")}({measure.Aggregate switch { MeasureAggregate.Sum => "sum", MeasureAggregate.Max => "max", _ => "min" }}({Values[measure]}))";

    private static string Has(UnreadableValue kinds) => string.Create(CultureInfo.InvariantCulture, $"bitAnd(unreadable, {(byte)kinds}) > 0");
}
