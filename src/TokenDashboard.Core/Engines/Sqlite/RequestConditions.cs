using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>A filter as SQL conditions.</summary>
internal static class RequestConditions
{
    /// <summary>The SQL conditions, to be joined with AND, and their parameters.</summary>
    public static (IReadOnlyList<string> Conditions, IReadOnlyDictionary<string, object> Parameters) ToSql(this RequestFilter filter)
    {
        var conditions = new List<string>();
        var parameters = new Dictionary<string, object>();
        string Parameter(object value)
        {
            string name = $"$p{parameters.Count}";
            parameters.Add(name, value);
            return name;
        }
        void AddTexts(string name, string expression, IReadOnlyList<string> texts)
        {
            if (texts.Count > 0)
            {
                conditions.Add(filter.Literal.Contains(name)
                    ? $"{expression} IN ({string.Join(", ", texts.Select(Parameter))})"
                    : $"({string.Join(" OR ", texts.Select(text => Matches(expression, text)))})");
            }
        }
        string Matches(string expression, string text)
        {
            if (!GlobPattern.HasWildcard(text))
                return $"{expression} = {Parameter(GlobPattern.Unescape(text))} COLLATE NOCASE";
            string matches = $"lower({expression}) GLOB lower({Parameter(GlobPattern.ToGlob(text))})";
            // A name such as gpt[8k] also matches literally: as a set, it would silently match something else.
            return text.Contains('[', StringComparison.Ordinal)
                ? $"{matches} OR {expression} = {Parameter(text)} COLLATE NOCASE"
                : matches;
        }

        AddRange(conditions, filter.Range, Parameter);
        AddTexts(nameof(RequestFilter.User), TelemetrySql.User, filter.User);
        AddTexts(nameof(RequestFilter.Model), TelemetrySql.Model, filter.Model);
        AddTexts(nameof(RequestFilter.Provider), TelemetrySql.Provider, filter.Provider);
        AddTexts(nameof(RequestFilter.RequestType), TelemetrySql.RequestType, filter.RequestType);
        AddTexts(nameof(RequestFilter.Transaction), TelemetrySql.Transaction, filter.Transaction);
        if (filter.PolicyFailed)
            conditions.Add(TelemetrySql.PolicyFailed);
        if (filter.MinTokens > 0)
            conditions.Add($"{TelemetrySql.TotalTokens} >= {Parameter(filter.MinTokens)}");
        return (conditions, parameters);
    }

    private static void AddRange(List<string> conditions, TimeRange range, Func<object, string> parameter)
    {
        var bounds = new List<string>();
        if (range.Since is { } since)
            bounds.Add($"timestamp >= {parameter(StoredTimestamp.Format(since))}");
        if (range.Until is { } until)
            bounds.Add($"timestamp < {parameter(StoredTimestamp.Format(until))}");
        if (bounds.Count > 0)
        {
            // Rows without a valid time can belong to any time range: they are included, to be counted and reported.
            conditions.Add($"({string.Join(" AND ", bounds)} OR unixepoch(timestamp) IS NULL)");
        }
    }
}
