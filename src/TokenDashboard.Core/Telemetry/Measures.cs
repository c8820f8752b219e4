namespace TokenDashboard.Telemetry;

/// <summary>
/// The table of all measures. The columns of rollups and views, SELECT lists, accumulators and comparisons are derived from it. A
/// new measure needs an entry here, its value in each engine, and a property of the result if users see it.
/// </summary>
internal static class Measures
{
    private static readonly List<Measure> Table = [];

    public static Measure Requests { get; } = Sum(
        "requests", MeasureUnit.Requests, "Requests", "Number of requests.");

    public static Measure PromptTokens { get; } = Sum(
        "prompt_tokens", MeasureUnit.Tokens, "Prompt tokens", "Tokens sent, including cached and cache-write tokens.");

    public static Measure CompletionTokens { get; } = Sum(
        "completion_tokens", MeasureUnit.Tokens, "Completion tokens", "Tokens received, including reasoning tokens.");

    public static Measure TotalTokens { get; } = Sum(
        "total_tokens", MeasureUnit.Tokens, "Total tokens", "The stored totals, or prompt plus completion tokens if a total is 0 or missing.");

    public static Measure OtherTokens { get; } = Hidden(
        "other_tokens", "Tokens of totals that are neither prompt nor completion tokens.", MeasureUnit.Tokens);

    public static Measure CachedRequests { get; } = Hidden(
        "cached_requests", "Requests with a known number of cached tokens.");

    public static Measure CachedTokens { get; } = Part(
        "cached_tokens", PromptTokens, "Cached tokens", "Prompt tokens that the provider read from its cache.", CachedRequests);

    public static Measure CacheWriteRequests { get; } = Hidden(
        "cache_write_requests", "Requests with a known number of cache-write tokens.");

    public static Measure CacheWriteTokens { get; } = Part(
        "cache_write_tokens", PromptTokens, "Cache-write tokens", "Prompt tokens that the provider wrote to its cache.", CacheWriteRequests);

    public static Measure ReasoningRequests { get; } = Hidden(
        "reasoning_requests", "Requests with a known number of reasoning tokens.");

    public static Measure ReasoningTokens { get; } = Part(
        "reasoning_tokens", CompletionTokens, "Reasoning tokens", "Completion tokens that the model used for reasoning.", ReasoningRequests);

    public static Measure HourCacheWriteRequests { get; } = Hidden(
        "hour_cache_write_requests", "Requests with a known number of one-hour cache-write tokens.");

    public static Measure HourCacheWriteTokens { get; } = Part(
        "hour_cache_write_tokens", CacheWriteTokens, "One-hour cache-write tokens", "Cache-write tokens that the provider keeps for an hour, at a higher price.", HourCacheWriteRequests);

    public static Measure PolicyFailures { get; } = Sum(
        "policy_failures", MeasureUnit.Requests, "Policy failures", "Requests with a negative policy verdict.");

    public static Measure InterruptedStreams { get; } = Sum(
        "interrupted_streams", MeasureUnit.Requests, "Interrupted streams", "Streams that ended before their completion was counted.");

    public static Measure TimedRequests { get; } = Sum(
        "timed_requests", MeasureUnit.Requests, "Timed requests", "Requests that have a duration.");

    public static Measure PricedRequests { get; } = Sum(
        "priced_requests", MeasureUnit.Requests, "Priced requests", "Requests that have a recorded cost.");

    public static Measure UnreadableRequests { get; } = Hidden(
        "unreadable_requests", "Requests with an unreadable value.");

    public static Measure UnreadableTokens { get; } = Hidden(
        "unreadable_tokens", "Requests with an unreadable token count.");

    public static Measure UnreadableDurations { get; } = Hidden(
        "unreadable_durations", "Requests with an unreadable duration.");

    public static Measure UnreadableVerdicts { get; } = Hidden(
        "unreadable_verdicts", "Requests with an unreadable policy verdict.");

