namespace TokenDashboard.Pricing;

/// <summary>
/// The tokens of one or several requests that are charged. Prompt tokens include cached and cache-write tokens, and completion tokens include
/// reasoning tokens. The rest is the difference between the recorded total and both. Its kind and therefore its price are unknown.
/// It is negative if the total is smaller than the sum.
/// </summary>
internal readonly record struct TokenCounts(
    long Prompt, long Completion, long Cached = 0, long CacheWrite = 0, long Reasoning = 0, long Requests = 1, long Rest = 0)
{
    public long Total => Prompt + Completion + Rest;

    /// <summary>Whether a computed cost is valid. It is not if no token has a price and the requests have no fee.</summary>
    public bool HasCost(decimal cost, long unpricedTokens) => cost != 0 || unpricedTokens < Total || Total == 0;
}
