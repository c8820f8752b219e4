using System.Net;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TokenDashboard.Grafana.Http;

/// <summary>
/// How to reach one Grafana server and as whom, and what the server said of itself when it was asked. Secrets stay inside: no public
/// member shows them.
/// </summary>
public sealed record GrafanaConnection
{
    /// <summary>All authorities a system trusts take a fifth of it.</summary>
    private const int MaxCertificateBytes = 1024 * 1024;

    /// <summary>Describes a server.</summary>
    /// <param name="url">Its address as a browser would open it, with the sub-path where Grafana has one, without a page's own path.</param>
    /// <param name="token">A service account's token. Exactly one of this and <paramref name="credential"/> is needed to talk to the server.</param>
    /// <param name="credential">A user's name and password.</param>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaUrlInvalid"/>: not an absolute http or https address, or one that carries a user name or password.
    /// </exception>
    public GrafanaConnection(Uri url, SecureString? token = null, NetworkCredential? credential = null)
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
        Name = Url.Authority;
        Token = token;
        Credential = credential;
    }

    /// <summary>What the session calls it; host and port unless another name is given.</summary>
    public string Name { get; init; }

    /// <summary>The server's address: scheme, host, port and sub-path, ending in a slash.</summary>
    public Uri Url { get; }

    /// <summary>A service account's token.</summary>
    internal SecureString? Token { get; init; }

    /// <summary>A user's name and password.</summary>
    internal NetworkCredential? Credential { get; init; }

    /// <summary>Whom the server sees: a user's name, or "token".</summary>
    public string Account => Credential?.UserName ?? "token";

    /// <summary>The organisation, 1 or more; null for the account's current one. A token always belongs to one organisation.</summary>
    public int? OrgId { get; init; }

    /// <summary>Through which interface dashboards and folders are read and written.</summary>
    public GrafanaApi Api { get; init; }

    /// <summary>The interface the server turned out to have for it: "/api", or a path below /apis; null where it was not asked.</summary>
    public string? ApiPath { get; init; }

    /// <summary>Whether a certificate that cannot be verified is accepted.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>A file with the certificate (PEM or DER) of the authority that vouches for the server; null for those this machine trusts.</summary>
    public string? CaCertificate { get; init; }

    /// <summary>How long one request may take, its retries included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a server that does not answer yet, or cannot be found, is asked again until <see cref="Timeout"/>; otherwise it is given up after two more tries.</summary>
    public bool WaitForServer { get; init; }

    /// <summary>How long the first wait before a retry is, about; each further one is twice as long.</summary>
    internal TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The server's version; null where it was not asked or hides it.</summary>
    public string? Version { get; init; }

    /// <summary>The organisation's name; null where the server was not asked or the account may not know.</summary>
    public string? OrgName { get; init; }

    /// <summary>Whether the account may make and change dashboards in some folder; null where the server does not tell.</summary>
    public bool? CanPublish { get; init; }

    /// <summary>Whether the account may make and change data sources; null where the server does not tell.</summary>
    public bool? CanSetDataSource { get; init; }

    /// <summary>Whether commands use it that are given no other. Set where a session lists its connections.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The authority's certificates from <see cref="CaCertificate"/>.</summary>
    internal X509Certificate2Collection Authorities()
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            byte[] content = RegularFile.ReadBytes(CaCertificate!, MaxCertificateBytes);
            // A PEM file may hold several; what has no PEM block in it is DER.
            certificates.ImportFromPem(Encoding.Latin1.GetString(content));
            if (certificates.Count == 0)
            {
                certificates.Add(new X509Certificate2(content));
            }
            return certificates;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaCertificateInvalid,
                $"'{CaCertificate}' could not be read as a certificate: {exception.Message} Give -CaCertificate the file of the authority's "
                    + "certificate, in PEM or DER form.",
                exception,
                CaCertificate);
        }
    }

    /// <summary>The address of the server.</summary>
    public override string ToString() => Url.ToString();
}
