namespace TokenDashboard.Grafana.Model;

/// <summary>The legend of a chart: a table of series with calculated values, in the order of the columns.</summary>
public sealed record Legend(LegendPlacement Placement, params IReadOnlyList<Calculation> Calculations)
{
    /// <summary>Grafana's names of the calculations, in the order of the enumeration.</summary>
    private static readonly (string Id, string Heading)[] Names = [("mean", "Mean"), ("sum", "Total"), ("max", "Max"), ("lastNotNull", "Last *")];

    /// <summary>No legend.</summary>
    public static Legend Hidden { get; } = new(LegendPlacement.Hidden);
    /// <summary>The calculation by which series are sorted, largest first; null for the order of the data.</summary>
    public Calculation? SortBy { get; init; }

    internal JsonObject Write() => Json.Of(
        ("showLegend", Placement != LegendPlacement.Hidden),
        ("displayMode", Calculations.Count > 0 ? "table" : "list"),
        ("placement", Placement == LegendPlacement.Right ? "right" : "bottom"),
        ("calcs", Json.List(Calculations.Select(calculation => Names[(int)calculation].Id))),
        // Grafana sorts by the heading of the legend's column, not by the calculation's id.
        ("sortBy", SortBy is { } sortBy ? Names[(int)sortBy].Heading : null),
        ("sortDesc", SortBy is null ? null : true));
}

/// <summary>The position of a legend.</summary>
public enum LegendPlacement
{
    /// <summary>No legend.</summary>
    Hidden,
    /// <summary>Below the chart.</summary>
    Bottom,
    /// <summary>To the right of the chart.</summary>
    Right,
}

/// <summary>A value that Grafana calculates from a series.</summary>
public enum Calculation
{
    /// <summary>The arithmetic mean.</summary>
    Mean,
    /// <summary>The sum.</summary>
    Sum,
    /// <summary>The largest value.</summary>
    Maximum,
    /// <summary>The last value that is not null.</summary>
    Last,
}
