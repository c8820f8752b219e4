using TokenDashboard.Completion;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Commands;

/// <summary>The base of commands that publish to a server. If the server fails in the middle, every item still has a result.</summary>
public abstract class PublishCmdlet : GrafanaCmdlet
{
    private bool _begun;
    private TokenDashboardException? _ended;

    /// <summary>The title of the folder in Grafana, with slashes for nested folders. Without it, a dashboard or alert rule stays in its folder.</summary>
    [Parameter, ValidateNotNullOrEmpty, ValidatePattern(@"\S"), ArgumentCompleter(typeof(ServerCompleter))]
    public string? Folder { get; set; }

    /// <summary>The uid of the folder.</summary>
    [Parameter, ValidatePattern(DashboardDocument.UidPattern), ArgumentCompleter(typeof(ServerCompleter))]
    public string? FolderUid { get; set; }

    /// <summary>The name of the data source. A new one is named TokenDashboard by default.</summary>
    [Parameter, ValidateNotNullOrEmpty, ArgumentCompleter(typeof(ServerCompleter))]
    public string? DataSourceName { get; set; }

    /// <summary>The uid of the data source. The default is tokendashboard-sqlite, unless a dashboard is set to another one of the server.</summary>
    [Parameter, ValidatePattern(DashboardDocument.UidPattern), ArgumentCompleter(typeof(ServerCompleter))]
    public string? DataSourceUid { get; set; }

    /// <summary>Overwrites changes made in Grafana.</summary>
    [Parameter] public SwitchParameter Force { get; set; }

    /// <summary>
    /// Publishes one item. If the server fails after others were published, this item is Failed and those after it are Skipped, before the
    /// command ends with the failure.
    /// </summary>
    /// <param name="item">What is published.</param>
    /// <param name="prepare">Prepares what it needs; a failure ends the command.</param>
    /// <param name="publish">Publishes it.</param>
    private protected void Publish(GrafanaPublishResult item, Func<IEnumerable<GrafanaPublishResult>> prepare, Func<IEnumerable<GrafanaPublishResult>> publish)
    {
        if (_ended is not null)
        {
            WriteObject(item with { Action = GrafanaPublishAction.Skipped, Message = $"Not published, because the run ended before with {_ended.Code}." });
            return;
        }
        try
        {
            Require(() => WriteAll(prepare()));
            WriteAll(publish());
            _begun = true;
        }
        catch (TokenDashboardException exception) when (_begun && IsTerminating(exception))
        {
            _ended = exception;
            WriteObject(item with { Action = GrafanaPublishAction.Failed, Message = exception.Message });
        }
    }

    private protected override void Finish()
    {
        if (_ended is not null)
            ThrowTerminatingError(_ended.ToErrorRecord());
    }
}
