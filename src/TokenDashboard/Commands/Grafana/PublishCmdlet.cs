namespace TokenDashboard.Commands;

/// <summary>The base class of commands that publish to a server. Every item has a result, even if the item or the server fails.</summary>
public abstract class PublishCmdlet : GrafanaCmdlet
{
    private bool _begun;
    private TokenDashboardException? _ended;

    /// <summary>The title of the folder in Grafana, with slashes for nested folders. Without it, an existing dashboard or alert rule stays in its folder.</summary>
    [Parameter, ValidateNotNullOrEmpty, ValidatePattern(@"\S"), ArgumentCompleter(typeof(ServerCompleter))]
    public string? Folder { get; set; }

    /// <summary>The uid of the folder.</summary>
    [Parameter, ValidatePattern(DashboardDocument.UidPattern), ArgumentCompleter(typeof(ServerCompleter))]
    public string? FolderUid { get; set; }

    /// <summary>The name of the data source. A new one is named TokenDashboard, or TokenDashboard ClickHouse, by default.</summary>
    [Parameter, ValidateNotNullOrEmpty, ArgumentCompleter(typeof(ServerCompleter))]
    public string? DataSourceName { get; set; }

    /// <summary>
    /// The uid of the data source. The default is tokendashboard-sqlite or tokendashboard-clickhouse, unless a dashboard refers to another one on
    /// the server.
    /// </summary>
    [Parameter, ValidatePattern(DashboardDocument.UidPattern), ArgumentCompleter(typeof(ServerCompleter))]
    public string? DataSourceUid { get; set; }

    /// <summary>Overwrites changes made in Grafana.</summary>
    [Parameter] public SwitchParameter Force { get; set; }

    /// <summary>
    /// Publishes one item, after preparing what it needs. If the item fails, its result is Failed and precedes its error record. If the server fails, the
    /// items after it are Skipped, and then the command ends with the failure. The folder's title, if known, is the title of the item's folder.
    /// </summary>
    private protected void Publish(
        GrafanaPublishResult item, Func<IEnumerable<GrafanaPublishResult>> prepare, Func<IEnumerable<GrafanaPublishResult>> publish, Func<string?> folderTitle)
    {
        if (_ended is not null)
        {
            WriteObject(item with { Action = GrafanaPublishAction.Skipped, FolderTitle = folderTitle(), Message = $"Not published, because the run had already ended with {_ended.Code}." });
            return;
        }
        bool isWritten = false;
        try
        {
            Require(() => WriteAll(prepare()));
            _begun = true;
            foreach (GrafanaPublishResult result in publish())
            {
                isWritten |= result.Kind == item.Kind;
                WriteObject(result);
            }
        }
        catch (TokenDashboardException exception)
        {
            bool ends = IsTerminating(exception);
            // The result of a conflict precedes its error.
            if (!isWritten && (_begun || !ends))
                WriteObject(item with { Action = GrafanaPublishAction.Failed, FolderTitle = folderTitle(), Message = exception.Message });
            if (!_begun || !ends)
                throw;
            _ended = exception;
        }
    }

    private protected override void Finish()
    {
        if (_ended is not null)
            ThrowTerminatingError(_ended.ToErrorRecord());
    }
}
