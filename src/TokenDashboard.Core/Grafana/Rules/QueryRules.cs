using System.Globalization;
using System.Text.RegularExpressions;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Rules;

/// <summary>Rules about the queries of panels and annotations: what the plugin reads of them, and its macros.</summary>
internal static partial class QueryRules
{
    private const string GroupMacro = "unixEpochGroupSeconds";

    private static readonly string TooLong = string.Create(CultureInfo.InvariantCulture, $"The query has more than {SqlText.MaxLength} characters.");

    internal static IEnumerable<DashboardFinding> Check(ReadDashboard dashboard)
    {
        foreach (ReadPanel panel in dashboard.Panels)
        {
            foreach (ReadTarget target in panel.Targets)
            {
                foreach ((DashboardRule rule, string problem) in Problems(dashboard, target))
                {
                    yield return rule.Find(dashboard, problem, panel, target.RefId);
                }
            }
        }
        foreach (var annotation in dashboard.Annotations)
        {
            foreach ((DashboardRule rule, string problem) in Problems(dashboard, new ReadTarget((System.Text.Json.Nodes.JsonObject)annotation["target"]!)))
            {
                yield return rule.Find(dashboard, problem) with { Panel = annotation.Text("name") };
            }
        }
        foreach (ReadVariable variable in dashboard.Variables.Where(variable => variable.IsTooLong))
        {
            yield return DashboardRules.QueryTooLong.Find(dashboard, TooLong) with { Panel = variable.Name };
        }
        foreach (ReadVariable variable in dashboard.Variables.Where(dashboard.IsSqlite))
        {
            foreach ((DashboardRule rule, string problem) in MacroProblems(dashboard, variable.Query))
            {
                yield return rule.Find(dashboard, problem) with { Panel = variable.Name };
            }
        }
    }

    private static IEnumerable<(DashboardRule Rule, string Problem)> Problems(ReadDashboard dashboard, ReadTarget target)
    {
        if (target.IsTooLong)
        {
            yield return (DashboardRules.QueryTooLong, TooLong);
            yield break;
        }
        string raw = target.RawText.Trim();
        string text = target.Text.Trim();
        if (raw.Length == 0)
        {
            yield return (DashboardRules.QueryTextMissing, text.Length > 0 ? "rawQueryText is missing." : "There is no SQL.");
        }
        else if (raw != text)
        {
            // The plugin's browser part sends rawQueryText in its place, so the panel itself works.
            yield return (DashboardRules.QueryTextsDiffer, text.Length == 0 ? "queryText is missing." : "rawQueryText and queryText differ.");
        }
        if (target.QueryType is not ("table" or "time series"))
        {
            yield return (DashboardRules.QueryType, $"The query type is '{target.QueryType}'.");
        }
        string sql = target.Sql;
        if (sql.Trim().Length == 0)
        {
            yield break;
        }
        if (target.SeriesByLabel && !target.TimeColumns.Any(column => column.Length > 0 && SelectsColumn(sql, column)))
        {
            yield return (DashboardRules.TimeColumnMissing, $"The query selects none of the time columns ({string.Join(", ", target.TimeColumns)}).");
        }
        foreach ((DashboardRule Rule, string Problem) problem in MacroProblems(dashboard, sql))
        {
            yield return problem;
        }
        // A macro that does not exist is reported as such.
        string code = SqlText.Blank(sql);
        if (!FollowsTime(sql) && !RelationFollowsTime(dashboard, sql) && !MacroCall.In(code).Any(call => call.Name != GroupMacro) && TableRead().IsMatch(code))
        {
            yield return (DashboardRules.NoTimeFilter, "The query has no condition on the time range.");
        }
    }

    // A text among the result columns filters nothing; one in a condition does, as in timestamp >= '${__from:date:iso}'.
    private static bool FollowsTime(string sql)
    {
        var text = new SqlText(sql);
        return TimeFilter().Matches(SqlText.WithoutComments(sql)).Any(match => !text.InColumnLiteral(match.Index));
    }

    // What makes a relation may be made of other variables in turn.
    private static bool RelationFollowsTime(ReadDashboard dashboard, string sql)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var unread = new Queue<string>(SqlText.Relations(sql));
        while (unread.TryDequeue(out string? name))
        {
            if (!seen.Add(name) || dashboard.Variable(name) is not { } variable)
            {
                continue;
            }
            if (TimeFilter().IsMatch(SqlText.WithoutComments(variable.Query)))
            {
                return true;
            }
            foreach (VariableUse use in VariableUse.In(variable.Query))
            {
                unread.Enqueue(use.Name);
            }
        }
        return false;
    }

    // A column that is selected stands somewhere in the text, unless all are.
    private static bool SelectsColumn(string sql, string column) =>
        SqlText.HasWord(SqlText.WithoutComments(sql), column) || SqlText.Blank(sql).Contains('*', StringComparison.Ordinal);

    private static IEnumerable<(DashboardRule Rule, string Problem)> MacroProblems(ReadDashboard dashboard, string sql)
    {
        string code = SqlText.Blank(sql);
        foreach (MacroCall call in MacroCall.In(code))
        {
            if (call.Name != GroupMacro)
            {
                yield return (DashboardRules.MacroUnknown, $"The plugin has no macro $__{call.Name}.");
                continue;
            }
            if (ArgumentProblem(dashboard, sql[call.Arguments]) is { } problem)
            {
                yield return (DashboardRules.MacroArguments, problem);
            }
        }
    }

    private static string? ArgumentProblem(ReadDashboard dashboard, string arguments)
    {
        string[] parts = arguments.Split(',');
        if (arguments.Contains('(', StringComparison.Ordinal))
        {
            return $"The arguments ({arguments} hold a function call.";
        }
        if (parts.Length is < 2 or > 3)
        {
            return $"The macro has {parts.Length} arguments.";
        }
        string seconds = parts[1].Trim();
        // What a variable of the dashboard holds is seen when the query runs; Grafana's own intervals are never whole numbers of seconds.
        bool variable = VariableUse.FirstName(seconds) is { } name && dashboard.Variable(name) is { Type: not "interval" }
            && VariableUse.In(seconds).First().Length == seconds.Length;
        if (!variable && !seconds.All(char.IsAsciiDigit))
        {
            return $"'{seconds}' is not a whole number of seconds.";
        }
        return parts.Length == 3 && !parts[2].Trim().Equals("NULL", StringComparison.OrdinalIgnoreCase)
            ? $"'{parts[2].Trim()}' cannot fill gaps."
            : null;
    }

    // What makes SQL of texts puts the name together, lest it be replaced too early.
    [GeneratedRegex(@"\$(' \|\| ')?\{?__(from|to)\b|\[\[__(from|to)\b")]
    private static partial Regex TimeFilter();

    [GeneratedRegex(@"\b(FROM|JOIN)\s", RegexOptions.IgnoreCase)]
    private static partial Regex TableRead();
}
