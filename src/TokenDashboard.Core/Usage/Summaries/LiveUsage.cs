using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage.Summaries;

/// <summary>Usage at a point in time, of a store in use: the total since a start, its users, those with the most tokens first, and the newest requests, newest first.</summary>
internal sealed record LiveUsage(
    DateTimeOffset Time, DateTimeOffset Since, LiveFigures LastMinute, LiveFigures LastHour, LiveFigures Total, IReadOnlyList<(string User, LiveFigures Usage)> Users,
    IReadOnlyList<TokenRequest> Newest);

/// <summary>The usage of a period.</summary>
internal sealed class LiveFigures
{
    private readonly SortedDictionary<string, decimal> _costs = new(StringComparer.Ordinal);

    public long Requests { get; private set; }

    public long TotalTokens { get; private set; }

    /// <summary>The length of the period in minutes.</summary>
    public double Minutes { get; internal set; }

    public double RequestsPerMinute => Minutes > 0 ? Requests / Minutes : 0;

    public double TokensPerMinute => Minutes > 0 ? TotalTokens / Minutes : 0;

    /// <summary>The cost of priced tokens; null if none has a price, or prices are in several currencies.</summary>
    public decimal? Cost => _costs.Count == 1 ? _costs.Values.First() : null;

    public string? Currency => _costs.Count == 1 ? _costs.Keys.First() : null;

    internal void Add(TokenRequest request)
    {
        Requests++;
        TotalTokens += request.TotalTokens;
        if (request.Cost is { } cost)
            _costs[request.Currency!] = _costs.GetValueOrDefault(request.Currency!) + cost;
    }

    internal void Add(LiveFigures other)
    {
        Requests += other.Requests;
        TotalTokens += other.TotalTokens;
        foreach ((string currency, decimal cost) in other._costs)
            _costs[currency] = _costs.GetValueOrDefault(currency) + cost;
    }
}
