using System.Management.Automation;
using System.Security;
using TokenDashboard.Completion;
using TokenDashboard.Grafana.Catalog;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Parameters;

namespace TokenDashboard.Commands;

/// <summary>Brings dashboards to a Grafana server, or writes the files Grafana's own provisioning reads.</summary>
[Cmdlet(VerbsData.Publish, "GrafanaDashboard", SupportsShouldProcess = true, DefaultParameterSetName = ServerSet, HelpUri = HelpPage.Folder + "Publish-GrafanaDashboard.md")]
[OutputType(typeof(GrafanaPublishResult))]
public sealed class PublishGrafanaDashboardCommand : PublishCmdlet
{
    private const string ServerSet = "Server";
    private const string ServerPathSet = "ServerPath";
    private const string ProvisioningSet = "Provisioning";
    private const string ProvisioningPathSet = "ProvisioningPath";

    private GrafanaPublisher? _publisher;
    private ProvisioningWriter? _writer;

    /// <summary>A dashboard, as New-GrafanaDashboard makes it. Without it, and without Path, all dashboards of this product.</summary>
    [Parameter(ParameterSetName = ServerSet, ValueFromPipeline = true)]
    [Parameter(ParameterSetName = ProvisioningSet, ValueFromPipeline = true)]
    public DashboardDocument? InputObject { get; set; }

