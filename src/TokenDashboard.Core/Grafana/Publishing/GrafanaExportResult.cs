using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>A dashboard that was brought from a server into a file.</summary>
public sealed record GrafanaExportResult
{
    /// <summary>What was done with the file.</summary>
    public required GrafanaPublishAction Action { get; init; }

    /// <summary>The dashboard's uid.</summary>
    public required string Uid { get; init; }

    /// <summary>The dashboard's title.</summary>
    public required string Title { get; init; }

    /// <summary>The titles of its folders, outermost first, with slashes between; empty for none.</summary>
    public required string Folder { get; init; }

    /// <summary>Its version on the server, counted from 1.</summary>
    public required long Version { get; init; }

    /// <summary>The file's full path.</summary>
    public required string Path { get; init; }

    /// <summary>How the server's dashboard, the right side, differed from the file it was taken over into; null if a whole file was written.</summary>
    public IReadOnlyList<GrafanaDashboardDifference>? Changes { get; init; }

    /// <summary>The file's full path.</summary>
    public override string ToString() => Path;
}
