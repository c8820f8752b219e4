namespace TokenDashboard.Grafana.Results;

/// <summary>What publishing found or did with one thing.</summary>
public sealed record GrafanaPublishResult
{
    /// <summary>What the thing is.</summary>
    public required GrafanaPublishKind Kind { get; init; }

    /// <summary>Its title or name; for a file its path below the provisioning folder.</summary>
    public required string Name { get; init; }

    /// <summary>What was done with it.</summary>
    public required GrafanaPublishAction Action { get; init; }

    /// <summary>Its uid in Grafana; null for a file that defines no single object.</summary>
    public string? Uid { get; init; }

    /// <summary>Where a browser finds it; null for a file.</summary>
    public Uri? Url { get; init; }

    /// <summary>The file's full path; null for what is on a server.</summary>
    public string? Path { get; init; }

    /// <summary>The file that holds what was overwritten; null where nothing was, or none was asked for.</summary>
    public string? BackupPath { get; init; }

    /// <summary>A dashboard's version on the server, counted from 1; null for anything else.</summary>
    public long? Version { get; init; }

    /// <summary>The title of the folder a dashboard is in, "Dashboards" for none; null for anything else.</summary>
    public string? FolderTitle { get; init; }

    /// <summary>
    /// For a conflict with a change of others: how what is on the server, the right side, differs from what was published last, or from
    /// what is to be published where the server no longer has that. Null for anything else.
    /// </summary>
    public IReadOnlyList<GrafanaDashboardDifference>? Changes { get; init; }

    /// <summary>The dashboard that was to be published, where it was asked for along; null otherwise.</summary>
    public Model.DashboardDocument? Dashboard { get; init; }

    /// <summary>What else is worth knowing: a data source's health, why there is a conflict.</summary>
    public string? Message { get; init; }
}
