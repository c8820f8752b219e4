namespace TokenDashboard.Telemetry;

/// <summary>
/// Which requests a query is about. Texts match without regard to the case of ASCII letters and may hold PowerShell wildcards; a
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
    /// The properties whose texts are names as they are stored, such as those of a result that was piped: nothing in them is a
    /// wildcard, and case counts. <see cref="User"/> and so on, by their names.
    /// </summary>
    public IReadOnlySet<string> Literal { get; init; } = new HashSet<string>();

    /// <summary>Whether only requests with a negative policy verdict count.</summary>
    public bool PolicyFailed { get; init; }

    /// <summary>The smallest total of tokens that counts.</summary>
    public long MinTokens { get; init; }
}
