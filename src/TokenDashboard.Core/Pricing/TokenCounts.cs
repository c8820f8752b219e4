namespace TokenDashboard.Pricing;

/// <summary>The tokens that are charged: of one or several requests.</summary>
/// <param name="Prompt">Tokens sent, cached and cache-write tokens included.</param>
/// <param name="Completion">Tokens received, reasoning tokens included.</param>
/// <param name="Cached">Prompt tokens that the provider read from its cache.</param>
/// <param name="CacheWrite">Prompt tokens that the provider wrote to its cache.</param>
/// <param name="Reasoning">Completion tokens that the model used for reasoning.</param>
/// <param name="Requests">How many requests these are.</param>
public readonly record struct TokenCounts(
    long Prompt, long Completion, long Cached = 0, long CacheWrite = 0, long Reasoning = 0, long Requests = 1)
{
    /// <summary>All tokens: those sent and those received.</summary>
    public long Total => Prompt + Completion;

    /// <summary>Whether there is a cost: not if none of the tokens has a price.</summary>
    internal bool HasCost(long unpricedTokens) => unpricedTokens < Total || Total == 0;
}
