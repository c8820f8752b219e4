namespace TokenDashboard.Grafana.Results;

/// <summary>What publishing did with one thing.</summary>
public enum GrafanaPublishAction
{
    /// <summary>It was there as it should be. Nothing was written.</summary>
    Unchanged,

    /// <summary>It did not exist and was made.</summary>
    Created,

    /// <summary>It differed and was brought up to date.</summary>
    Updated,

    /// <summary>It was there, belonged to this product, was not published any more, and was removed.</summary>
    Removed,

    /// <summary>It belongs to someone else or was changed by someone else. Nothing was written.</summary>
    Conflict,

    /// <summary>The server failed while it was looked at or saved, after others had been published. The next run finds out whether it was saved.</summary>
    Failed,

    /// <summary>It was not tried, because the server had failed before.</summary>
    Skipped,
}
