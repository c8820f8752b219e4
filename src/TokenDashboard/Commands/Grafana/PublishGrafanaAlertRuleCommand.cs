using System.Management.Automation;
using TokenDashboard.Completion;
using TokenDashboard.Grafana.Alerting;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Parameters;

namespace TokenDashboard.Commands;

/// <summary>Brings alert rules to a Grafana server, or writes the files Grafana's own provisioning reads.</summary>
[Cmdlet(VerbsData.Publish, "GrafanaAlertRule", SupportsShouldProcess = true, DefaultParameterSetName = ServerSet, HelpUri = HelpPage.Folder + "Publish-GrafanaAlertRule.md")]
[OutputType(typeof(GrafanaPublishResult))]
public sealed class PublishGrafanaAlertRuleCommand : PublishCmdlet
{
    private const string ServerSet = "Server";
    private const string ProvisioningSet = "Provisioning";

    private AlertRulePublisher? _publisher;
    private AlertProvisioningWriter? _writer;

    /// <summary>Definitions: hash tables, objects, or JSON files by path, wildcards allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>The server: a connection or its name; default: the one connected last, then GRAFANA_URL and GRAFANA_TOKEN.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [ValidateNotNull]
    public ConnectionReference? Connection { get; set; }

    /// <summary>The folder to write for Grafana's file provisioning.</summary>
    [Parameter(ParameterSetName = ProvisioningSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string ProvisioningPath { get; set; } = "";

    /// <summary>Has Grafana delete rules that an earlier run wrote there and this one does not.</summary>
    [Parameter(ParameterSetName = ProvisioningSet)]
    public SwitchParameter Prune { get; set; }

    /// <summary>The organisation of provisioning files.</summary>
    [Parameter(ParameterSetName = ProvisioningSet)]
    [ValidateRange(1, int.MaxValue)]
    public int OrgId { get; set; } = 1;

    /// <summary>The title of the folder of rules that name none; on a server nested ones with slashes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidatePattern(@"\S")]
    public string? Folder { get; set; }

    /// <summary>That folder's uid, where its title does not say enough.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ValidatePattern(DashboardDocument.UidPattern)]
    public string? FolderUid { get; set; }

    /// <summary>The data source's uid.</summary>
    [Parameter]
    [ValidatePattern(DashboardDocument.UidPattern)]
    public string? DataSourceUid { get; set; }

    /// <summary>The data source's name, where its uid is not known.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ValidateNotNullOrEmpty]
    public string? DataSourceName { get; set; }

    /// <summary>Overwrites what others changed in Grafana.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public SwitchParameter Force { get; set; }

    private protected override void Process()
    {
        foreach (PSObject input in InputObject)
        {
            Track(() => Send(input));
        }
    }

    private protected override void Finish()
    {
        base.Finish();
        if (!Prune || _writer is null)
        {
            return;
        }
        if (!Complete)
        {
            WriteWarning("Nothing was pruned, because not every rule could be read; the file of one that could not may still be wanted.");
            return;
        }
        WriteAll(_writer.Prune());
    }

    private void Send(PSObject input)
    {
        if (DefinitionInput.PathOf(input) is not { } path)
        {
            Send(AlertRuleReader.Read(DefinitionInput.Fields(input), ""));
            return;
        }
        foreach (string file in ResolveFiles(path, ErrorCode.AlertRuleNotFound))
        {
            Track(() =>
            {
                foreach (IReadOnlyDictionary<string, object?> fields in AlertRuleReader.Parse(DefinitionInput.ReadText(file, ErrorCode.AlertRuleInvalid), file))
                {
                    Track(() => Send(AlertRuleReader.Read(fields, file)));
                }
            });
        }
    }

    private void Send(AlertRule rule)
    {
        if (ParameterSetName == ProvisioningSet)
        {
            _writer ??= new AlertProvisioningWriter(
                new AlertProvisioningOptions
                {
                    Path = ResolvePath(ProvisioningPath),
                    DataSourceUid = DataSourceUid ?? SqliteDataSource.DefaultUid,
                    Folder = Folder ?? AlertRuleOptions.DefaultFolder,
                    OrgId = OrgId,
                },
                Callbacks);
            if (_writer.Write(rule) is { } written)
            {
                WriteObject(written);
            }
            return;
        }
        Publish(
            new GrafanaPublishResult { Kind = GrafanaPublishKind.AlertRule, Name = rule.Name, Action = GrafanaPublishAction.Skipped, Uid = rule.Uid },
            () => (_publisher ??= new AlertRulePublisher(ServerConnection.Resolve(Connection), Options(), Callbacks, Cancellation)).Prepare(),
            () => _publisher!.Publish(rule));
    }

    private AlertRuleOptions Options() => new()
    {
        Folder = Folder, FolderUid = FolderUid, DataSourceUid = DataSourceUid, DataSourceName = DataSourceName, Force = Force,
    };

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _publisher?.Dispose();
        }
        base.Dispose(disposing);
    }
}
