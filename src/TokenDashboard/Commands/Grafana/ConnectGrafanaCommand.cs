using System.Security;
using TokenDashboard.Grafana.Api;

namespace TokenDashboard.Commands;

/// <summary>Checks a Grafana server and an account, and stores the connection in this session.</summary>
[Cmdlet(VerbsCommunications.Connect, "Grafana", DefaultParameterSetName = TokenSet, HelpUri = TokenCmdlet.HelpFolder + "Connect-Grafana.md")]
[OutputType(typeof(GrafanaConnection))]
public sealed class ConnectGrafanaCommand : TokenCmdlet
{
    private const string TokenSet = "Token";
    private const string CredentialSet = "Credential";

    /// <summary>The server's address, including its sub-path. The default is the environment variable GRAFANA_URL.</summary>
    [Parameter(Position = 0), AddressTransformation] public Uri? Url { get; set; }

    /// <summary>The token of a service account. The default is the environment variable GRAFANA_TOKEN.</summary>
    [Parameter(ParameterSetName = TokenSet)] public SecureString? Token { get; set; }

    /// <summary>The name and password of a user, as an alternative to a token.</summary>
    [Parameter(ParameterSetName = CredentialSet, Mandatory = true), Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The organization in Grafana.</summary>
    [Parameter, ValidateRange(1, int.MaxValue)] public int OrgId { get; set; }

    /// <summary>The Grafana API that reads and writes dashboards and folders.</summary>
    [Parameter, ChoiceTransformation] public GrafanaApi Api { get; set; }

    /// <summary>The name of the connection. The default is host and port.</summary>
    [Parameter, ValidateNotNullOrEmpty] public string? Name { get; set; }

    /// <summary>The file with the certificate of the authority that issued the server's certificate.</summary>
    [Parameter, ValidateNotNullOrEmpty] public string? CaCertificate { get; set; }

    /// <summary>Accepts a certificate that cannot be verified.</summary>
    [Parameter] public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>Waits up to TimeoutSec for a server that does not answer yet. Commands that use the connection also wait.</summary>
    [Parameter] public SwitchParameter WaitForServer { get; set; }

    /// <summary>The time limit of a request with its retries, in seconds.</summary>
    [Parameter, ValidateRange(1, 3600)] public int TimeoutSec { get; set; } = 30;

    private protected override void Process()
    {
        GrafanaConnection connection = ServerConnection.Create(Url, Token, Credential);
        connection = connection with
        {
            Api = Api, WaitForServer = WaitForServer, Name = Name ?? connection.Name, OrgId = OrgId == 0 ? null : OrgId, Timeout = TimeSpan.FromSeconds(TimeoutSec),
            SkipCertificateCheck = SkipCertificateCheck, CaCertificate = CaCertificate is null ? null : ResolvePath(CaCertificate),
        };
        var callbacks = new PublishCallbacks((_, _) => true, WriteVerbose, WriteWarning, WriteDebug) { IsNew = SessionWarnings.Add };
        using var session = new GrafanaSession(connection, callbacks, Cancellation);
        connection = session.Probe();
        SessionConnections.Current.Add(connection);
        WriteObject(connection with { IsDefault = true });
    }
}
