using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>The folder and the data source of published alert rules.</summary>
public sealed record AlertRuleOptions
{
    /// <summary>The default folder of new rules.</summary>
    public const string DefaultFolder = "TokenDashboard";

    /// <summary>
    /// The title of the folder of rules that name none, with slashes for nested folders. Null leaves such a rule where it is.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>That folder's uid; it wins over the title.</summary>
    public string? FolderUid { get; init; }

    /// <summary>The data source's uid; null is that of <see cref="DataSourceName"/>, or <see cref="SqliteDataSource.DefaultUid"/>.</summary>
    public string? DataSourceUid { get; init; }

    /// <summary>The data source's name, if its uid is not given.</summary>
    public string? DataSourceName { get; init; }

    /// <summary>Whether changes made in Grafana are overwritten.</summary>
    public bool Force { get; init; }
}
