namespace TokenDashboard.Pricing;

/// <summary>The tokens of one or several requests that are charged. Prompt tokens include cached and cache-write tokens, completion tokens include reasoning tokens.</summary>
internal readonly record struct TokenCounts(
    long Prompt, long Completion, long Cached = 0, long CacheWrite = 0, long Reasoning = 0, long Requests = 1)
{
    /// <summary>All tokens: those sent and those received.</summary>
    public long Total => Prompt + Completion;

    /// <summary>Whether there is a cost: not if none of the tokens has a price.</summary>
    public bool HasCost(long unpricedTokens) => unpricedTokens < Total || Total == 0;
}
