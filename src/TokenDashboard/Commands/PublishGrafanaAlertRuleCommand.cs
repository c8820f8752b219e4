using System.Management.Automation;
using TokenDashboard.Alerting;
using TokenDashboard.Completion;
using TokenDashboard.Dashboards;
using TokenDashboard.Grafana;
using TokenDashboard.Parameters;

namespace TokenDashboard.Commands;

/// <summary>Brings alert rules to a Grafana server, or writes the files Grafana's own provisioning reads.</summary>
[Cmdlet(VerbsData.Publish, "GrafanaAlertRule", SupportsShouldProcess = true, DefaultParameterSetName = ServerSet)]
[OutputType(typeof(GrafanaPublishResult))]
public sealed class PublishGrafanaAlertRuleCommand : TokenCmdlet
{
    private const string ServerSet = "Server";
    private const string ProvisioningSet = "Provisioning";

    private AlertRulePublisher? _publisher;
    private AlertProvisioningWriter? _writer;
    private bool _prepared;
    private bool _incomplete;

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
        if (!Prune || _writer is null)
        {
            return;
        }
        if (_incomplete)
        {
            WriteWarning("Nothing was pruned, because not every rule could be read; the file of one that could not may still be wanted.");
            return;
        }
        WriteAll(_writer.Prune());
    }

    /// <summary>Remembers whether any work ended in an error.</summary>
    private void Track(Action work)
    {
        bool done = false;
        Guard(() =>
        {
            work();
            done = true;
        });
        _incomplete |= !done;
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
        var callbacks = new PublishCallbacks((target, action) => ShouldProcess(target, action), WriteVerbose, WriteWarning, WriteDebug);
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
                callbacks);
            if (_writer.Write(rule) is { } written)
            {
                WriteObject(written);
            }
            return;
        }
        _publisher ??= new AlertRulePublisher(
            ServerConnection.Resolve(Connection),
            new AlertRuleOptions { Folder = Folder, FolderUid = FolderUid, DataSourceUid = DataSourceUid, DataSourceName = DataSourceName, Force = Force },
            callbacks,
            Cancellation);
        WriteAll(_publisher.Prepare());
        _prepared = true;
        WriteAll(_publisher.Publish(rule));
    }

    private void WriteAll(IEnumerable<GrafanaPublishResult> results)
    {
        foreach (GrafanaPublishResult result in results)
        {
            WriteObject(result);
        }
    }

    /// <summary>One rule's trouble is one error record; a server that takes none of them ends the command.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => exception.Code switch
    {
        ErrorCode.AlertRuleInvalid or ErrorCode.AlertRuleNotFound => false,
        _ => !_prepared || exception.Code.EndsEverything(),
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
