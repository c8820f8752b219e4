namespace TokenDashboard.Grafana.Results;

/// <summary>What publishing did with one thing.</summary>
public sealed record GrafanaPublishResult
{
    /// <summary>What the thing is.</summary>
    public required GrafanaPublishKind Kind { get; init; }

    /// <summary>Its title or name; for a file its path in the provisioning folder.</summary>
    public required string Name { get; init; }

    /// <summary>What was done with it.</summary>
    public required GrafanaPublishAction Action { get; init; }

    /// <summary>Its uid in Grafana; null for a file that defines no single object.</summary>
    public string? Uid { get; init; }

    /// <summary>Its address for a browser; null for a file.</summary>
    public Uri? Url { get; init; }

    /// <summary>The file's full path; null for what is on a server.</summary>
    public string? Path { get; init; }

    /// <summary>The file that holds what was overwritten; null if nothing was, or no backup was requested.</summary>
    public string? BackupPath { get; init; }

    /// <summary>A dashboard's version on the server, counted from 1; null for anything else.</summary>
    public long? Version { get; init; }

    /// <summary>The title of the folder a dashboard is in, "Dashboards" for none; null for anything else.</summary>
    public string? FolderTitle { get; init; }

    /// <summary>
    /// For a conflict with a change in Grafana: how the server's dashboard, the right side, differs from what was published last, or from
    /// what is to be published if the server no longer has that. Null for anything else.
    /// </summary>
    public IReadOnlyList<GrafanaDashboardDifference>? Changes { get; init; }

    /// <summary>The dashboard that was to be published, with -PassThru; null otherwise.</summary>
    public Model.DashboardDocument? Dashboard { get; init; }

    /// <summary>Further information: the health of a data source, the reason of a conflict.</summary>
    public string? Message { get; init; }
}

/// <summary>What a result is about.</summary>
public enum GrafanaPublishKind : long
{
    /// <summary>A folder on a server.</summary>
    Folder,

    /// <summary>A data source on a server.</summary>
    DataSource,

    /// <summary>A dashboard on a server.</summary>
    Dashboard,

    /// <summary>An alert rule on a server.</summary>
    AlertRule,

    /// <summary>A file of Grafana's file provisioning.</summary>
    ProvisioningFile,
}

/// <summary>What publishing did with one thing.</summary>
public enum GrafanaPublishAction : long
{
    /// <summary>It was up to date. Nothing was written.</summary>
    Unchanged,

    /// <summary>It did not exist and was created.</summary>
    Created,

    /// <summary>It differed and was updated.</summary>
    Updated,

    /// <summary>It was written by an earlier run, is no longer published, and was removed.</summary>
    Removed,

    /// <summary>Something else manages it, or it was changed in Grafana. Nothing was written.</summary>
    Conflict,

    /// <summary>The server failed while it was read or saved, after others had been published. The next run finds out whether it was saved.</summary>
    Failed,

    /// <summary>It was not published, because the server had failed before.</summary>
    Skipped,
}
