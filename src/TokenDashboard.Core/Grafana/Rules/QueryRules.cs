using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Rules;

/// <summary>Rules about the texts of queries and the macros in them.</summary>
internal static partial class QueryRules
{
    private static readonly string TooLong = string.Create(CultureInfo.InvariantCulture, $"The query has more than {SqlText.MaxLength} characters.");

    internal static IEnumerable<DashboardFinding> Check(ReadDashboard dashboard) =>
    [
        .. dashboard.Queries.SelectMany(query => Problems(dashboard, query.Target).Select(found => DashboardRule.Find(dashboard, query, found))),
        .. dashboard.Variables.Where(variable => variable.IsTooLong).Select(variable => DashboardRules.QueryTooLong.Find(dashboard, TooLong, name: variable.Name)),
        .. dashboard.Variables.Where(dashboard.UsesPlugin).SelectMany(variable =>
            MacroProblems(dashboard, variable.Query, SqlText.Blank(variable.Query)).Select(found => found.Rule.Find(dashboard, found.Problem, name: variable.Name))),
    ];

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
            // The plugin's frontend sends rawQueryText instead, so the panel itself works.
            yield return (DashboardRules.QueryTextsDiffer, text.Length == 0 ? "queryText is missing." : "rawQueryText and queryText differ.");
        }
        if (!target.IsClickHouse && target.QueryType is not ("table" or "time series"))
            yield return (DashboardRules.QueryType, $"The query type is '{target.QueryType}'.");
        string sql = target.Sql;
        if (sql.Trim().Length == 0)
            yield break;
        var parts = new SqlText(sql);
        string code = parts.Code, withoutComments = SqlText.WithoutComments(sql);
        // The text contains every selected column, unless all columns are selected.
        bool SelectsColumn(string column) => SqlText.HasWord(withoutComments, column) || code.Contains('*', StringComparison.Ordinal);
        if (!target.IsClickHouse && target.SeriesByLabel && !target.TimeColumns.Any(column => column.Length > 0 && SelectsColumn(column)))
            yield return (DashboardRules.TimeColumnMissing, $"The query selects none of the time columns ({string.Join(", ", target.TimeColumns)}).");
        foreach ((DashboardRule Rule, string Problem) problem in MacroProblems(dashboard, sql, code))
            yield return problem;
        // A macro that does not exist is reported separately.
        bool LimitsTime(MacroCall call) => dashboard.IsForClickHouse
            ? ClickHouseMacroCall.FollowsTime(call.Name) || !ClickHouseMacroCall.IsKnown(call.Name)
            : call.Name != MacroCall.Group;
        // A text among the result columns filters nothing, but a text in a condition does, such as timestamp >= '${__from:date:iso}'.
        bool followsTime = TimeFilter().Matches(withoutComments).Any(match => !parts.InColumnLiteral(match.Index));
        if (!followsTime && !RelationFollowsTime(dashboard, code) && !MacroCall.In(code).Any(LimitsTime) && TableRead().IsMatch(code))
            yield return (DashboardRules.NoTimeFilter, "The query has no condition on the time range.");
        if (SumsRead().IsMatch(parts.Outer) && parts.Columns.Select(column => RowCount().Match(column)).FirstOrDefault(match => match.Success) is { } counted)
            yield return (DashboardRules.RowsCounted, $"The query contains {counted.Value} over aggregated rows.");
    }

    // The variable of a relation can use other variables.
    private static bool RelationFollowsTime(ReadDashboard dashboard, string code) =>
        VariableUse.Reached(SqlText.RelationsIn(code).Select(name => $"${name}"), name => dashboard.Variable(name)?.Query)
            .Any(name => dashboard.Variable(name) is { } variable && TimeFilter().IsMatch(SqlText.WithoutComments(variable.Query)));

    private static IEnumerable<(DashboardRule Rule, string Problem)> MacroProblems(ReadDashboard dashboard, string sql, string code)
    {
        if (dashboard.IsForClickHouse)
        {
            foreach (string name in ClickHouseMacroCall.UnknownIn(sql))
                yield return (DashboardRules.MacroUnknown, $"The plugin has no macro $__{name}.");
            foreach (string problem in ClickHouseMacroCall.ProblemsIn(sql))
                yield return (DashboardRules.MacroArguments, $"The plugin reports: {problem}.");
            yield break;
        }
        foreach (MacroCall call in MacroCall.In(code))
        {
            if (call.Name != MacroCall.Group)
                yield return (DashboardRules.MacroUnknown, $"The plugin has no macro $__{call.Name}.");
            else if (ArgumentProblem(dashboard, sql[call.Arguments]) is { } problem)
                yield return (DashboardRules.MacroArguments, problem);
        }
    }

    private static string? ArgumentProblem(ReadDashboard dashboard, string arguments)
    {
        string[] parts = arguments.Split(',');
        if (arguments.Contains('(', StringComparison.Ordinal))
            return $"The arguments ({arguments} contain a function call.";
        if (parts.Length is < 2 or > 3)
            return $"The macro has {parts.Length} arguments.";
        string seconds = parts[1].Trim();
        // The value of a variable of the dashboard is checked when the query runs. Grafana's own intervals are never whole numbers of seconds.
        bool variable = VariableUse.In(seconds).FirstOrDefault() is { } use && use.Length == seconds.Length && dashboard.Variable(use.Name) is { Type: not "interval" };
        return !variable && !seconds.All(char.IsAsciiDigit) ? $"'{seconds}' is not a whole number of seconds."
            : parts.Length == 3 && !parts[2].Trim().Equals("NULL", StringComparison.OrdinalIgnoreCase) ? $"'{parts[2].Trim()}' cannot fill gaps."
            : null;
    }

    // A query that creates SQL concatenates the name from two texts, so that it is not replaced too early.
    [GeneratedRegex(@"\$(' \|\| '|', ')?\{?__(from|to|fromTime|toTime)(_ms)?\b|\[\[__(from|to)\b")] private static partial Regex TimeFilter();
    // Relations of sums, and the views of sums in ClickHouse.
    [GeneratedRegex(@"\bFROM\s+(?:(?=[${[]+\w*(usage|latency|sizes))" + SqlText.Variable + @"|token_usage(_priced)?\b)", RegexOptions.IgnoreCase)] private static partial Regex SumsRead();
    [GeneratedRegex(@"\b(COUNT(?=\s*\(\s*\*?\s*\))|AVG(?=\s*\())", RegexOptions.IgnoreCase)] private static partial Regex RowCount();
    // Prices, system tables and results of functions have no times. A query in parentheses reads its own table.
    [GeneratedRegex(@"\b(FROM|(?<!\bARRAY\s+)JOIN)\s(?!\s*(\(|token_price|system\.|(?!token_usage)\w+\s*\())", RegexOptions.IgnoreCase)] private static partial Regex TableRead();
}
