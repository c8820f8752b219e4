using TokenDashboard.Grafana.Alerting;

namespace TokenDashboard.Commands;

/// <summary>Publishes alert rules to a Grafana server.</summary>
[Cmdlet(VerbsData.Publish, "GrafanaAlertRule", SupportsShouldProcess = true, HelpUri = TokenCmdlet.HelpFolder + "Publish-GrafanaAlertRule.md")]
[OutputType(typeof(GrafanaPublishResult))]
public sealed class PublishGrafanaAlertRuleCommand : PublishCmdlet
{
    private AlertRulePublisher? _publisher;

    /// <summary>Definitions: hash tables, objects, or the paths of JSON files. Wildcards are permitted.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true), ValidateNotNullOrEmpty, SupportsWildcards]
    public PSObject[] InputObject { get; set; } = [];

    private protected override void Process() => EachRule(InputObject, rule => Publish(
        new GrafanaPublishResult(GrafanaPublishKind.AlertRule, rule.Name, GrafanaPublishAction.Skipped, rule.Uid),
        () => (_publisher ??= Keep(new AlertRulePublisher(Server, Options(), Callbacks, Cancellation))).Prepare(), () => _publisher!.Publish(rule),
        () => _publisher?.FolderTitleOf(rule)));

    private GrafanaPublishOptions Options() => new(Folder, FolderUid, DataSourceName: DataSourceName, DataSourceUid: DataSourceUid, Force: Force);
}
