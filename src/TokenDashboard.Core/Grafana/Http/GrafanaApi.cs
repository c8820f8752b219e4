namespace TokenDashboard.Grafana.Http;

/// <summary>Through which of Grafana's two interfaces dashboards and folders are read and written.</summary>
public enum GrafanaApi
{
    /// <summary>The classic one under /api, which every version from 9 to 13 has; the one under /apis where a server has no classic one any more.</summary>
    Auto,

    /// <summary>The classic one under /api.</summary>
    Legacy,

    /// <summary>The one under /apis, which servers from version 12 have.</summary>
    Resource,
}
