using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Rules;

/// <summary>Rules about variables: whether they are defined, used, refreshed and quoted.</summary>
internal static class VariableRules
{
    /// <summary>Formats that produce a list of texts or numbers in SQL.</summary>
    private static readonly string[] ListFormats = ["sqlstring", "singlequote", "doublequote", "csv", "raw", "json", "join", "queryparam"];

    internal static IEnumerable<DashboardFinding> Check(ReadDashboard dashboard)
    {
        HashSet<string> unused = [.. Unused(dashboard)];
        foreach (ReadVariable variable in dashboard.Variables)
        {
            if (variable.Type == "query" && variable.Json.Number("refresh") != QueryVariable.OnTimeRangeChange)
                yield return DashboardRules.ReloadOnTimeChange.Find(dashboard, "The list is not refreshed when the time range changes.", name: variable.Name);
            if (unused.Contains(variable.Name))
                yield return DashboardRules.VariableUnused.Find(dashboard, $"Nothing uses the variable '{variable.Name}'.", name: variable.Name);
        }
        IEnumerable<ReadQuery> queries =
            [.. dashboard.Queries, .. dashboard.Variables.Where(dashboard.UsesPlugin).Select(variable => new ReadQuery(variable.AsTarget, null, variable.Name))];
        foreach (DashboardFinding finding in queries.SelectMany(query => Problems(dashboard, query.Target.Sql).Select(found => DashboardRule.Find(dashboard, query, found))))
            yield return finding;
        foreach (ReadPanel panel in dashboard.Panels.Where(panel => panel.Repeat.Length > 0 && IsSameFor(dashboard, panel.Repeat, [panel])))
            yield return DashboardRules.RepeatUnused.Find(dashboard, $"No query of the panel uses the variable '{panel.Repeat}'.", panel);
        foreach (IGrouping<JsonObject?, ReadPanel> section in dashboard.Panels.GroupBy(panel => panel.Section))
        {
            if (section.Key.Text("repeat") is { Length: > 0 } name && IsSameFor(dashboard, name, section))
                yield return DashboardRules.RepeatUnused.Find(dashboard, $"No query of the row's panels uses the variable '{name}'.", name: section.Key.Text("title"));
        }
    }

    // Grafana runs the query of a variable once, and replaces only variables in the panel itself. Variables of a library panel are unknown.
    private static bool IsSameFor(ReadDashboard dashboard, string name, IEnumerable<ReadPanel> panels)
    {
        ReadPanel[] asking = [.. panels.Where(panel => panel.Targets.Count > 0 || panel.OtherSources.Count > 0)];
        return asking.Length > 0 && !panels.Any(panel => panel.OfLibrary) && !VariableUse.Reached(
            asking.SelectMany(panel => panel.Json["targets"].AllTexts(Read)), used => dashboard.Variable(used)?.AllValue).Contains(name);
    }

    /// <summary>The variables that the dashboard does not use.</summary>
    internal static IEnumerable<string> Unused(ReadDashboard dashboard)
    {
        ILookup<string, ReadVariable?> users = Users(dashboard);
        // Variables of a library panel are unknown. Using a variable in its own properties does not count. Ad hoc filters apply without a reference.
        return dashboard.Panels.Any(panel => panel.OfLibrary)
            ? []
            : dashboard.Variables.Where(variable => variable.Type != "adhoc" && users[variable.Name].All(user => user == variable)).Select(variable => variable.Name);
    }

    private static IEnumerable<(DashboardRule Rule, string Problem)> Problems(ReadDashboard dashboard, string sql)
    {
        bool clickHouse = dashboard.IsForClickHouse;
        if (clickHouse)
            sql = ConditionalAll.WithoutVariables(sql);
        var text = new SqlText(sql);
        foreach (VariableUse use in VariableUse.In(SqlText.WithoutComments(sql)).DistinctBy(use => (use.Name, use.Format, text.InLiteral(use.Index))))
        {
            string written = sql.Substring(use.Index, use.Length);
            // Grafana accepts all names. A number after the dollar sign is money or a parameter of SQLite.
            if (use.IsBuiltIn || char.IsAsciiDigit(use.Name[0]))
                continue;
            if (dashboard.Variable(use.Name) is not { } variable)
            {
                if (!dashboard.Inputs.ContainsKey(use.Name))
                    yield return (DashboardRules.VariableUndefined, $"There is no variable '{use.Name}' for {written}.");
                continue;
            }
            string format = use.Format.Split(':')[0];
            bool list = variable.Multi || (variable.IncludeAll && variable.AllValue.Length == 0);
            // ClickHouse's plugin writes a list without a format as quoted texts, and escapes a quote with a backslash.
            if (list && !ListFormats.Contains(format) && !(clickHouse && format.Length == 0))
            {
                yield return (DashboardRules.VariableFormat, $"{written} becomes {{a,b}} if several values are selected.");
            }
            else if (format == "doublequote" || (format == "singlequote" && !clickHouse) || (clickHouse && list && format.Length == 0)
                || (text.InLiteral(use.Index) && variable.Type is "query" or "textbox" && format is "" or "raw" or "csv"))
            {
                yield return (DashboardRules.VariableQuotes, $"{written} breaks the query if a value contains a quote, such as O'Brien.");
            }
        }
    }

    /// <summary>The users of each name: variables, and null for the rest of the dashboard.</summary>
    private static ILookup<string, ReadVariable?> Users(ReadDashboard dashboard)
    {
        static IEnumerable<string> Names(IEnumerable<string> texts) => texts.SelectMany(VariableUse.In).Select(use => use.Name).Distinct();

        IEnumerable<string> byDashboard = dashboard.Rows.Concat(dashboard.Panels.Select(panel => panel.Json)).Select(panel => panel.Text("repeat"))
            .Concat(Names(dashboard.Root.Where(pair => pair.Key != "templating").SelectMany(pair => pair.Value.AllTexts(Read))));
        IEnumerable<(string Name, ReadVariable? User)> byVariables = dashboard.Variables.SelectMany(variable => Names(variable.Json.AllTexts((key, text) =>
            key is "query" or "definition" && dashboard.UsesPlugin(variable) ? SqlText.WithoutComments(text) : Read(key, text)))
            .Select(name => (name, (ReadVariable?)variable)));
        return byDashboard.Select(name => (Name: name, User: (ReadVariable?)null)).Concat(byVariables).ToLookup(use => use.Name, use => use.User);
    }

    private static string Read(string key, string text) => key is "rawQueryText" or "queryText" or "rawSql" ? SqlText.WithoutComments(text) : text;
}
