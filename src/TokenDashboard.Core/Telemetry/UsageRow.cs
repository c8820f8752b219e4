namespace TokenDashboard.Telemetry;

/// <summary>Usage with a time and names: one request, or several with the same time and names.</summary>
internal abstract class UsageRow
{
    /// <summary>The time of the request, or the start of the aggregated time, in UTC ticks.</summary>
    public long UtcTicks { get; protected set; }

    /// <summary>The measures. The next row uses the same object.</summary>
    public MeasureValues Values { get; } = new();

    public abstract string User { get; }

    public abstract string Model { get; }

    public abstract string Provider { get; }

    public abstract string RequestType { get; }

    public abstract string Transaction { get; }

    /// <summary>The class of input size of all requests in the row.</summary>
    public abstract int InputClass { get; }

    /// <summary>The source of the requests; empty if the store has it.</summary>
    public virtual string Source => "";

    /// <summary>The id of the request in its store; 0 if the row is no single request.</summary>
    public virtual long Id => 0;

    public virtual bool IsRollup => false;

    /// <summary>One of the names as UTF-8, the same for equal names. Valid until the next row.</summary>
    public virtual ReadOnlySpan<byte> Utf8Of(RequestText name) => Encoding.UTF8.GetBytes(NameOf(name));

    public string NameOf(RequestText name) => name switch
    {
        RequestText.User => User,
        RequestText.Model => Model,
        RequestText.Provider => Provider,
        RequestText.RequestType => RequestType,
        RequestText.Transaction => Transaction,
        RequestText.Source => Source,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    public abstract void AddDurationsTo(UsageAccumulator usage);

    public abstract void AddSizesTo(UsageAccumulator usage);
}
