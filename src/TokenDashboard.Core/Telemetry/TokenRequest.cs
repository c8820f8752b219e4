namespace TokenDashboard;

/// <summary>One request to a model: a row of the store.</summary>
public sealed class TokenRequest
{
    /// <summary>The name of its store.</summary>
    public string Source { get; init; } = "";

    /// <summary>The row's id. It increases in the order of export, which is nearly chronological.</summary>
    public required long Id { get; init; }

    /// <summary>When the request began, in UTC.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The application's transaction; the empty string if it is unknown.</summary>
    public required string Transaction { get; init; }

    /// <summary>The user; the empty string if it is unknown.</summary>
    public required string User { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>The type of request, such as <c>chat</c> or <c>embedding</c>.</summary>
    public required string RequestType { get; init; }

    /// <summary>Tokens sent; 0 if the stored value is not a count.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Tokens received; 0 if the stored value is not a count.</summary>
    public required long CompletionTokens { get; init; }

    /// <summary>The stored total, or prompt + completion tokens if the total is 0, missing or invalid.</summary>
    public required long TotalTokens { get; init; }

    /// <summary>Prompt tokens that the provider read from its cache; null if the source does not record them.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>Prompt tokens that the provider wrote to its cache; null if the source does not record them.</summary>
    public long? CacheWriteTokens { get; init; }

    /// <summary>Cache-write tokens that the provider keeps for an hour, at a higher price; null if unknown.</summary>
    public long? HourCacheWriteTokens { get; init; }

    /// <summary>Completion tokens that the model used for reasoning; null if the source does not record them.</summary>
    public long? ReasoningTokens { get; init; }

    /// <summary>The cost; null if the query has no prices, or none of the tokens has a price.</summary>
    public decimal? Cost { get; internal set; }

    /// <summary>The currency of the cost.</summary>
    public string? Currency { get; internal set; }

    /// <summary>Tokens without a price; null if the query has no prices.</summary>
    public long? UnpricedTokens { get; internal set; }

    /// <summary>Whether the cost is an upper bound, because cached tokens cost less and the request does not record their number.</summary>
    internal bool CostIsUpperBound { get; set; }

    /// <summary>The cost that an imported source recorded, in its currency; null if there is none.</summary>
    public decimal? RecordedCost { get; init; }

    /// <summary>From first byte sent to last byte received, in milliseconds; null if the stored value is not a duration.</summary>
    public required double? DurationMs { get; init; }

    /// <summary>The policy verdict (column <c>success</c>). It does not indicate whether the call succeeded.</summary>
    public required bool PolicyPassed { get; init; }

    /// <summary>Whether the stream was interrupted: it has only prompt tokens, and the stored total is 0.</summary>
    public required bool InterruptedStream { get; init; }

    /// <summary>The trace the request's span belongs to, as hexadecimal text.</summary>
    public required string TraceId { get; init; }

    /// <summary>The request's span, as hexadecimal text.</summary>
    public required string SpanId { get; init; }

    /// <summary>The span around the request's span; the empty string if there is none.</summary>
    public required string ParentSpanId { get; init; }

    /// <summary>The time, the model and the tokens.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Timestamp:yyyy-MM-dd HH:mm:ss}, {MessageText.Visible(Model)}: {TotalTokens:N0} tokens");
}
