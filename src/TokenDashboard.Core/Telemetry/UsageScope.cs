namespace TokenDashboard.Telemetry;

/// <summary>What usage a query needs.</summary>
/// <param name="Filter">The requests to include.</param>
/// <param name="Texts">The names the query tells apart.</param>
/// <param name="Step">At which multiples of seconds of the zone's clock sums must end; 0 for any.</param>
/// <param name="Zone">The zone.</param>
/// <param name="CountsRemoved">Whether requests whose rows were removed count, of which only sums are left.</param>
internal sealed record UsageScope(RequestFilter Filter, RequestText Texts, int Step, TimeZoneInfo Zone, bool CountsRemoved)
{
    /// <summary>How many rows are worth a connection and a thread of their own.</summary>
    public long RowsPerPart { get; init; } = 100_000;

    /// <summary>Whether rollups are not enough although the names and times of the query are: the size of each request matters.</summary>
    public bool NeedsRequests { get; init; }

    /// <summary>Of which provider and model sums must end at quarters of an hour, whatever the step is; null for none.</summary>
    public Func<string, string, bool>? NeedsQuarters { get; init; }

    /// <summary>When prices change from one day to the next, for sums that must end there; null if cost is not asked for.</summary>
    public Func<IReadOnlyList<DateTimeOffset>>? PriceChanges { get; init; }

    /// <summary>Which providers and models count; null for all.</summary>
    public Func<string, string, bool>? Includes { get; init; }

    /// <summary>Whether a provider and model count.</summary>
    public bool Counts(string provider, string model) => Includes is null || Includes(provider, model);

    /// <summary>Whether sums by quarter of an hour, user, model, provider and request type are enough.</summary>
    public bool IsAboutSums => Step % 900 == 0 && Filter.Transaction.Count == 0 && !Filter.PolicyFailed && Filter.MinTokens == 0
        && (Texts & (RequestText.Transaction | RequestText.Spans)) == RequestText.None;

    /// <summary>Whether users must be told apart.</summary>
    public bool NeedsUsers => Texts.HasFlag(RequestText.User) || Filter.User.Count > 0;
}
