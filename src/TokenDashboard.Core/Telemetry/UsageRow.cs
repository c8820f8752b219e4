namespace TokenDashboard.Telemetry;

/// <summary>Usage with a place in time and names: one request, or the sum of several that agree in both.</summary>
internal abstract class UsageRow
{
    /// <summary>The time of the request, or the beginning of the time summed up, in UTC ticks.</summary>
    public long UtcTicks { get; protected set; }

    /// <summary>What is counted. The next row uses the same object.</summary>
    public MeasureValues Values { get; } = new();

    public abstract string User { get; }

    public abstract string Model { get; }

    public abstract string Provider { get; }

    public abstract string RequestType { get; }

    public abstract string Transaction { get; }

    /// <summary>The class of the size of the input, which all requests of a row have in common.</summary>
    public abstract int InputClass { get; }

    /// <summary>Where the requests come from; empty if the store itself says so.</summary>
    public virtual string Source => "";

    /// <summary>Whether it is a sum that the store keeps, not a request.</summary>
    public virtual bool IsRollup => false;

    /// <summary>Adds the durations to an accumulator.</summary>
    public abstract void AddDurationsTo(UsageAccumulator usage);

    /// <summary>Adds the sizes to an accumulator.</summary>
    public abstract void AddSizesTo(UsageAccumulator usage);
}
