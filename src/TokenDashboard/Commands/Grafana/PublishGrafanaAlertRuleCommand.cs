using System.Management.Automation;
using TokenDashboard.Completion;
using TokenDashboard.Grafana.Alerting;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Commands;

/// <summary>Publishes alert rules to a Grafana server.</summary>
[Cmdlet(VerbsData.Publish, "GrafanaAlertRule", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Publish-GrafanaAlertRule.md")]
[OutputType(typeof(GrafanaPublishResult))]
public sealed class PublishGrafanaAlertRuleCommand : PublishCmdlet
{
    private AlertRulePublisher? _publisher;

    /// <summary>Definitions: hash tables, objects, or the paths of JSON files. Wildcards are permitted.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>The title of the folder of rules that name none, with slashes for nested folders.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidatePattern(@"\S")]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string? Folder { get; set; }

    /// <summary>The uid of that folder.</summary>
    [Parameter]
    [ValidatePattern(DashboardDocument.UidPattern)]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string? FolderUid { get; set; }

    /// <summary>The uid of the data source.</summary>
    [Parameter]
    [ValidatePattern(DashboardDocument.UidPattern)]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string? DataSourceUid { get; set; }

    /// <summary>The name of the data source, if its uid is not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string? DataSourceName { get; set; }

    /// <summary>Overwrites changes made in Grafana.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Process() => EachRule(InputObject, rule => Publish(
        new GrafanaPublishResult { Kind = GrafanaPublishKind.AlertRule, Name = rule.Name, Action = GrafanaPublishAction.Skipped, Uid = rule.Uid },
        () => (_publisher ??= Keep(new AlertRulePublisher(Server, Options(), Callbacks, Cancellation))).Prepare(),
        () => _publisher!.Publish(rule)));

    private GrafanaPublishOptions Options() => new()
    {
        Folder = Folder, FolderUid = FolderUid, DataSourceUid = DataSourceUid, DataSourceName = DataSourceName, Force = Force,
    };
}
