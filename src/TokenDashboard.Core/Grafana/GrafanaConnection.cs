using System.Net;
using System.Security;

namespace TokenDashboard.Grafana;

/// <summary>How to reach one Grafana server and as whom. Secrets stay in secure strings until a request's header is made.</summary>
public sealed class GrafanaConnection
{
    /// <summary>Describes a server.</summary>
    /// <param name="url">Its address as a browser would open it, with the sub-path where Grafana has one, without a page's own path.</param>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaUrlInvalid"/>: not an absolute http or https address, or one that carries a user name or password.
    /// </exception>
    public GrafanaConnection(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.Host.Length == 0)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaUrlInvalid,
                "The address of Grafana must begin with http:// or https:// and name a host, such as https://grafana.example.com or "
                    + "http://localhost:3000.");
        }
        if (url.UserInfo.Length > 0)
        {
            // The address would carry the password into messages, logs and result objects.
            throw new TokenDashboardException(
                ErrorCode.GrafanaUrlInvalid,
                $"The address of Grafana at {url.Host} carries a user name or a password. Leave them out of -Url and give -Token or "
                    + "-Credential.");
        }
        Url = new Uri(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
    }

    /// <summary>The server's address: scheme, host, port and sub-path, ending in a slash.</summary>
    public Uri Url { get; }

    /// <summary>A service account's token. Exactly one of this and <see cref="Credential"/> is set.</summary>
    public SecureString? Token { get; init; }

    /// <summary>A user's name and password.</summary>
    public NetworkCredential? Credential { get; init; }

    /// <summary>The organisation, 1 or more; null for the account's current one. A token always belongs to one organisation.</summary>
    public int? OrgId { get; init; }

    /// <summary>Whether a certificate that cannot be verified is accepted.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>How long one request may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The address of the server.</summary>
    public override string ToString() => Url.ToString();
}
