using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>The legend of a chart: a table of series and what is calculated for each.</summary>
/// <param name="Placement">Where it stands.</param>
/// <param name="Calculations">What is calculated for each series, in the order of the columns.</param>
public sealed record Legend(LegendPlacement Placement, params IReadOnlyList<Calculation> Calculations)
{
    /// <summary>No legend.</summary>
    public static Legend Hidden { get; } = new(LegendPlacement.Hidden);

    /// <summary>The calculation by which series are sorted, largest first, or null for the order of the data.</summary>
    public Calculation? SortBy { get; init; }

    internal JsonObject Write()
    {
        var legend = new JsonObject
        {
            ["showLegend"] = Placement != LegendPlacement.Hidden,
            ["displayMode"] = Calculations.Count > 0 ? "table" : "list",
            ["placement"] = Placement == LegendPlacement.Right ? "right" : "bottom",
            ["calcs"] = new JsonArray([.. Calculations.Select(calculation => (JsonNode)IdOf(calculation))]),
        };
        if (SortBy is { } sortBy)
        {
            // Grafana sorts by the head of the legend's column, not by the calculation's id.
            legend["sortBy"] = HeadOf(sortBy);
            legend["sortDesc"] = true;
        }
        return legend;
    }

    internal static string IdOf(Calculation calculation) => calculation switch
    {
        Calculation.Mean => "mean",
        Calculation.Sum => "sum",
        Calculation.Maximum => "max",
        _ => "lastNotNull",
    };

    private static string HeadOf(Calculation calculation) => calculation switch
    {
        Calculation.Mean => "Mean",
        Calculation.Sum => "Total",
        Calculation.Maximum => "Max",
        _ => "Last *",
    };
}