    public static Measure DurationMs { get; } = Sum(
        "duration_ms", MeasureUnit.Milliseconds, "Duration", "Sum of the durations in milliseconds.", TimedRequests);

    public static Measure RecordedCost { get; } = Sum(
        "recorded_cost", MeasureUnit.Cost, "Recorded cost", "Cost recorded by the imported sources.", PricedRequests);

    public static Measure MaxTotalTokens { get; } = Add(
        new("max_total_tokens", MeasureAggregate.Max, MeasureUnit.Tokens, "Largest request", "Total tokens of the largest request."));

    public static Measure MaxDurationMs { get; } = Add(
        new("max_duration_ms", MeasureAggregate.Max, MeasureUnit.Milliseconds, "Longest duration", "Longest duration in milliseconds.")
        { KnownBy = TimedRequests });

    public static Measure LastTicks { get; } = Add(
        new("last_ticks", MeasureAggregate.Max, MeasureUnit.Time, "Last request", "Time of the last request."));

    public static Measure FirstTicks { get; } = Add(
        new("first_ticks", MeasureAggregate.Min, MeasureUnit.Time, "First request", "Time of the first request."));

    /// <summary>All measures, in the order of columns.</summary>
    public static Measure[] All { get; } = [.. Table];

    /// <summary>The parts of the prompt and completion tokens, and parts of these, in the order of columns. Only imported requests have them.</summary>
    public static Measure[] Parts { get; } = [.. Table.Where(measure => measure.PartOf is not null)];

    /// <summary>
    /// Measures that are computed from other measures and the prices of a store. Rollups do not contain them, because prices change.
    /// </summary>
    public static Measure[] Priced { get; } =
    [
        new("cost", MeasureAggregate.Sum, MeasureUnit.Cost, "Cost", "Cost at the prices of the time of each request."),
        new("unpriced_tokens", MeasureAggregate.Sum, MeasureUnit.Tokens, "Unpriced tokens", "Tokens without a price."),
        new("cache_savings", MeasureAggregate.Sum, MeasureUnit.Cost, "Cache savings", "Additional cost of cached tokens at the price of other prompt tokens."),
    ];

    public static Measure Cost => Priced[0];

    public static Measure UnpricedTokens => Priced[1];

    public static Measure CacheSavings => Priced[2];

    /// <summary>The integer measures: first sums, then maxima, then minima. <see cref="Measure.Index"/> is the index in this list.</summary>
    public static Measure[] Integers { get; } = Arranged(isReal: false);

    /// <summary>The fractional measures, in the same order as <see cref="Integers"/>.</summary>
    public static Measure[] Reals { get; } = Arranged(isReal: true);

    /// <summary>The number of measures in a list ordered as <see cref="Integers"/> whose aggregate does not come after the given one.</summary>
    public static int CountUpTo(Measure[] measures, MeasureAggregate last) => measures.Count(measure => measure.Aggregate <= last);

    private static Measure Sum(string name, MeasureUnit unit, string title, string description, Measure? knownBy = null) =>
        Add(new Measure(name, MeasureAggregate.Sum, unit, title, description) { KnownBy = knownBy });

    private static Measure Part(string name, Measure whole, string title, string description, Measure knownBy) =>
        Add(new Measure(name, MeasureAggregate.Sum, MeasureUnit.Tokens, title, description) { KnownBy = knownBy, PartOf = whole });

    private static Measure Hidden(string name, string description, MeasureUnit unit = MeasureUnit.Requests) =>
        Add(new Measure(name, MeasureAggregate.Sum, unit, "", description) { IsShown = false });

    private static Measure Add(Measure measure)
    {
        Table.Add(measure);
        return measure;
    }

    private static Measure[] Arranged(bool isReal)
    {
        Measure[] measures = [.. Table.Where(measure => measure.IsReal == isReal).OrderBy(measure => measure.Aggregate)];
        for (int i = 0; i < measures.Length; i++)
            measures[i].Index = i;
        return measures;
    }
}
