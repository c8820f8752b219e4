using System.Text;
using TokenDashboard.Grafana.Model.Panels;

namespace TokenDashboard.Grafana.Model;

/// <summary>
/// Gives numbers to panels that have none. They are made of the title, so a panel keeps its number when others are added, removed or
/// moved; only of panels with the same title the later ones count on.
/// </summary>
internal static class PanelNumbers
{
    /// <summary>Panels with a number of their own have smaller ones.</summary>
    internal const int FirstRow = 1000;

    /// <summary>Numbers from here on are made of titles.</summary>
    internal const int FirstMade = 10_000;

    // Wide enough that two titles of one dashboard hardly ever meet, short enough for an address.
    private const int MadeNumbers = 900_000;

    internal static IReadOnlyList<DashboardSection> Complete(IReadOnlyList<DashboardSection> sections)
    {
        var taken = new HashSet<int>(sections.SelectMany(section => section.Panels.Select(panel => panel.Id).Append(section.Id)).OfType<int>());
        int row = FirstRow;
        return
        [
            .. sections.Select(section => section with
            {
                Id = section.Title.Length == 0 ? null : section.Id ?? Free(row++, taken),
                Panels = [.. section.Panels.Select(panel => panel.Id is null ? panel with { Id = Free(Made(panel), taken) } : panel)],
            }),
        ];
    }

    private static int Free(int wanted, HashSet<int> taken)
    {
        while (!taken.Add(wanted))
        {
            wanted++;
        }
        return wanted;
    }

    // FNV-1a, because the hash codes of .NET differ between runs.
    private static int Made(Panel panel)
    {
        uint hash = 2166136261;
        foreach (byte part in Encoding.UTF8.GetBytes(panel.Title.Length > 0 ? panel.Title : panel.Type))
        {
            hash = (hash ^ part) * 16777619;
        }
        return FirstMade + (int)(hash % MadeNumbers);
    }
}
