using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>Sorts rows of usage.</summary>
public static class UsageOrdering
{
    /// <summary>The rows in the requested order; equal rows keep their order.</summary>
    public static IEnumerable<T> Order<T>(IReadOnlyList<T> rows, UsageOrder order, bool descending)
        where T : UsageFigures
    {
        if (order == UsageOrder.Default)
            return descending ? rows.Reverse() : rows;
        return descending ? rows.OrderByDescending(row => KeyOf(row, order)) : rows.OrderBy(row => KeyOf(row, order));
    }

    /// <summary>The measure of an order, if it is a sum; otherwise null.</summary>
    internal static Measure? SumOf(UsageOrder order) => order switch
    {
        UsageOrder.Requests => Measures.Requests,
        UsageOrder.PromptTokens => Measures.PromptTokens,
        UsageOrder.CompletionTokens => Measures.CompletionTokens,
        UsageOrder.Default or UsageOrder.TotalTokens => Measures.TotalTokens,
        UsageOrder.PolicyFailures => Measures.PolicyFailures,
        UsageOrder.InterruptedStreams => Measures.InterruptedStreams,
        _ => null,
    };

    // Counts up to 2^53 are exact as doubles; larger ones can be in the wrong order.
    private static double KeyOf(UsageFigures row, UsageOrder order) => order switch
    {
        UsageOrder.Requests => row.Requests,
        UsageOrder.PromptTokens => row.PromptTokens,
        UsageOrder.CompletionTokens => row.CompletionTokens,
        UsageOrder.TotalTokens => row.TotalTokens,
        UsageOrder.Cost => (double)(row.Cost ?? -1),
        UsageOrder.PolicyFailures => row.PolicyFailures,
        UsageOrder.InterruptedStreams => row.InterruptedStreams,
        UsageOrder.MeanDurationMs => row.MeanDurationMs ?? -1,
        UsageOrder.P50DurationMs => row.P50DurationMs ?? -1,
        UsageOrder.P95DurationMs => row.P95DurationMs ?? -1,
        UsageOrder.P99DurationMs => row.P99DurationMs ?? -1,
        UsageOrder.MaxDurationMs => row.MaxDurationMs ?? -1,
        _ => 0,
    };
}
