using System.Management.Automation;
using System.Security;
using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Parameters;

namespace TokenDashboard.Commands;

/// <summary>Checks a Grafana server and an account, and remembers both for the commands that follow in this session.</summary>
[Cmdlet(VerbsCommunications.Connect, "Grafana", DefaultParameterSetName = TokenSet, HelpUri = HelpPage.Folder + "Connect-Grafana.md")]
[OutputType(typeof(GrafanaConnection))]
public sealed class ConnectGrafanaCommand : TokenCmdlet
{
    private const string TokenSet = "Token";
    private const string CredentialSet = "Credential";

    /// <summary>The server's address with its sub-path; default: the environment variable GRAFANA_URL.</summary>
    [Parameter(Position = 0), AddressTransformation] public Uri? Url { get; set; }

    /// <summary>A service account's token; default: the environment variable GRAFANA_TOKEN.</summary>
    [Parameter(ParameterSetName = TokenSet)] public SecureString? Token { get; set; }

    /// <summary>The name and password of a user, instead of a token.</summary>
    [Parameter(ParameterSetName = CredentialSet, Mandatory = true), Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The organization in Grafana.</summary>
    [Parameter, ValidateRange(1, int.MaxValue)] public int OrgId { get; set; }

    /// <summary>Through which of Grafana's interfaces dashboards and folders are read and written.</summary>
    [Parameter, ChoiceTransformation] public GrafanaApi Api { get; set; }

    /// <summary>What to call the connection; default: host and port.</summary>
    [Parameter, ValidateNotNullOrEmpty] public string? Name { get; set; }

    /// <summary>The file of the certificate of the authority that vouches for the server.</summary>
    [Parameter, ValidateNotNullOrEmpty] public string? CaCertificate { get; set; }

    /// <summary>Accepts a certificate that cannot be verified.</summary>
    [Parameter] public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>Waits for a server that does not answer yet, for as long as TimeoutSec says; commands that use the connection do, too.</summary>
    [Parameter] public SwitchParameter WaitForServer { get; set; }

    /// <summary>How many seconds one request may take, its retries included.</summary>
    [Parameter, ValidateRange(1, 3600)] public int TimeoutSec { get; set; } = ServerConnection.DefaultTimeoutSeconds;

    private protected override void Process()
    {
        GrafanaConnection connection = ServerConnection.Create(Url, Token, Credential, OrgId, SkipCertificateCheck, TimeoutSec);
        connection = connection with
        {
            Api = Api, WaitForServer = WaitForServer, Name = Name ?? connection.Name,
            CaCertificate = CaCertificate is null ? null : ResolvePath(CaCertificate),
        };
        using var session = new GrafanaSession(connection, new PublishCallbacks((_, _) => true, WriteVerbose, WriteWarning, WriteDebug), Cancellation);
        connection = session.Probe();
        SessionConnections.Current.Add(connection);
        WriteObject(connection with { IsDefault = true });
    }
}
