using System.Net;
using System.Security;

namespace TokenDashboard.Parameters;

/// <summary>Creates a connection from parameters, or from the environment.</summary>
internal static class ServerConnection
{
    private const string UrlVariable = "GRAFANA_URL";
    private const string TokenVariable = "GRAFANA_TOKEN";

    /// <summary>The specified connection, the session's default, or the connection of the environment variables.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaConnectionNotFound"/> or <see cref="ErrorCode.GrafanaUrlInvalid"/>.
    /// </exception>
    internal static GrafanaConnection Resolve(ConnectionReference? reference) =>
        reference?.Resolve() ?? SessionConnections.Current.Default ?? Create(null, null, null);

    /// <summary>Whether two addresses have the same scheme, host and port.</summary>
    private static bool HasOrigin(Uri url, Uri? other) => other is not null && url.IsAbsoluteUri
        && Uri.Compare(url, other, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>
    /// Creates a connection from separate parameters. The address can come from the environment. So can the token if there is no
    /// credential, but that token is sent only to the environment's server.
    /// </summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaUrlInvalid"/>, or <see cref="ErrorCode.GrafanaSignInInvalid"/>: the environment's token is for another server.
    /// </exception>
    internal static GrafanaConnection Create(Uri? url, SecureString? token, PSCredential? credential)
    {
        Uri? own = null;
        if (Environment.GetEnvironmentVariable(UrlVariable) is { Length: > 0 } text && !Uri.TryCreate(text, UriKind.Absolute, out own) && url is null)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaUrlInvalid,
                $"The environment variable {UrlVariable} does not contain an absolute address such as https://grafana.example.com.");
        }
        url ??= own;
        if (url is null)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaUrlInvalid, $"No Grafana server is specified. Run Connect-Grafana, or set the environment variable {UrlVariable}.");
        }
        if (token is null && credential is null && Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } secret)
        {
            if (!HasOrigin(url, own))
            {
                throw new TokenDashboardException(
                    ErrorCode.GrafanaSignInInvalid,
                    $"The token in the environment variable {TokenVariable} is sent only to the server in {UrlVariable}, which "
                    + (own is { IsAbsoluteUri: true } ? $"is {own.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}" : "is not set")
                    + $". Use -Token or -Credential for this server, or set {UrlVariable} to it.");
            }
            token = new NetworkCredential("", secret).SecurePassword;
        }
        return new GrafanaConnection(url, token, credential?.GetNetworkCredential());
    }
}
