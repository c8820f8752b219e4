namespace TokenDashboard.Usage.Summaries;

/// <summary>Usage of a store in use, at a point in time: the total since a start, its users, most tokens first, and the newest requests, newest first.</summary>
internal sealed record LiveUsage(
    DateTimeOffset Time, DateTimeOffset Since, LiveFigures LastMinute, LiveFigures LastHour, LiveFigures Total, IReadOnlyList<(string User, LiveFigures Usage)> Users,
    IReadOnlyList<TokenRequest> Newest);

/// <summary>The usage of a period.</summary>
internal sealed class LiveFigures
{
    private readonly SortedDictionary<string, decimal> _costs = new(StringComparer.Ordinal);
    private bool _isUpperBound;

    public long Requests { get; private set; }

    public long TotalTokens { get; private set; }

    /// <summary>The requests that are later than the period because their clock is ahead, and their tokens. Rates ignore them.</summary>
    public (long Requests, long Tokens) Ahead { get; internal init; }

    /// <summary>The length of the period in minutes.</summary>
    public double Minutes { get; internal init; }

    public double RequestsPerMinute => Minutes > 0 ? (Requests - Ahead.Requests) / Minutes : 0;

    public double TokensPerMinute => Minutes > 0 ? (TotalTokens - Ahead.Tokens) / Minutes : 0;

    /// <summary>The cost of priced tokens. It has no amount if no token has a price, or if prices are in several currencies.</summary>
    public UsageCost Cost => UsageCost.Of(_costs, unpricedTokens: 0, _isUpperBound);

    internal void Add(TokenRequest request)
    {
        Requests++;
        TotalTokens += request.TotalTokens;
        if (request.Cost is { } cost)
            Add(request.Currency!, cost, request.CostIsUpperBound);
    }

    /// <summary>Adds requests of one model.</summary>
    internal void Add(UsageAccumulator usage)
    {
        Requests += usage.Requests;
        TotalTokens += usage.TotalTokens;
        if (UsageCost.Of(usage) is { Amount: { } cost, Currency: { } currency, IsUpperBound: var isUpperBound })
            Add(currency, cost, isUpperBound);
    }

    internal void Add(LiveFigures other)
    {
        Requests += other.Requests;
        TotalTokens += other.TotalTokens;
        foreach ((string currency, decimal cost) in other._costs)
            Add(currency, cost, other._isUpperBound);
    }

    private void Add(string currency, decimal cost, bool isUpperBound)
    {
        _costs[currency] = _costs.GetValueOrDefault(currency) + cost;
        _isUpperBound |= isUpperBound;
    }
}
