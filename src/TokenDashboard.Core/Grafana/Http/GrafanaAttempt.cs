namespace TokenDashboard.Grafana.Http;

/// <summary>How one try of a request ended.</summary>
internal sealed record GrafanaAttempt
{
    /// <summary>The end of a request that an earlier try had carried out.</summary>
    internal static GrafanaAttempt Done { get; } = new();

    /// <summary>The HTTP status; 0 without an answer.</summary>
    internal int Status { get; init; }

    /// <summary>The answer's bytes, as they came.</summary>
    internal byte[] Body { get; init; } = [];

    /// <summary>Where a redirect leads.</summary>
    internal string? Location { get; init; }

    /// <summary>Why there is no answer; null where there is one.</summary>
    internal TokenDashboardException? Failure { get; init; }

    /// <summary>Whether another try may end better.</summary>
    internal bool MayPass { get; init; }

    /// <summary>How long the server asks to be left alone.</summary>
    internal TimeSpan? RetryAfter { get; init; }
}
