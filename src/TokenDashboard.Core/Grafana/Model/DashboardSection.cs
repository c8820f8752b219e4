using TokenDashboard.Grafana.Model.Panels;

namespace TokenDashboard.Grafana.Model;

/// <summary>Panels that belong together. They flow from left to right and wrap at the edge of Grafana's grid of 24 columns.</summary>
public sealed record DashboardSection
{
    /// <summary>The title of the row above the panels; empty for no row.</summary>
    public string Title { get; init; } = "";

    /// <summary>Whether the row is closed at first. Panels of a closed row ask nothing until somebody opens it.</summary>
    public bool Collapsed { get; init; }

    /// <summary>The variable of several values for each of which the row and its panels are shown; empty for once.</summary>
    public string Repeat { get; init; } = "";

    /// <summary>The row's number from 1000 on; null makes one of its place among the rows. Give it where links lead to the row.</summary>
    public int? Id { get; init; }

    /// <summary>The panels in reading order.</summary>
    public required IReadOnlyList<Panel> Panels { get; init; }
}
