namespace TokenDashboard.Telemetry;

/// <summary>How values of several requests are aggregated.</summary>
internal enum MeasureAggregate
{
    Sum,
    Max,
    Min,
}

internal enum MeasureUnit
{
    Requests,
    Tokens,
    Milliseconds,

    /// <summary>Money, in the currency of the source.</summary>
    Cost,

    /// <summary>In rollups, 100 ns since the year 1; in views, text like that of <c>telemetry</c>.</summary>
    Time,
}

/// <summary>A measure of requests, as in <see cref="Measures"/>: its column, how values are aggregated, its unit, its header, and a sentence for the documentation.</summary>
internal sealed record Measure(string Name, MeasureAggregate Aggregate, MeasureUnit Unit, string Title, string Description)
{
    /// <summary>Whether values are fractions. Otherwise, they are 64-bit integers.</summary>
    public bool IsReal => Unit is MeasureUnit.Milliseconds or MeasureUnit.Cost;

    /// <summary>The measure that counts the requests with a known value; null if it is always known.</summary>
    public Measure? KnownBy { get; init; }

    /// <summary>The whole to which a part of the prompt or completion tokens belongs, which can be a part itself. Only imported requests have parts. Null for other measures.</summary>
    public Measure? PartOf { get; init; }

    /// <summary>Whether users see the measure. Other measures are internal.</summary>
    public bool IsShown { get; init; } = true;

    /// <summary>The index among the measures of its type.</summary>
    public int Index { get; internal set; }

    /// <summary>The name in views, in which times are text.</summary>
    public string ViewName => Unit == MeasureUnit.Time ? Name.Replace("_ticks", "_time", StringComparison.Ordinal) : Name;
}
