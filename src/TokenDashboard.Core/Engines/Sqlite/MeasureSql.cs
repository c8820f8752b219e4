using static TokenDashboard.Engines.Sqlite.TelemetrySql;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>The value of each measure of a row, as an expression over <see cref="Source"/>.</summary>
internal static class MeasureSql
{
    private static readonly Dictionary<Measure, string> Values = new(Measures.Parts.SelectMany<Measure, KeyValuePair<Measure, string>>(
        part => [new(part.KnownBy!, Known(Part(part))), new(part, OrZero(Part(part)))]))
    {
        [Measures.Requests] = "1",
        [Measures.PromptTokens] = PromptTokens,
        [Measures.CompletionTokens] = CompletionTokens,
        [Measures.TotalTokens] = TotalTokens,
        [Measures.OtherTokens] = $"MAX(({TotalTokens}) - ({PromptTokens}) - ({CompletionTokens}), 0)",
        [Measures.PolicyFailures] = PolicyFailed,
        [Measures.InterruptedStreams] = InterruptedStream,
        [Measures.TimedRequests] = Known(DurationMs),
        [Measures.PricedRequests] = Known(RecordedCost),
        [Measures.UnreadableRequests] = OneWhere($"({UnreadableTokens}) OR ({UnreadableDuration}) OR ({UnreadableVerdict})"),
        [Measures.UnreadableTokens] = OneWhere(UnreadableTokens),
        [Measures.UnreadableDurations] = OneWhere(UnreadableDuration),
        [Measures.UnreadableVerdicts] = OneWhere(UnreadableVerdict),
        [Measures.DurationMs] = OrZero(DurationMs),
        [Measures.RecordedCost] = OrZero(RecordedCost),
        [Measures.MaxTotalTokens] = TotalTokens,
        [Measures.MaxDurationMs] = OrZero(DurationMs),
        [Measures.LastTicks] = "timestamp",
        [Measures.FirstTicks] = "timestamp",
    };

    public static string Of(Measure measure) => Values[measure];

    /// <summary>Whether only requests with details have a value.</summary>
    public static bool IsDetail(Measure measure) => Of(measure).Contains(DetailTable, StringComparison.Ordinal);

    private static string OrZero(string sql) => $"COALESCE({sql}, 0)";

    private static string Known(string sql) => OneWhere($"({sql}) IS NOT NULL");

    private static string OneWhere(string condition) => $"CASE WHEN {condition} THEN 1 ELSE 0 END";
}
