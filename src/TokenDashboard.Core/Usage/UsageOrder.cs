namespace TokenDashboard;

/// <summary>The property of <see cref="UsageFigures"/> by which rows of usage are ordered.</summary>
public enum UsageOrder
{
    /// <summary>The default order: by time, then by tokens, most first.</summary>
    Default,

    /// <summary>Number of requests.</summary>
    Requests,

    /// <summary>Prompt tokens.</summary>
    PromptTokens,

    /// <summary>Completion tokens.</summary>
    CompletionTokens,

    /// <summary>Total tokens.</summary>
    TotalTokens,

    /// <summary>Cost; null comes first.</summary>
    Cost,

    /// <summary>Requests with a negative policy verdict.</summary>
    PolicyFailures,

    /// <summary>Interrupted streams.</summary>
    InterruptedStreams,

    /// <summary>Mean duration; null comes first.</summary>
    MeanDurationMs,

    /// <summary>Median duration; null comes first.</summary>
    P50DurationMs,

    /// <summary>95th percentile of the duration; null comes first.</summary>
    P95DurationMs,

    /// <summary>99th percentile of the duration; null comes first.</summary>
    P99DurationMs,

    /// <summary>Longest duration; null comes first.</summary>
    MaxDurationMs,
}
