using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Input;

namespace TokenDashboard.Grafana.Rules;

/// <summary>Rules about the description and unit of panels, and whether they show the result of their query.</summary>
internal static partial class PanelRules
{
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
            foreach (string id in panel.Json.Objects("transformations").Where(item => !item.Flag("disabled"))
                .Select(item => item.Text("id")).Where(id => !GrafanaVersions.Transformations.Contains(id)))
                yield return DashboardRules.TransformationUnknown.Find(dashboard, $"Grafana has no transformation '{id}'.{Similar(Spelling.Nearest(id, GrafanaVersions.Transformations))}", panel);
            if (!NumberPanels.Contains(panel.Type))
                continue;
            string missing = string.Join(" and no ", ((string[])["title", "description"]).Where(key => panel.Json.Text(key).Trim().Length == 0));
            if (missing.Length > 0)
                yield return DashboardRules.TitleAndDescription.Find(dashboard, $"The panel has no {missing}.", panel);
            if (!panel.Json.Objects("targets").Any())
                yield return DashboardRules.NoTargets.Find(dashboard, "The panel has no query.", panel);
            // Mapped values and plain text need no unit.
            else if (UnknownUnit(panel) is { } unit)
            {
                yield return DashboardRules.Unit.Find(dashboard, $"Grafana has no unit '{unit}'.{Similar(Units.Nearest(unit))}", panel);
            }
            else if (panel.Defaults.Text("unit").Length == 0 && !panel.Overridden("unit").Any() && !panel.Defaults.Objects("mappings").Any()
                && panel.Json.Child("options").Child("reduceOptions").Text("fields").Length == 0)
            {
                yield return DashboardRules.Unit.Find(dashboard, "The numbers of the panel have no unit.", panel);
            }
        }
    }

    private static string Similar(string? name) => name is null ? "" : $" Did you mean '{name}'?";

    // A unit from a variable is unknown here.
    private static string? UnknownUnit(ReadPanel panel) => panel.Overridden("unit").Select(property => property.Text("value"))
        .Prepend(panel.Defaults.Text("unit"))
        .FirstOrDefault(unit => unit.Length > 0 && !unit.Contains('$', StringComparison.Ordinal) && !Units.IsKnown(unit));

    /// <summary>Finds panels that do not show the result of their query.</summary>
    internal static IEnumerable<DashboardFinding> CheckDisplay(ReadDashboard dashboard)
    {
        foreach (ReadPanel panel in dashboard.Panels.Where(panel => panel.Targets.Count > 0))
        {
            if (panel.Type is "piechart" or "bargauge" && !ShowsRows(panel)
                && panel.Targets.FirstOrDefault(target => !target.SeriesByLabel && Grouped().IsMatch(new SqlText(target.Sql).Outer)) is { } grouped)
            {
                yield return DashboardRules.RowsHidden.Find(dashboard, "The query groups rows, but the panel shows their sum or one of them.", panel, grouped.RefId);
            }
            if (panel.Type == "gauge" && panel.Defaults.Number("max") is null && !panel.Overridden("max").Any()
                && panel.Defaults.Text("unit") is not ("percent" or "percentunit"))
            {
                yield return DashboardRules.GaugeMaximum.Find(dashboard, "The gauge has no maximum.", panel);
            }
            if (panel.Type is "gauge" or "bargauge" && panel.Defaults.Number("max") is { } most && most <= (panel.Defaults.Number("min") ?? double.NegativeInfinity))
                yield return DashboardRules.GaugeMaximum.Find(
                    dashboard, string.Create(CultureInfo.InvariantCulture, $"The maximum {most} is not above the minimum {panel.Defaults.Number("min")}."), panel);
            foreach (string unused in UnusedOverrides(panel))
                yield return DashboardRules.OverrideUnused.Find(dashboard, unused, panel);
            if (panel.Type == "table" && FooterProblem(panel) is { } problem)
                yield return DashboardRules.TableFooter.Find(dashboard, problem, panel);
            // ClickHouse returns the types of columns.
            foreach (ReadTarget target in panel.Targets.Where(target => !target.IsClickHouse && !SqlText.RelationsIn(SqlText.Blank(target.Sql)).Any()))
            {
                string[] columns = [.. new SqlText(target.Sql).Columns.Where(column => TypeDependsOnData(column, target))];
                if (columns.Length > 0)
                {
                    string first = SpacePattern().Replace(columns[0], " ");
                    yield return DashboardRules.ColumnCast.Find(
                        dashboard,
                        $"Without CAST: {(first.Length > 60 ? first[..57] + "…" : first)}{(columns.Length > 1 ? $" and {columns.Length - 1} more" : "")}.",
                        panel, target.RefId);
                }
            }
        }
    }

    /// <summary>Whether a panel of single values shows each row of the result.</summary>
    internal static bool ShowsRows(ReadPanel panel) => panel.Json.Child("options").Child("reduceOptions").Flag("values");

    // Overrides that cannot match any result. Transformations create results with other letters.
    private static IEnumerable<string> UnusedOverrides(ReadPanel panel)
    {
        string[] letters = [.. panel.Json.Objects("targets").Select(target => target.Text("refId"))];
        foreach (JsonNode? matcher in panel.Json.Child("fieldConfig").Objects("overrides").Select(item => item.Child("matcher")))
        {
            string options = matcher.Text("options");
            if (matcher.Text("id") == "byFrameRefID" && !letters.Contains(options) && !panel.Transformed)
                yield return $"The panel has no query '{options}'; it has {string.Join(", ", letters)}.";
            if (matcher.Text("id") == "byRegexp" && !BrowserPattern.IsValid(options))
                yield return $"The browser cannot parse the pattern '{options}'.";
        }
    }

    private static string? FooterProblem(ReadPanel panel)
    {
        JsonNode? footer = panel.Json.Child("options").Child("footer");
        if (panel.Defaults.Child("custom").Child("footer") is not null && footer is null)
            return "The footer is in fieldConfig, which Grafana before 12.2 does not support.";
        return footer.Flag("show") && !footer.Flag("countRows") && footer.Texts("fields") is [] or [""]
            ? "The footer names no columns, so it also adds up averages and ratios."
            : null;
    }

    /// <summary>
    /// Whether a computed column can be a whole number in one row and a fraction in another. AVG and TOTAL alone always return fractions,
    /// COUNT alone never does, and a time column is always a time. A relation from a variable is unknown here. Its result is checked when the
    /// query runs.
    /// </summary>
    private static bool TypeDependsOnData(string column, ReadTarget target)
    {
        string code = SqlText.Blank(column);
        return Computed().IsMatch(code) && !AlwaysOneType(code) && !target.TimeColumns.Any(time => SqlText.EndsWithWord(column, time));
    }

    // Operators that are words, such as IN, always return whole numbers.
    private static bool AlwaysOneType(string code) => FirstCall().Match(code) is { Success: true } call
        && (call.Groups["function"].Value.Equals("CAST", StringComparison.OrdinalIgnoreCase) || NameAlone().IsMatch(SqlText.WithoutBrackets(code), call.Length));

    [GeneratedRegex(@"\bGROUP\s+BY\b", RegexOptions.IgnoreCase)] private static partial Regex Grouped();

    [GeneratedRegex(@"\b(SUM|MIN|MAX|AVG|TOTAL|COALESCE|IFNULL|IIF|CASE)\b|[*/](?=\s*[\w(.])(?<=[\w)]\s*[*/])", RegexOptions.IgnoreCase)]
    private static partial Regex Computed();

    [GeneratedRegex(@"\G\s*(DISTINCT\s+)?(?<function>CAST|AVG|TOTAL|COUNT|ROUND)\s*\(", RegexOptions.IgnoreCase)] private static partial Regex FirstCall();
    [GeneratedRegex(@"\G(?>\s*(OVER\b\s*)?)(AS\b|[""'`\w\s]*$)", RegexOptions.IgnoreCase)] private static partial Regex NameAlone();
    [GeneratedRegex(@"\s+")] private static partial Regex SpacePattern();
}
