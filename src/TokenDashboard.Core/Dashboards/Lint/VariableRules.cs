using System.Text.Json.Nodes;
using TokenDashboard.Dashboards.Reading;

namespace TokenDashboard.Dashboards.Lint;

/// <summary>Rules about variables: whether they exist, are used, stay current, and are quoted.</summary>
internal static class VariableRules
{
    private const int OnTimeRangeChange = 2;

    /// <summary>Formats whose result is a list in SQL, of texts or of numbers.</summary>
    private static readonly string[] ListFormats = ["sqlstring", "singlequote", "doublequote", "csv", "raw", "json", "join"];

    internal static IEnumerable<DashboardFinding> Check(ReadDashboard dashboard)
    {
        foreach (ReadVariable variable in dashboard.Variables)
        {
            if (variable.Type == "query" && variable.Json.Number("refresh") != OnTimeRangeChange)
            {
                yield return DashboardRules.ReloadOnTimeChange.Find(dashboard, "The list is not made again when the time range changes.")
                    with { Panel = variable.Name };
            }
            if (!IsUsed(dashboard, variable))
            {
                yield return DashboardRules.VariableUnused.Find(dashboard, $"Nothing uses the variable '{variable.Name}'.") with { Panel = variable.Name };
            }
        }
        foreach (ReadPanel panel in dashboard.Panels)
        {
            foreach (ReadTarget target in panel.Targets)
            {
                foreach ((DashboardRule rule, string problem) in Problems(dashboard, target.Sql))
                {
                    yield return rule.Find(dashboard, problem, panel, target.RefId);
                }
            }
        }
        IEnumerable<(string Name, string Sql)> others =
        [
            .. dashboard.Variables.Where(dashboard.IsSqlite).Select(variable => (variable.Name, variable.Query)),
            .. dashboard.Annotations.Select(annotation => (annotation.Text("name"), new ReadTarget((JsonObject)annotation["target"]!).Sql)),
        ];
        foreach ((string name, string sql) in others)
        {
            foreach ((DashboardRule rule, string problem) in Problems(dashboard, sql))
            {
                yield return rule.Find(dashboard, problem) with { Panel = name };
            }
        }
    }

    // What a variable says of itself is no use of it; ad hoc filters are applied without being named.
    private static bool IsUsed(ReadDashboard dashboard, ReadVariable variable)
    {
        IEnumerable<string> texts = dashboard.Root.Where(pair => pair.Key != "templating").SelectMany(pair => pair.Value.AllTexts())
            .Concat(dashboard.Variables.Where(other => other != variable).SelectMany(other => other.Json.AllTexts()));
        // Nor is it known what a panel of the library uses.
        return variable.Type == "adhoc" || dashboard.Panels.Any(panel => panel.OfLibrary)
            || dashboard.Rows.Concat(dashboard.Panels.Select(panel => panel.Json)).Any(panel => panel.Text("repeat") == variable.Name)
            || texts.Any(text => VariableUse.In(text).Any(use => use.Name == variable.Name));
    }

    private static IEnumerable<(DashboardRule Rule, string Problem)> Problems(ReadDashboard dashboard, string sql)
    {
        var text = new SqlText(sql);
        foreach (VariableUse use in VariableUse.In(sql).DistinctBy(use => (use.Name, use.Format, text.InLiteral(sql, use.Index))))
        {
            string written = sql.Substring(use.Index, use.Length);
            bool inLiteral = text.InLiteral(sql, use.Index);
            // Grafana takes every name; a number after the sign is money or a parameter of SQLite.
            if (use.IsBuiltIn || char.IsAsciiDigit(use.Name[0]))
            {
                continue;
            }
            if (dashboard.Variable(use.Name) is not { } variable)
            {
                if (!dashboard.Inputs.ContainsKey(use.Name))
                {
                    yield return (DashboardRules.VariableUndefined, $"There is no variable '{use.Name}' for {written}.");
                }
                continue;
            }
            string format = use.Format.Split(':')[0];
            bool list = variable.Multi || (variable.IncludeAll && variable.AllValue.Length == 0);
            if (list && !ListFormats.Contains(format))
            {
                yield return (DashboardRules.VariableFormat, $"{written} becomes {{a,b}} when several values are chosen.");
            }
            else if (format == "singlequote" || format == "doublequote" || (inLiteral && variable.Type is "query" or "textbox" && format is "" or "raw" or "csv"))
            {
                yield return (DashboardRules.VariableQuotes, $"{written} breaks the query when a value has a quote in it, as O'Brien has.");
            }
        }
    }
}
