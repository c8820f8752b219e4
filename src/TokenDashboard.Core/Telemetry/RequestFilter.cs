namespace TokenDashboard.Telemetry;

/// <summary>
/// The requests that a query selects. Text is not case-sensitive for ASCII letters and can contain PowerShell wildcards. Text with
/// brackets also matches itself. Several texts of one property are alternatives. The empty string matches requests in which the property is unknown.
/// </summary>
internal sealed record RequestFilter
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
    /// The properties whose texts are literal names, such as names from a piped result. They have no
    /// wildcards and are case-sensitive. Contains the names of properties such as <see cref="User"/>.
    /// </summary>
    public IReadOnlySet<string> Literal { get; init; } = new HashSet<string>();

    /// <summary>Whether to include only requests with a negative policy verdict.</summary>
    public bool PolicyFailed { get; init; }

    /// <summary>The minimum of total tokens.</summary>
    public long MinTokens { get; init; }

    /// <summary>Whether sums of requests are sufficient to apply the filter.</summary>
    internal bool IsAboutSums => Transaction.Count == 0 && !PolicyFailed && MinTokens == 0;
}
