using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>Where alert rules go and which data source they read.</summary>
public sealed record AlertRuleOptions
{
    /// <summary>The title of the folder of new rules that name none and where none is given.</summary>
    public const string DefaultFolder = "TokenDashboard";

    /// <summary>
    /// The folder's title for rules that name none; titles of nested folders are separated by slashes. Null leaves such a rule where it is.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>That folder's uid; it wins over the title.</summary>
    public string? FolderUid { get; init; }

    /// <summary>The data source's uid; null is that of <see cref="DataSourceName"/>, or <see cref="SqliteDataSource.DefaultUid"/>.</summary>
    public string? DataSourceUid { get; init; }

    /// <summary>The data source's name, where its uid is not given.</summary>
    public string? DataSourceName { get; init; }

    /// <summary>Whether changes made by others in Grafana are overwritten.</summary>
    public bool Force { get; init; }
}
