namespace TokenDashboard.Telemetry;

/// <summary>
/// Which requests a question is about. Texts match without regard to the case of ASCII letters and may hold PowerShell wildcards; a
/// text with brackets also matches itself; several texts of one property are alternatives; the empty string matches requests in which the property is unknown.
/// </summary>
public sealed record RequestFilter
{
    /// <summary>The time of the requests.</summary>
    public TimeRange Range { get; init; } = TimeRange.All;

    /// <summary>Users, or none for all.</summary>
    public IReadOnlyList<string> User { get; init; } = [];

    /// <summary>Models, or none for all.</summary>
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Providers, or none for all.</summary>
    public IReadOnlyList<string> Provider { get; init; } = [];

    /// <summary>Request types, or none for all.</summary>
    public IReadOnlyList<string> RequestType { get; init; } = [];

    /// <summary>Transactions, or none for all.</summary>
    public IReadOnlyList<string> Transaction { get; init; } = [];

    /// <summary>
    /// The properties whose texts are names as they are stored, such as those of an answer that is asked about again: nothing in them is a
    /// wildcard, and case counts. <see cref="User"/> and so on, by their names.
    /// </summary>
    public IReadOnlySet<string> Literal { get; init; } = new HashSet<string>();

    /// <summary>Whether only requests with a negative policy verdict count.</summary>
    public bool PolicyFailed { get; init; }

    /// <summary>The smallest total of tokens that counts.</summary>
    public long MinTokens { get; init; }

    /// <summary>The conditions as SQL, each to be joined with AND, with their parameters.</summary>
    internal (IReadOnlyList<string> Conditions, IReadOnlyDictionary<string, object> Parameters) ToSql()
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
                bool literal = Literal.Contains(name);
                conditions.Add("(" + string.Join(" OR ", texts.Select(text => literal ? $"{expression} = {Parameter(text)}" : Matches(expression, text))) + ")");
            }
        }
        string Matches(string expression, string text)
        {
            if (!GlobPattern.HasWildcard(text))
            {
                return $"{expression} = {Parameter(GlobPattern.Unescape(text))} COLLATE NOCASE";
            }
            string matches = $"lower({expression}) GLOB lower({Parameter(GlobPattern.ToGlob(text))})";
            // A name such as gpt[8k], typed or piped from an answer, also means itself: as a set it would silently match something else.
            return text.Contains('[', StringComparison.Ordinal)
                ? $"{matches} OR {expression} = {Parameter(text)} COLLATE NOCASE"
                : matches;
        }

        AddRange(conditions, Parameter);
        AddTexts(nameof(User), TelemetrySql.User, User);
        AddTexts(nameof(Model), TelemetrySql.Model, Model);
        AddTexts(nameof(Provider), TelemetrySql.Provider, Provider);
        AddTexts(nameof(RequestType), TelemetrySql.RequestType, RequestType);
        AddTexts(nameof(Transaction), TelemetrySql.Transaction, Transaction);
        if (PolicyFailed)
        {
            conditions.Add(TelemetrySql.PolicyFailed);
        }
        if (MinTokens > 0)
        {
            conditions.Add($"{TelemetrySql.TotalTokens} >= {Parameter(MinTokens)}");
        }
        return (conditions, parameters);
    }

    private void AddRange(List<string> conditions, Func<object, string> parameter)
    {
        var bounds = new List<string>();
        if (Range.Since is { } since)
        {
            bounds.Add($"timestamp >= {parameter(StoredTimestamp.Format(since))}");
        }
        if (Range.Until is { } until)
        {
            bounds.Add($"timestamp < {parameter(StoredTimestamp.Format(until))}");
        }
        if (bounds.Count > 0)
        {
            // What is no time at all may belong to any range: it is let through to be counted and reported.
            conditions.Add($"({string.Join(" AND ", bounds)} OR unixepoch(timestamp) IS NULL)");
        }
    }
}
