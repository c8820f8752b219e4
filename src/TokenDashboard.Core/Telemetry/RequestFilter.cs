namespace TokenDashboard.Telemetry;

/// <summary>
/// The requests of a query. Texts are not case-sensitive for ASCII letters and can contain PowerShell wildcards; a
/// text with brackets also matches itself; several texts of one property are alternatives; the empty string matches requests in which the property is unknown.
/// </summary>
public sealed record RequestFilter
{
    /// <summary>The time of the requests.</summary>
    public TimeRange Range { get; init; } = TimeRange.All;

    /// <summary>Users; none for all.</summary>
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
    /// The properties whose texts are literal names, such as those of a piped result: they have no
    /// wildcards and are case-sensitive. By the names of <see cref="User"/> and the other properties.
    /// </summary>
    public IReadOnlySet<string> Literal { get; init; } = new HashSet<string>();

    /// <summary>Whether to include only requests with a negative policy verdict.</summary>
    public bool PolicyFailed { get; init; }

    /// <summary>The minimum of total tokens.</summary>
    public long MinTokens { get; init; }
}
