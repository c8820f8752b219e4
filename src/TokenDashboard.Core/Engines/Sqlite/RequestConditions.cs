using Microsoft.Data.Sqlite;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>A filter as SQL conditions.</summary>
internal static class RequestConditions
{
    /// <summary>The SQL condition of a filter, with its values as parameters of a command.</summary>
    public static string ToSql(this RequestFilter filter, SqliteCommand command) => string.Join(
        " AND ", filter.ToSql(value => command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"$p{command.Parameters.Count}"), value).ParameterName).Prepend("TRUE"));

    /// <summary>The SQL conditions of a filter, to be joined with AND. The function returns the SQL for a value.</summary>
    public static IReadOnlyList<string> ToSql(this RequestFilter filter, Func<object, string> parameter)
    {
        var conditions = new List<string>();
        void AddTexts(string name, string expression, IReadOnlyList<string> texts)
        {
            if (texts.Count > 0)
            {
                conditions.Add(filter.Literal.Contains(name)
                    ? $"{expression} IN ({string.Join(", ", texts.Select(parameter))})"
                    : $"({string.Join(" OR ", texts.Select(text => Matches(expression, text)))})");
            }
        }
        string Matches(string expression, string text)
        {
            if (!GlobPattern.HasWildcard(text))
                return $"{expression} = {parameter(GlobPattern.Unescape(text))} COLLATE NOCASE";
            string matches = $"lower({expression}) GLOB lower({parameter(GlobPattern.ToGlob(text))})";
            // A name such as gpt[8k] also matches literally: as a set, it would silently match something else.
            return text.Contains('[', StringComparison.Ordinal)
                ? $"{matches} OR {expression} = {parameter(text)} COLLATE NOCASE"
                : matches;
        }

        AddRange(conditions, filter.Range, parameter);
        AddTexts(nameof(RequestFilter.User), TelemetrySql.User, filter.User);
        AddTexts(nameof(RequestFilter.Model), TelemetrySql.Model, filter.Model);
        AddTexts(nameof(RequestFilter.Provider), TelemetrySql.Provider, filter.Provider);
        AddTexts(nameof(RequestFilter.RequestType), TelemetrySql.RequestType, filter.RequestType);
        AddTexts(nameof(RequestFilter.Transaction), TelemetrySql.Transaction, filter.Transaction);
        if (filter.PolicyFailed)
            conditions.Add(TelemetrySql.PolicyFailed);
        if (filter.MinTokens > 0)
            conditions.Add($"{TelemetrySql.TotalTokens} >= {parameter(filter.MinTokens)}");
        return conditions;
    }

    private static void AddRange(List<string> conditions, TimeRange range, Func<object, string> parameter)
    {
        var bounds = new List<string>();
        if (range.Since is { } since)
            bounds.Add($"timestamp >= {parameter(StoredTimestamp.Format(since))}");
        // A BLOB sorts after all texts, whatever its time.
        if (range.Until is { } until)
            bounds.Add($"(timestamp < {parameter(StoredTimestamp.Format(until))} OR timestamp >= x'')");
        if (bounds.Count > 0)
        {
            // Rows without a valid time can belong to any time range, so they are included, counted and reported.
            conditions.Add($"({string.Join(" AND ", bounds)} OR unixepoch(timestamp) IS NULL)");
        }
    }
}
