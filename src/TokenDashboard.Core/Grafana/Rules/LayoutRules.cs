using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Rules;

/// <summary>Rules about numbers and positions of panels and rows.</summary>
internal static class LayoutRules
{
    private const int MostReaching = 1000;

    internal static IEnumerable<DashboardFinding> Check(ReadDashboard dashboard)
    {
        IEnumerable<JsonObject> all = dashboard.Rows.Concat(dashboard.Panels.Select(panel => panel.Json));
        foreach (IGrouping<double?, JsonObject> same in all.GroupBy(panel => panel.Number("id")).Where(group => group.Key is not null && group.Count() > 1))
        {
            string titles = string.Join(", ", same.Select(panel => $"'{panel.Text("title")}'"));
            yield return DashboardRules.DuplicateId.Find(dashboard, string.Create(CultureInfo.InvariantCulture, $"{titles} have the number {same.Key}."));
        }
        foreach (JsonObject row in dashboard.Rows.Where(row => !row.Flag("collapsed") && row.Objects("panels").Any()))
            yield return DashboardRules.HiddenByRow.Find(dashboard, $"The open row has {row.Objects("panels").Count()} panels inside it.", name: row.Text("title"));
        foreach (JsonObject row in dashboard.Root.Objects("rows").Concat(dashboard.Rows.SelectMany(outer => outer.Objects("panels")).Where(ReadDashboard.IsRow)))
            yield return DashboardRules.OldForm.Find(dashboard, $"The row has {row.Objects("panels").Count()} panels, which were not checked.", name: row.Text("title"));
        foreach (ReadPanel panel in dashboard.Panels.Where(panel => Place.Of(panel.Json) is not { InGrid: true }))
            yield return DashboardRules.OutsideGrid.Find(dashboard, $"The position of the panel is {panel.Json["gridPos"]?.ToJsonString() ?? "missing"}.", panel);
        foreach (ReadPanel panel in dashboard.Panels.Where(panel => panel.Repeat.Length > 0 && panel.Json.Text("repeatDirection") is not ("h" or "v")))
            yield return DashboardRules.RepeatWithoutDirection.Find(dashboard, $"The panel is repeated for the variable '{panel.Repeat}' without a direction.", panel);
        // Panels of a closed row have their own positions, which apply when it is opened.
        foreach (IGrouping<JsonObject?, ReadPanel> panels in dashboard.Panels.GroupBy(panel => panel.Row))
        {
            // From the top, so that each panel is compared only with panels that begin above its end.
            var reaching = new List<(ReadPanel Panel, Place Place)>();
            foreach ((ReadPanel panel, Place? found) in panels.Select(panel => (panel, Place.Of(panel.Json))).OrderBy(item => item.Item2?.Y))
            {
                if (found is not { InGrid: true } place)
                    continue;
                reaching.RemoveAll(other => other.Place.Y + other.Place.Height <= place.Y);
                if (reaching.FirstOrDefault(other => other.Place.Overlaps(place)) is { Panel: { } covered })
                    yield return DashboardRules.Overlap.Find(dashboard, $"The panel overlaps '{covered.Label}'.", panel);
                // Without overlaps, at most 24 are side by side.
                if (reaching.Count < MostReaching)
                    reaching.Add((panel, place));
            }
        }
    }

    private sealed record Place(double X, double Y, double Width, double Height)
    {
        internal bool InGrid => X >= 0 && Y >= 0 && Width >= 1 && Height >= 1 && X + Width <= DashboardLayout.Columns;

        internal static Place? Of(JsonObject panel) =>
            panel["gridPos"] is JsonObject grid && grid.Number("w") is { } width && grid.Number("h") is { } height
                ? new Place(grid.Number("x") ?? 0, grid.Number("y") ?? 0, width, height)
                : null;

        internal bool Overlaps(Place other) => X < other.X + other.Width && other.X < X + Width && Y < other.Y + other.Height && other.Y < Y + Height;
    }
}
