using TokenDashboard.Engines.Sqlite;

namespace TokenDashboard.Engines.ClickHouse.Queries;

/// <summary>A filter as a condition in ClickHouse's SQL.</summary>
internal static class ClickHouseConditions
{
    /// <summary>Selects rows with a readable time.</summary>
    public static string HasTime { get; } = string.Create(CultureInfo.InvariantCulture, $"{RequestTable.Micros} > {RequestTable.NoTime}");

    /// <summary>
    /// The condition for WHERE, whose values are added to the parameters. Requests without a readable time belong to any time range. Without
    /// sources, requests of all sources match.
    /// </summary>
    public static string Of(RequestFilter filter, IReadOnlyList<string>? sources, ClickHouseParameters parameters)
    {
        var conditions = new List<string>();
        if (sources is not null)
            conditions.Add($"source IN {parameters.Add("Array(String)", sources.ToArray())}");
        AddRange(conditions, filter.Range, parameters);
        AddTexts("user", nameof(RequestFilter.User), filter.User);
        AddTexts("model", nameof(RequestFilter.Model), filter.Model);
        AddTexts("provider", nameof(RequestFilter.Provider), filter.Provider);
        AddTexts("request_type", nameof(RequestFilter.RequestType), filter.RequestType);
        AddTexts("transaction_id", nameof(RequestFilter.Transaction), filter.Transaction);
        if (filter.PolicyFailed)
            conditions.Add("policy_failed");
        if (filter.MinTokens > 0)
            conditions.Add($"total_tokens >= {parameters.Add(filter.MinTokens)}");
        return conditions.Count == 0 ? "1" : string.Join(" AND ", conditions);

        void AddTexts(string column, string name, IReadOnlyList<string> texts)
        {
            if (texts.Count > 0)
            {
                conditions.Add(filter.Literal.Contains(name)
                    ? $"{column} IN ({string.Join(", ", texts.Select(text => parameters.Add(text)))})"
                    : $"({string.Join(" OR ", texts.Select(text => Matches(column, text, parameters)))})");
            }
        }
    }

    private static string Matches(string column, string text, ClickHouseParameters parameters)
    {
        string Equals(string name) => $"lower({column}) = {parameters.Add(WildcardRegex.Lower(name))}";
        if (!GlobPattern.HasWildcard(text))
            return Equals(GlobPattern.Unescape(text));
        string matches = $"match(lower({column}), {parameters.Add(WildcardRegex.Of(text))})";
        // A name such as gpt[8k] also matches literally.
        return text.Contains('[', StringComparison.Ordinal) ? $"{matches} OR {Equals(text)}" : matches;
    }

    private static void AddRange(List<string> conditions, TimeRange range, ClickHouseParameters parameters)
    {
        string Time(long micros) => $"fromUnixTimestamp64Micro({parameters.Add(micros)}, 'UTC')";
        var bounds = new List<string>();
        if (range.Since is { } since)
            bounds.Add($"time >= {Time(RequestTable.MicrosOf(since))}");
        if (range.Until is { } until)
            bounds.Add($"time < {Time(RequestTable.MicrosOf(until))}");
        if (bounds.Count > 0)
            conditions.Add($"({string.Join(" AND ", bounds)} OR time = {Time(RequestTable.NoTime)})");
    }
}
