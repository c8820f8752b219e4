namespace TokenDashboard.Telemetry;

/// <summary>Usage with a time and names: one request, or several with the same time and names.</summary>
internal abstract class UsageRow
{
    /// <summary>The time of the request, or the start of the aggregated period, in UTC ticks.</summary>
    public long UtcTicks { get; protected set; }

    /// <summary>The measures. The next row reuses the object.</summary>
    public MeasureValues Values { get; } = new();

    public string User => NameOf(RequestText.User);

    public string Model => NameOf(RequestText.Model);

    public string Provider => NameOf(RequestText.Provider);

    public string RequestType => NameOf(RequestText.RequestType);

    public string Transaction => NameOf(RequestText.Transaction);

    /// <summary>The source of the requests; empty if the whole store has one source.</summary>
    public string Source => NameOf(RequestText.Source);

    /// <summary>The class of input size of all requests in the row.</summary>
    public abstract int InputClass { get; }

    /// <summary>The id of the request in its store; 0 if the row is not a single request.</summary>
    public virtual long Id => 0;

    public virtual bool IsRollup => false;

    /// <summary>
    /// The requests whose prompt tokens can be cached, because it is unknown how many were; null if only the measures of the row show this. If the row is a
    /// sum, these include requests without prompt tokens if other requests of the row have some.
    /// </summary>
    public virtual long? RequestsWithoutCached => null;

    /// <summary>One of the names as UTF-8. Equal names have equal bytes. Valid until the next row.</summary>
    public virtual ReadOnlySpan<byte> Utf8Of(RequestText name) => Encoding.UTF8.GetBytes(NameOf(name));

    /// <summary>One of the names; empty if the row does not distinguish them.</summary>
    public abstract string NameOf(RequestText name);

    /// <summary>Whether <see cref="AddDurationsTo"/> adds any duration. A row of an engine can have durations of other rows; see <see cref="UsageScope.DurationTexts"/>.</summary>
    public virtual bool HasDurations => Values[Measures.TimedRequests] > 0;

    public abstract void AddDurationsTo(UsageAccumulator usage);

    public abstract void AddSizesTo(UsageAccumulator usage);
}
