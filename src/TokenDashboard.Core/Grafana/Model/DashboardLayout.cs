using TokenDashboard.Grafana.Model.Panels;

namespace TokenDashboard.Grafana.Model;

/// <summary>Gives panels their place: from left to right, then in a new line below the tallest panel of the line before.</summary>
internal static class DashboardLayout
{
    /// <summary>The columns of Grafana's grid.</summary>
    internal const int Columns = 24;

    /// <summary>The place of one panel, in columns and in rows of about 30 pixels.</summary>
    internal readonly record struct Place(int X, int Y, int Width, int Height);

    /// <summary>The panels with their places.</summary>
    /// <param name="panels">Panels in reading order.</param>
    /// <param name="top">The first free row.</param>
    /// <param name="bottom">The first free row below them.</param>
    internal static IReadOnlyList<(Panel Panel, Place Place)> Flow(IEnumerable<Panel> panels, int top, out int bottom)
    {
        var placed = new List<(Panel, Place)>();
        int x = 0;
        int line = top;
        bottom = top;
        foreach (Panel panel in panels)
        {
            if (panel.Width is < 1 or > Columns || panel.Height < 1)
            {
                throw new TokenDashboardException(
                    ErrorCode.DashboardInvalid,
                    $"The panel '{panel.Title}' is {panel.Width} columns wide and {panel.Height} rows high. "
                    + $"Give a width from 1 to {Columns} and a height of at least 1.",
                    target: panel.Title);
            }
            if (x + panel.Width > Columns)
            {
                x = 0;
                line = bottom;
            }
            placed.Add((panel, new Place(x, line, panel.Width, panel.Height)));
            x += panel.Width;
            bottom = Math.Max(bottom, line + panel.Height);
        }
        return placed;
    }
}
