namespace TokenDashboard.Pricing;

/// <summary>
/// The tokens of one or several requests that are charged. Prompt tokens include cached and cache-write tokens, completion tokens include
/// reasoning tokens. The rest are tokens of the recorded total that are neither: of which kind they are is unknown, and so is their price.
/// It is negative if the total is smaller than its parts.
/// </summary>
internal readonly record struct TokenCounts(
    long Prompt, long Completion, long Cached = 0, long CacheWrite = 0, long Reasoning = 0, long Requests = 1, long Rest = 0)
{
    public long Total => Prompt + Completion + Rest;

    /// <summary>Whether a computed cost is one: not if none of the tokens has a price, and the requests have no fee.</summary>
    public bool HasCost(decimal cost, long unpricedTokens) => cost != 0 || unpricedTokens < Total || Total == 0;
}
