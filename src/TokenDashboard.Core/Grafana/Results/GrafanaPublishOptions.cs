using System.Net;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Model.Plugins;

namespace TokenDashboard.Grafana.Results;

/// <summary>The folder, the data source and the history of published dashboards.</summary>
public sealed record GrafanaPublishOptions
{
    /// <summary>The folder's title; titles of nested folders are separated by slashes. Null leaves each dashboard where it is.</summary>
    public string? Folder { get; init; }

    /// <summary>The folder's uid; it wins over the title.</summary>
    public string? FolderUid { get; init; }

    /// <summary>The store's path as the Grafana server sees it, or the address of ClickHouse; null uses an existing data source as it is.</summary>
    public string? Database { get; init; }

    /// <summary>Who signs in to ClickHouse; null leaves user and password as they are.</summary>
    public NetworkCredential? DataSourceCredential { get; init; }

    /// <summary>The data source's name; null is <see cref="DataSourcePlugin.DefaultName"/> for a new one and keeps an existing one's.</summary>
    public string? DataSourceName { get; init; }

    /// <summary>
    /// The data source's uid: 1 to 40 of A-Z, a-z, 0-9, hyphen and underscore. Null is <see cref="DataSourcePlugin.DefaultUid"/>; then,
    /// without <see cref="Database"/>, dashboards that are set to another data source of their plugin of the server keep it.
    /// </summary>
    public string? DataSourceUid { get; init; }

    /// <summary>Existing data sources that replace those the dashboards refer to; null for none.</summary>
    public DataSourceMap? DataSources { get; init; }

    /// <summary>Whether the plugin is installed through Grafana if it is missing, which only a server admin may do.</summary>
    public bool InstallPlugin { get; init; }

    /// <summary>The message in the dashboard's history, up to 400 characters; null for a standard text.</summary>
    public string? Message { get; init; }

    /// <summary>The full path of the folder that gets what is about to be overwritten; null for none.</summary>
    public string? BackupPath { get; init; }

    /// <summary>Whether a dashboard that is not on the server is an error instead of being created.</summary>
    public bool UpdateOnly { get; init; }

    /// <summary>Whether changes made in Grafana are overwritten.</summary>
    public bool Force { get; init; }
}
