namespace TokenDashboard.Grafana.Api;

/// <summary>A version in the history of a dashboard on a server.</summary>
public sealed record GrafanaDashboardVersion
{
    /// <summary>The dashboard's uid.</summary>
    public required string Uid { get; init; }

    /// <summary>The version's number, counted from 1.</summary>
    public required long Version { get; init; }

    /// <summary>When it was saved; null if the server does not say.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Who saved it; the empty string if the server does not say.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>Whether Publish-GrafanaDashboard saved it.</summary>
    public bool Published { get; init; }

    /// <summary>The message it was saved with; the empty string for none.</summary>
    public string Message { get; init; } = "";
}
