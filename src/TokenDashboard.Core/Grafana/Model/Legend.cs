namespace TokenDashboard.Grafana.Model;

/// <summary>The legend of a chart: a table of series and what is calculated for each, in the order of the columns.</summary>
internal sealed record Legend(LegendPlacement Placement, params IReadOnlyList<Calculation> Calculations)
{
    /// <summary>Grafana's names of the calculations, in their order.</summary>
    private static readonly (string Id, string Heading)[] Names = [("mean", "Mean"), ("sum", "Total"), ("max", "Max"), ("lastNotNull", "Last *")];

    internal static Legend Hidden { get; } = new(LegendPlacement.Hidden);
    /// <summary>The calculation by which series are sorted, largest first; null for the order of the data.</summary>
    internal Calculation? SortBy { get; init; }

    internal JsonObject Write() => Json.Of(
        ("showLegend", Placement != LegendPlacement.Hidden),
        ("displayMode", Calculations.Count > 0 ? "table" : "list"),
        ("placement", Placement == LegendPlacement.Right ? "right" : "bottom"),
        ("calcs", Json.List(Calculations.Select(calculation => Names[(int)calculation].Id))),
        // Grafana sorts by the heading of the legend's column, not by the calculation's id.
        ("sortBy", SortBy is { } sortBy ? Names[(int)sortBy].Heading : null),
        ("sortDesc", SortBy is null ? null : true));
}

/// <summary>Where a legend is, as seen from the chart.</summary>
internal enum LegendPlacement
{
    Hidden,
    Bottom,
    Right,
}

/// <summary>What Grafana calculates from the values of a series; the last one is the last that is not null.</summary>
internal enum Calculation
{
    Mean,
    Sum,
    Maximum,
    Last,
}
