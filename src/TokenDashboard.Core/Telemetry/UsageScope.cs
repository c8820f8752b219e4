namespace TokenDashboard.Telemetry;

/// <summary>
/// The usage that a query needs: the usage of the requests that a filter selects, grouped by some texts. Sums must end at multiples of the step, in
/// seconds of the zone's clock. The step is 0 if they can end anywhere. Removed requests, which have only rollups, may be counted or not.
/// </summary>
internal sealed record UsageScope(RequestFilter Filter, RequestText Texts, int Step, TimeZoneInfo Zone, bool CountsRemoved)
{
    /// <summary>
    /// The texts for which durations are needed: those of the query itself, because others can be added only for prices. An engine may return a separate row
    /// for the durations of several rows, without requests.
    /// </summary>
    public RequestText DurationTexts { get; init; } = Texts;

    /// <summary>
    /// The end of the bucket that contains an instant, in UTC ticks, if sums must end only there and not at every multiple of the step; null otherwise.
    /// It is a hint for engines whose sums are longer if they do not depend on the clock.
    /// </summary>
    public Func<long, long>? EndOfBucket { get; init; }

    /// <summary>
    /// The seconds of the zone's clock after which the groups of the query repeat, such as a week for weekdays; 0 if they do not. Steps at the same place in
    /// different cycles need not be separate.
    /// </summary>
    public int Cycle { get; init; }

    /// <summary>The minimum number of rows for a separate connection and thread.</summary>
    public long RowsPerPart { get; init; } = 100_000;

    /// <summary>Ranges of ids that contain all requests of interest, for stores that find requests by id; null for all.</summary>
    public IReadOnlyList<(long First, long Last)>? Ids { get; init; }

    /// <summary>
    /// The combinations of names that are needed; null for all. Only for stores that find the largest ones, and these may return all combinations if they
    /// are few. See <see cref="ITelemetryStore.FindsLargest"/>.
    /// </summary>
    public LargestNames? Largest { get; init; }

    /// <summary>Whether the query needs the size of each request, so that rollups are not sufficient.</summary>
    public bool NeedsRequests { get; init; }

    /// <summary>The providers and models whose sums must end at quarter-hours, independent of the step; null for none.</summary>
    public Func<string, string, bool>? NeedsQuarters { get; init; }

    /// <summary>The times at which the price of a provider's model changes and sums must end; null without cost.</summary>
    public Func<string, string, IEnumerable<DateTimeOffset>>? PriceChanges { get; init; }

    /// <summary>The providers and models to include; null for all.</summary>
    public Func<string, string, bool>? Includes { get; init; }

    public bool Counts(string provider, string model) => Includes is null || Includes(provider, model);

    /// <summary>Whether sums by quarter-hour, user, model, provider and request type are sufficient.</summary>
    public bool IsAboutSums => Step % 900 == 0 && Filter.IsAboutSums
        && (Texts & (RequestText.Transaction | RequestText.Spans)) == RequestText.None;

    /// <summary>Whether the query distinguishes users.</summary>
    public bool NeedsUsers => Texts.HasFlag(RequestText.User) || Filter.User.Count > 0;
}

/// <summary>How many of the largest combinations of names by a measure are needed, then by tokens and names.</summary>
internal sealed record LargestNames(RequestText Names, Measure Measure, int Count)
{
    /// <summary>
    /// The highest rates of a provider's model in a class of input size, by their names in stores, if the measure is the cost. Engines have no prices, so they
    /// find the largest combinations by an upper bound of their cost. A rate that is missing is 0.
    /// </summary>
    public Func<string, string, int, IReadOnlyDictionary<string, double>>? HighestRatesOf { get; init; }

    /// <summary>If not null, all combinations whose upper bound is at least this cost are needed, independent of their number.</summary>
    public decimal? LeastCost { get; init; }
}