    /// <summary>Dashboard files; wildcards are allowed, and paths or files from the pipeline.</summary>
    [Parameter(ParameterSetName = ServerPathSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ProvisioningPathSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The server: a connection or its name; default: the one connected last, then GRAFANA_URL and GRAFANA_TOKEN.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [ValidateNotNull]
    public ConnectionReference? Connection { get; set; }

    /// <summary>The server's address with its sub-path, where there is no connection; default: the environment variable GRAFANA_URL.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    [AddressTransformation]
    public Uri? Url { get; set; }

    /// <summary>A service account's token; default: the environment variable GRAFANA_TOKEN.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    public SecureString? Token { get; set; }

    /// <summary>A user's name and password, where there is no token.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Through which of Grafana's interfaces dashboards and folders are read and written.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    public GrafanaApi Api { get; set; }

    /// <summary>The folder to write for Grafana's file provisioning.</summary>
    [Parameter(ParameterSetName = ProvisioningSet, Mandatory = true)]
    [Parameter(ParameterSetName = ProvisioningPathSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string ProvisioningPath { get; set; } = "";

    /// <summary>That folder as the Grafana server sees it, where it sees it elsewhere, as in a container.</summary>
    [Parameter(ParameterSetName = ProvisioningSet)]
    [Parameter(ParameterSetName = ProvisioningPathSet)]
    [ValidateNotNullOrEmpty]
    public string? GrafanaPath { get; set; }

    /// <summary>Removes files of dashboards that an earlier run wrote there and this one does not.</summary>
    [Parameter(ParameterSetName = ProvisioningSet)]
    [Parameter(ParameterSetName = ProvisioningPathSet)]
    public SwitchParameter Prune { get; set; }

    /// <summary>The store's path as the Grafana server sees it. Without it an existing data source is used as it is.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    [Parameter(ParameterSetName = ProvisioningSet, Mandatory = true)]
    [Parameter(ParameterSetName = ProvisioningPathSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>The organisation in Grafana.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int OrgId { get; set; }

    /// <summary>The title of the folder in Grafana; nested ones with slashes. Without it a dashboard stays where it is.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidatePattern(@"\S")]
    public string? Folder { get; set; }

    /// <summary>The folder's uid, where its title does not say enough.</summary>
    [Parameter]
    [ValidatePattern(DashboardDocument.UidPattern)]
    public string? FolderUid { get; set; }

    /// <summary>The data source's name, TokenDashboard if it is new.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DataSourceName { get; set; }

    /// <summary>The data source's uid; default: tokendashboard-sqlite, where a dashboard is not set to another one of the server.</summary>
    [Parameter]
    [ValidatePattern(DashboardDocument.UidPattern)]
    public string? DataSourceUid { get; set; }

    /// <summary>An existing data source for all that read SQLite, or a hashtable from what a dashboard has to the existing one.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DataSourceCompleter))]
    [ValidateNotNull]
    public DataSourceMap? DataSource { get; set; }

    /// <summary>What the dashboard's history in Grafana shall say.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    [ValidateLength(1, 400)]
    public string? Message { get; set; }

    /// <summary>The folder that gets what is overwritten in Grafana, before it is.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    [ValidateNotNullOrEmpty]
    public string? BackupPath { get; set; }

    /// <summary>Overwrites what others changed in Grafana.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    public SwitchParameter Force { get; set; }

    /// <summary>Reports a dashboard that is not on the server instead of making it.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    public SwitchParameter UpdateOnly { get; set; }

    /// <summary>Gives each dashboard along, in the property Dashboard of its result.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Accepts a certificate that cannot be verified.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>How many seconds one request may take, its retries included.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = ServerConnection.DefaultTimeoutSeconds;

    private bool ToServer => ParameterSetName is ServerSet or ServerPathSet;

    private protected override void Process()
    {
        if (InputObject is not null)
        {
            Track(() => Send(InputObject));
            return;
        }
        if (ParameterSetName is ServerSet or ProvisioningSet)
        {
            foreach (string name in DashboardCatalog.Names)
            {
                Track(() => Send(DashboardCatalog.Create(name)));
            }
            return;
        }
        foreach (string path in Path)
        {
            Track(() =>
            {
                foreach (string file in ResolveFiles(path, ErrorCode.DashboardNotFound))
                {
                    Track(() => Send(DashboardFiles.Read(file)));
                }
            });
        }
    }

    private protected override void Finish()
    {
        base.Finish();
        // What could not be read may be what refers to them.
        if (Complete)
        {
            _publisher?.Finish();
            _writer?.Finish();
        }
        if (Prune && _writer is not null && !Complete)
        {
            WriteWarning("Nothing was pruned, because not every dashboard could be read; the file of one that could not may still be wanted.");
        }
        else if (Prune && _writer is not null)
        {
            WriteAll(_writer.Prune());
        }
        _writer?.WarnOfSameTitles();
    }

    private void Send(DashboardDocument document)
    {
        if (!ToServer)
        {
            _writer ??= new ProvisioningWriter(Provisioning(), Callbacks);
            WriteAll(_writer.Write(document).Select(result => WithDashboard(result, document)));
            return;
        }
        var thing = new GrafanaPublishResult
        {
            Kind = GrafanaPublishKind.Dashboard, Name = document.Title, Action = GrafanaPublishAction.Skipped, Uid = document.Uid,
        };
        Publish(
            WithDashboard(thing, document),
            () => (_publisher ??= new GrafanaPublisher(Server(), Options(), Callbacks, Cancellation)).Prepare(document),
            () => _publisher!.Publish(document).Select(result => WithDashboard(result, document)));
    }

    private GrafanaPublishResult WithDashboard(GrafanaPublishResult result, DashboardDocument document) =>
        PassThru && result.Uid == document.Uid ? result with { Dashboard = document } : result;

    /// <summary>A folder that takes no dashboard ends the command, too.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) =>
        exception.Code == ErrorCode.GrafanaFolderConflict || base.IsTerminating(exception);

    /// <summary>Parameters that describe a server say which; what is said of a connection beside them holds for this run.</summary>
    private GrafanaConnection Server()
    {
        if (Url is not null || Token is not null || Credential is not null)
        {
            return Connection is null
                ? ServerConnection.Create(Url, Token, Credential, OrgId, SkipCertificateCheck, TimeoutSec) with { Api = Api }
                : throw new TokenDashboardException(ErrorCode.GrafanaUrlInvalid, "Give -Connection, or -Url with -Token or -Credential, not both.");
        }
        GrafanaConnection connection = ServerConnection.Resolve(Connection);
        return connection with
        {
            Api = MyInvocation.BoundParameters.ContainsKey(nameof(Api)) ? Api : connection.Api,
            OrgId = OrgId == 0 ? connection.OrgId : OrgId,
            SkipCertificateCheck = SkipCertificateCheck || connection.SkipCertificateCheck,
            Timeout = MyInvocation.BoundParameters.ContainsKey(nameof(TimeoutSec)) ? TimeSpan.FromSeconds(TimeoutSec) : connection.Timeout,
        };
    }

    /// <summary>What names the data source in two ways says nothing clear.</summary>
    private DataSourceMap? DataSources() => DataSource?.One is not null && MyInvocation.BoundParameters.ContainsKey(nameof(DataSourceUid))
        ? throw new TokenDashboardException(ErrorCode.GrafanaDataSourceConflict, "Give -DataSource or -DataSourceUid, not both.")
        : DataSource;

    private GrafanaPublishOptions Options() => new()
    {
        DataSources = DataSources(),
        Folder = Folder,
        FolderUid = FolderUid,
        Database = Database,
        DataSourceName = DataSourceName,
        DataSourceUid = DataSourceUid,
        Message = Message,
        BackupPath = BackupPath is null ? null : ResolvePath(BackupPath),
        Force = Force,
        UpdateOnly = UpdateOnly,
    };

    private ProvisioningOptions Provisioning() => new()
    {
        DataSources = DataSources(),
        Path = ResolvePath(ProvisioningPath),
        GrafanaPath = GrafanaPath,
        Database = Database!,
        DataSourceName = DataSourceName ?? SqliteDataSource.DefaultName,
        DataSourceUid = DataSourceUid ?? SqliteDataSource.DefaultUid,
        Folder = Folder,
        FolderUid = FolderUid,
        OrgId = OrgId == 0 ? 1 : OrgId,
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
