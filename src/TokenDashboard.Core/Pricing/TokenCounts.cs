namespace TokenDashboard.Pricing;

/// <summary>
/// The tokens of one or several requests that are charged. Prompt tokens include cached and cache-write tokens, and completion tokens include
/// reasoning tokens. Cache-write tokens include those that are kept for an hour. Other tokens are those by which a recorded total exceeds both. Their kind and therefore their price are unknown.
/// </summary>
internal readonly record struct TokenCounts(
    long Prompt, long Completion, long Cached = 0, long CacheWrite = 0, long Reasoning = 0, long Requests = 1, long Other = 0, long HourCacheWrite = 0)
{
    public long Total => Prompt + Completion + Other;

    /// <summary>Whether a computed cost is valid. It is not if no token has a price and the requests have no fee.</summary>
    public bool HasCost(decimal cost, long unpricedTokens) => cost != 0 || unpricedTokens < Total;
}
