namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>Shows a panel once for each chosen value of a variable, which has that one value in the panel.</summary>
/// <param name="Variable">The name of a variable of several values.</param>
public sealed record PanelRepeat(string Variable)
{
    /// <summary>Whether the panels stand below one another. Otherwise they share the width of the dashboard.</summary>
    public bool Vertical { get; init; }

    /// <summary>How many panels stand side by side at most: 2, 3, 4, 6, 8, 12 or 24.</summary>
    public int MaxPerRow { get; init; } = 4;
}
