using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Security;

namespace TokenDashboard;

/// <summary>The Grafana API that reads and writes dashboards and folders.</summary>
public enum GrafanaApi : long
{
    /// <summary>The classic API under /api, which versions 9 to 13 have, or the API under /apis if a server has no classic one.</summary>
    Auto,
    /// <summary>The classic API under /api.</summary>
    Legacy,
    /// <summary>The API under /apis, which servers from version 12 on have.</summary>
    Resource,
}

/// <summary>The address of a Grafana server, the account, and the properties of the server. No public member shows a secret.</summary>
public sealed record GrafanaConnection
{
    /// <summary>All authorities that a system trusts need a fifth of this size.</summary>
    private const int MaxCertificateBytes = 1024 * 1024;

    /// <summary>Describes a server.</summary>
    /// <param name="url">The address as in a browser, with Grafana's sub-path, but without the path of a page.</param>
    /// <param name="token">A service account's token. Connecting requires either a token or a credential.</param>
    /// <param name="credential">A user's name and password.</param>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaUrlInvalid"/>: not an absolute http or https address, or an address with a user name or password.
    /// </exception>
    public GrafanaConnection(Uri url, SecureString? token = null, NetworkCredential? credential = null)
    {
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.Host.Length == 0)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaUrlInvalid,
                "The address of Grafana must begin with http:// or https:// and contain a host, such as https://grafana.example.com or http://localhost:3000.");
        }
        if (url.UserInfo.Length > 0)
        {
            // Otherwise, messages, logs and result objects would contain the password.
            throw new TokenDashboardException(
                ErrorCode.GrafanaUrlInvalid,
                $"The address of Grafana at {url.Host} contains a user name or a password. Remove them from -Url and use -Token or -Credential.");
        }
        Url = new Uri(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
        Name = Url.Authority;
        Token = token;
        Credential = credential;
    }

    /// <summary>The name in the session. The default is host and port.</summary>
    public string Name { get; init; }
    /// <summary>The server's address: scheme, host, port and sub-path, ending in a slash.</summary>
    public Uri Url { get; }
    internal SecureString? Token { get; init; }
    internal NetworkCredential? Credential { get; init; }
    /// <summary>The user's name, or "token".</summary>
    public string Account => Credential?.UserName ?? "token";
    /// <summary>The organization, 1 or more; null for the account's current one. A token always belongs to one organization.</summary>
    public int? OrgId { get; init; }
    /// <summary>The API that reads and writes dashboards and folders.</summary>
    public GrafanaApi Api { get; init; }
    /// <summary>The API in use: "/api", or a path below /apis; null if the server was not contacted.</summary>
    public string? ApiPath { get; init; }
    /// <summary>Whether a certificate that cannot be verified is accepted.</summary>
    public bool SkipCertificateCheck { get; init; }
    /// <summary>A file with the certificate (PEM or DER) of the authority that issued the server's certificate; null for trusted authorities.</summary>
    public string? CaCertificate { get; init; }
    /// <summary>The time limit of a request with its retries.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>Whether to retry until <see cref="Timeout"/> if the server does not respond. Otherwise, there are two retries.</summary>
    public bool WaitForServer { get; init; }
    /// <summary>The approximate wait before the first retry. Each further wait is twice as long.</summary>
    internal TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.5);
    /// <summary>The server's version; null if it was not contacted or hides its version.</summary>
    public string? Version { get; init; }
    /// <summary>The organization's name; null if the server was not contacted or the account lacks permission.</summary>
    public string? OrgName { get; init; }
    /// <summary>Whether the account can create and change dashboards in some folder; null if the server does not report it.</summary>
    public bool? CanPublish { get; init; }
    /// <summary>Whether the account can create and change data sources; null if the server does not report it.</summary>
    public bool? CanSetDataSource { get; init; }
    /// <summary>Whether this is the default connection. Set when a session lists its connections.</summary>
    public bool IsDefault { get; init; }

    internal X509Certificate2Collection Authorities()
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            byte[] content = RegularFile.ReadBytes(CaCertificate!, MaxCertificateBytes);
            // A PEM file can contain several certificates. A file without a PEM block is DER.
            certificates.ImportFromPem(Encoding.Latin1.GetString(content));
            if (certificates.Count == 0)
                certificates.Add(new X509Certificate2(content));
            return certificates;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaCertificateInvalid,
                $"'{CaCertificate}' could not be read as a certificate: {exception.Message} It must be in PEM or DER format.",
                exception, CaCertificate);
        }
    }

    /// <summary>The address of the server.</summary>
    public override string ToString() => Url.ToString();
}
