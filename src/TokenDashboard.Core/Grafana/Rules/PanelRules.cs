using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Rules;

/// <summary>Rules about the description and unit of panels.</summary>
internal static class PanelRules
{
    private static readonly string[] Wanted = ["title", "description"];

    private static readonly string[] NumberPanels = ["stat", "singlestat", "graph", "table", "timeseries", "gauge", "bargauge", "piechart", "barchart"];

    internal static IEnumerable<DashboardFinding> Check(ReadDashboard dashboard)
    {
        if (dashboard.CarriesLibraryPanels)
            yield return DashboardRules.LibraryPanelsCarried.Find(dashboard, "'__elements' contains library panels.");
        foreach (ReadPanel panel in dashboard.Panels)
        {
            foreach (string source in panel.OtherSources)
                yield return DashboardRules.OtherSource.Find(dashboard, $"A query uses {source}.", panel);
            if (panel.OfLibrary)
            {
                yield return DashboardRules.LibraryPanel.Find(dashboard, $"The panel is '{panel.Json.Child("libraryPanel").Text("name")}' of the library.", panel);
                continue;
            }
            if (!NumberPanels.Contains(panel.Type))
                continue;
            string missing = string.Join(" and no ", Wanted.Where(key => panel.Json.Text(key).Trim().Length == 0));
            if (missing.Length > 0)
                yield return DashboardRules.TitleAndDescription.Find(dashboard, $"The panel has no {missing}.", panel);
            if (!panel.Json.Objects("targets").Any())
                yield return DashboardRules.NoTargets.Find(dashboard, "The panel has no query.", panel);
            // Mapped values and plain text need no unit.
            else if (UnknownUnit(panel) is { } unit)
            {
                string meant = Units.Nearest(unit) is { } nearest ? $" '{nearest}' is similar." : "";
                yield return DashboardRules.Unit.Find(dashboard, $"Grafana has no unit '{unit}'.{meant}", panel);
            }
            else if (panel.Defaults.Text("unit").Length == 0 && !panel.Overridden("unit").Any() && !panel.Defaults.Objects("mappings").Any()
                && panel.Json.Child("options").Child("reduceOptions").Text("fields").Length == 0)
            {
                yield return DashboardRules.Unit.Find(dashboard, "The panel's numbers have no unit.", panel);
            }
        }
    }

    // A unit from a variable is not known here.
    private static string? UnknownUnit(ReadPanel panel) => panel.Overridden("unit").Select(property => property.Text("value"))
        .Prepend(panel.Defaults.Text("unit"))
        .FirstOrDefault(unit => unit.Length > 0 && !unit.Contains('$', StringComparison.Ordinal) && !Units.IsKnown(unit));
}
