namespace TokenDashboard.Telemetry;

/// <summary>
/// Adds up usage: requests, rows of rollups, and other accumulators. If it keeps durations, percentiles are exact while only requests
/// are added. Otherwise, durations are only counted in histograms, as in rollups.
/// </summary>
internal class UsageAccumulator(bool keepsDurations = false)
{
    // If there are many groups, most have one or two requests.
    private List<double>? _durations;
    private bool _sorted;
    private Histogram? _histogram;
    private Histogram? _sizes;

    public MeasureValues Values { get; } = new();

    /// <summary>The durations that are not kept individually.</summary>
    public Histogram Durations => _histogram ??= new Histogram(HistogramBins.Durations);

    /// <summary>The histogram of total tokens, counted only if durations are not kept.</summary>
    public Histogram Sizes => _sizes ??= new Histogram(HistogramBins.Sizes);

    public long Requests => Values[Measures.Requests];

    public long TotalTokens => Values[Measures.TotalTokens];

    /// <summary>Whether percentiles are exact. Otherwise, they come from histograms and can be up to 1 % off.</summary>
    public bool PercentilesExact => _histogram is null;

    private long TimedRequests => Values[Measures.TimedRequests];

    public virtual void Add(UsageRow row)
    {
        Values.Add(row.Values);
        if (row.HasDurations)
            row.AddDurationsTo(this);
        if (!keepsDurations)
            row.AddSizesTo(this);
    }

    public void AddDuration(double duration)
    {
        if (!keepsDurations)
        {
            Durations.Add(duration);
            return;
        }
        (_durations ??= new(1)).Add(duration);
        _sorted = false;
    }

    public virtual void Add(UsageAccumulator other)
    {
        Values.Add(other.Values);
        if (other._histogram is not null)
            Durations.Add(other.Durations);
        if (other._sizes is not null)
            Sizes.Add(other.Sizes);
        if (other._durations is not null)
            (_durations ??= new(other._durations.Count)).AddRange(other._durations);
        _sorted = false;
    }

    public bool Matches(UsageAccumulator other) =>
        Values.Matches(other.Values) && Durations.Equals(other.Durations) && Sizes.Equals(other.Sizes);

    /// <summary>The mean duration; null without a duration.</summary>
    public double? MeanDuration() => TimedRequests == 0 ? null : Values.Real(Measures.DurationMs) / TimedRequests;

    /// <summary>The smallest duration that a fraction (0 to 1) of the requests did not exceed, by the nearest-rank method; null without a duration.</summary>
    public double? Percentile(double part)
    {
        if (TimedRequests == 0)
            return null;
        double longest = Values.Real(Measures.MaxDurationMs);
        long rank = Math.Clamp((long)Math.Ceiling(part * TimedRequests), 1, TimedRequests);
        if (rank == TimedRequests)
            return longest;
        if (!PercentilesExact)
        {
            _durations?.ForEach(Durations.Add);
            _durations = null;
            return Math.Min(Durations.ValueAt(rank), longest);
        }
        if (!_sorted)
        {
            _durations!.Sort();
            _sorted = true;
        }
        return _durations![(int)rank - 1];
    }
}
