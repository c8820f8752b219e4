namespace TokenDashboard.Grafana.Model;

/// <summary>Positions panels: from left to right, then in a new line below the tallest panel of the previous line.</summary>
internal static class DashboardLayout
{
    internal const int Columns = 24;

    internal readonly record struct Place(int X, int Y, int Width, int Height);

    internal static IReadOnlyList<(Panel Panel, Place Place)> Flow(IEnumerable<Panel> panels, int top, out int bottom)
    {
        var placed = new List<(Panel, Place)>();
        int x = 0;
        int line = top;
        bottom = top;
        foreach (Panel panel in panels)
        {
            (_, string title, _, int width, int height) = panel.Frame;
            if (width is < 1 or > Columns || height < 1)
            {
                throw new TokenDashboardException(
                    ErrorCode.DashboardInvalid,
                    $"The panel '{title}' is {width} columns wide and {height} rows high. Use a width from 1 to {Columns} and a height of at least 1.",
                    target: title);
            }
            if (x + width > Columns)
                (x, line) = (0, bottom);
            placed.Add((panel, new Place(x, line, width, height)));
            x += width;
            bottom = Math.Max(bottom, line + height);
        }
        return placed;
    }
}

/// <summary>Numbers panels by their titles, so that numbers stay when others are added, removed or moved. Panels with the same title have consecutive numbers.</summary>
internal static class PanelNumbers
{
    /// <summary>Explicit numbers of panels are smaller.</summary>
    internal const int FirstRow = 1000;
    /// <summary>Numbers from this one on are derived from titles.</summary>
    internal const int FirstMade = 10_000;

    // Large enough that two titles of a dashboard hardly ever collide, and short enough for an address.
    private const int MadeNumbers = 900_000;

    internal static HashSet<int> Of(IReadOnlyList<DashboardSection> sections) =>
        [.. sections.SelectMany(section => section.Panels.Select(panel => panel.Frame.Id).Append(section.Id)).OfType<int>()];

    internal static IReadOnlyList<DashboardSection> Complete(IReadOnlyList<DashboardSection> sections)
    {
        HashSet<int> taken = Of(sections);
        int row = FirstRow;
        return
        [
            .. sections.Select(section => section with
            {
                Id = section.Title.Length == 0 ? null : section.Id ?? Free(row++, taken),
                Panels = [.. section.Panels.Select(panel => panel with { Frame = panel.Frame with { Id = panel.Frame.Id ?? Free(Made(panel), taken) } })],
            }),
        ];
    }

    private static int Free(int wanted, HashSet<int> taken)
    {
        while (!taken.Add(wanted))
            wanted++;
        return wanted;
    }

    // .NET's hash codes differ between runs.
    private static int Made(Panel panel) =>
        FirstMade + (int)(Convert.ToUInt32(DashboardContent.Fingerprint(panel.Frame.Title.Length > 0 ? panel.Frame.Title : panel.Type)[..8], 16) % MadeNumbers);
}
