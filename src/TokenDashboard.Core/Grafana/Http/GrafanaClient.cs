using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace TokenDashboard.Grafana.Http;

/// <summary>
/// Sends requests to one Grafana server, one after another on the caller's thread. If there is no response, or it is not from Grafana, a
/// <see cref="TokenDashboardException"/> is thrown. If Grafana itself rejects a request, a <see cref="GrafanaResponse"/> is returned.
/// </summary>
internal sealed class GrafanaClient : IDisposable
{
    /// <summary>Valid responses are smaller, but a wrong address can return anything.</summary>
    private const int MaxResponseBytes = 64 * 1024 * 1024;

    private readonly GrafanaConnection _connection;
    private readonly PublishCallbacks _callbacks;
    private readonly CancellationToken _cancellation;
    private readonly X509Certificate2Collection _authorities;
    private readonly HttpClient _http;
    private readonly GrafanaRetry _retry;
    private readonly Secrets _secrets;

    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaSignInInvalid"/>: the token or credential is missing or invalid. <see cref="ErrorCode.GrafanaCertificateInvalid"/>.
    /// </exception>
    internal GrafanaClient(GrafanaConnection connection, PublishCallbacks callbacks, CancellationToken cancellation)
    {
        _connection = connection;
        _callbacks = callbacks;
        _cancellation = cancellation;
        if (connection.SkipCertificateCheck && connection.CaCertificate is not null)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaCertificateInvalid,
                "Use -CaCertificate or -SkipCertificateCheck, not both. Without the check, the authority's certificate is not used.",
                target: connection.CaCertificate);
        }
        (AuthenticationHeaderValue authorization, string[] secrets) = Authorization(connection);
        if (connection.Url.Scheme == Uri.UriSchemeHttp && !connection.Url.IsLoopback && callbacks.IsNew(connection.Url.GetLeftPart(UriPartial.Authority)))
            callbacks.Warning($"{connection.Url} uses http. The token or password, and the published data, can be read and changed in transit. Use https.");
        _authorities = connection.CaCertificate is null ? [] : connection.Authorities();
        _http = new HttpClient(Handler(connection))
        {
            BaseAddress = connection.Url,
            // The deadline of a request includes its retries, and is handled there.
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxResponseBytes,
        };
        _retry = new GrafanaRetry(connection, callbacks.Verbose, cancellation);
        HttpRequestHeaders headers = _http.DefaultRequestHeaders;
        headers.Authorization = authorization;
        headers.Accept.ParseAdd("application/json");
        // Without this header, Grafana returns a data source in its previous state for some seconds after a change.
        headers.Add("X-Grafana-NoCache", "true");
        headers.UserAgent.ParseAdd("TokenDashboard");
        if (connection.OrgId is { } organization)
            headers.Add("X-Grafana-Org-Id", organization.ToString(CultureInfo.InvariantCulture));
        // If the connection cannot be created, nothing else would remove the secrets.
        _secrets = new Secrets();
        Array.ForEach(secrets, _secrets.Add);
    }

    internal Uri Url => _connection.Url;

    /// <summary>Masks another secret in text from the server: one that a request contains.</summary>
    internal void Mask(string secret) => _secrets.Add(secret);

    internal TokenDashboardException Error(ErrorCode code, string message) => new(code, message, target: Url);

    /// <summary>Reads, and retries after temporary failures. <paramref name="path"/> is relative, with its parts escaped.</summary>
    internal GrafanaResponse Get(string path) => Read(HttpMethod.Get, path, Try(path));

    /// <summary>Reads an optional resource; null if the server does not have it.</summary>
    internal GrafanaResponse? Find(string path) => Try(path) is var attempt && attempt is { Failure: null, Status: 404 or 410 } ? null : ReadAnswer(path, attempt);

    /// <summary>
    /// Like <see cref="Find"/>, for optional information. Also null for a rejection, a redirect or a web page, because a proxy may not let the request
    /// through. If the server is unavailable, or does not know the account, it is still a failure.
    /// </summary>
    internal GrafanaResponse? FindOptional(string path)
    {
        GrafanaAttempt attempt = Try(path);
        bool answered = attempt.Failure is null && attempt.Status is not (401 or 407 or 429 or 503 or 504);
        if (answered && attempt.Status is (< 200 or >= 300))
            return null;
        try
        {
            return ReadAnswer(path, attempt);
        }
        catch (TokenDashboardException exception) when (answered && exception.Code == ErrorCode.GrafanaNotJson)
        {
            return null;
        }
    }

    /// <summary>Like <see cref="Get"/>, with a body. Only for requests that change nothing.</summary>
    internal GrafanaResponse Ask(string path, JsonObject body) =>
        Read(HttpMethod.Post, path, _retry.Run(cancel => Once(HttpMethod.Post, path, body, cancel)));

    /// <summary>
    /// Sends a request that changes data. Before it is sent again, <paramref name="isDone"/> checks whether it was carried out. If so, the result is
    /// null. With <paramref name="editable"/>, objects written by the alerting API stay editable in Grafana.
    /// </summary>
    internal GrafanaResponse? Write(HttpMethod method, string path, JsonObject body, Func<bool> isDone, bool editable = false)
    {
        bool repeated = false;
        bool lost = false;
        bool IsDone()
        {
            bool done = isDone();
            if (done)
                _callbacks.Verbose($"{method} {new Uri(Url, path)} was carried out, although no response arrived.");
            return done;
        }
        GrafanaAttempt last = _retry.Run(cancel =>
        {
            try
            {
                if (repeated && IsDone())
                    return GrafanaAttempt.Done;
                GrafanaAttempt attempt = Once(method, path, body, cancel, editable);
                lost |= attempt.Failure is
                {
                    Code: ErrorCode.GrafanaTimeout or ErrorCode.GrafanaUnreachable,
                    InnerException: not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError },
                };
                // A repeated attempt may be rejected because an earlier attempt arrived late.
                return repeated && attempt.Status is 409 or 412 && IsDone() ? GrafanaAttempt.Done : attempt;
            }
            catch (TokenDashboardException exception)
            {
                // isDone failed, and the previous attempt may still be carried out.
                return new GrafanaAttempt { Failure = exception, MayPass = exception.Code is ErrorCode.GrafanaUnreachable or ErrorCode.GrafanaBusy };
            }
            finally
            {
                repeated = true;
            }
        });
        if (lost && last.Failure is { } failure)
        {
            throw new TokenDashboardException(
                failure.Code, $"{failure.Message} Whether it carried out {method} {path} is unknown. The next run checks this and continues.", failure, Url);
        }
        return ReferenceEquals(last, GrafanaAttempt.Done) ? null : Read(method, path, last);
    }

    public void Dispose()
    {
        _http.Dispose();
        foreach (X509Certificate2 authority in _authorities)
            authority.Dispose();
        _secrets.Dispose();
    }

    /// <summary>Whether a response is the plugin's own health. Old servers send it with the status of an unavailable server.</summary>
    internal static bool IsPluginAnswer(int status, ReadOnlySpan<byte> body) => status == 503 && body.IndexOf("\"status\":\"ERROR\""u8) >= 0;

    private GrafanaAttempt Try(string path) => _retry.Run(cancel => Once(HttpMethod.Get, path, null, cancel));

    private GrafanaResponse ReadAnswer(string path, GrafanaAttempt attempt)
    {
        GrafanaResponse response = Read(HttpMethod.Get, path, attempt);
        return response.IsNoAnswer ? throw response.Failure($"answer {response.Request}", "another account") : response;
    }

    private GrafanaResponse Read(HttpMethod method, string path, GrafanaAttempt attempt) => attempt.Failure is null
        ? GrafanaResponse.Read(Url, $"{method} {new Uri(Url, path).AbsolutePath}", attempt.Status, attempt.Body ?? [], attempt.Location, _secrets)
        : throw attempt.Failure;

    private GrafanaAttempt Once(HttpMethod method, string path, JsonObject? body, CancellationToken cancel, bool editable = false)
    {
        using var request = new HttpRequestMessage(method, path);
        if (editable)
            request.Headers.Add("X-Disable-Provenance", "true");
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        try
        {
            // Only the asynchronous method can be canceled while the host name is resolved.
            using HttpResponseMessage response = _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel).GetAwaiter().GetResult();
            byte[] content = response.Content.ReadAsByteArrayAsync(cancel).GetAwaiter().GetResult();
            int status = (int)response.StatusCode;
            _callbacks.Debug($"{method} {new Uri(Url, path)}: {status}, {content.Length} bytes");
            RetryConditionHeaderValue? wait = response.Headers.RetryAfter;
            return new GrafanaAttempt(
                status, content, RedirectTarget.Of(response, Url),
                MayPass: status is 429 or 502 or 503 or 504 && !IsPluginAnswer(status, content), RetryAfter: wait?.Delta ?? wait?.Date - DateTimeOffset.UtcNow);
        }
        catch (OperationCanceledException exception) when (!_cancellation.IsCancellationRequested)
        {
            string message = $"Grafana at {Url} did not respond to {method} {path} within {_connection.Timeout.TotalSeconds:0} seconds. Check that the server is not "
                + "overloaded, or use a larger -TimeoutSec.";
            return new GrafanaAttempt { Failure = new TokenDashboardException(ErrorCode.GrafanaTimeout, message, exception, Url) };
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or InvalidDataException or InvalidOperationException or IOException)
        {
            return Failed(exception switch
            {
                HttpRequestException known => known,
                // .NET 10 does not wrap this exception if a connection is reset immediately, before anything was sent.
                SocketException => new HttpRequestException(HttpRequestError.ConnectionError, exception.Message, exception),
                // The body is not compressed as its header specifies. .NET reports Brotli as an invalid operation.
                InvalidDataException or InvalidOperationException => new HttpRequestException(HttpRequestError.InvalidResponse, exception.Message, exception),
                _ => new HttpRequestException(HttpRequestError.ResponseEnded, exception.Message, exception),
            });
        }
    }

    private GrafanaAttempt Failed(HttpRequestException exception)
    {
        string cause = GrafanaResponse.Shown(exception.GetBaseException().Message, _secrets).TrimEnd('.');
        string way = !Url.IsLoopback && HttpClient.DefaultProxy.GetProxy(Url) is { } proxy && proxy != Url
            ? $" The connection goes through the proxy {proxy.Authority}. {GrafanaResponse.ProxyAdvice}" : "";
        (ErrorCode code, string message) = exception.HttpRequestError switch
        {
            HttpRequestError.SecureConnectionError => (ErrorCode.GrafanaTlsFailed,
                $"No secure connection to Grafana at {Url}: {cause}. If the server uses http, use http:// in -Url. If your own authority issued its certificate, "
                    + "use -CaCertificate or trust the authority on this computer. -SkipCertificateCheck accepts any certificate."),
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => (ErrorCode.GrafanaNotJson,
                $"The server at {Url} is not Grafana: {cause}. Check the host, the port, and http or https in -Url."),
            HttpRequestError.NameResolutionError => (ErrorCode.GrafanaUnreachable,
                $"The host name in {Url} cannot be resolved: {cause}. Check its spelling and the name servers of this computer.{way}"),
            _ => (ErrorCode.GrafanaUnreachable,
                $"Grafana at {Url} could not be reached: {cause}. Check that the server is running, and check the host and port in -Url.{way}"),
        };
        // The error record shows the exception with all its causes.
        Exception inner = _secrets.MaskIn(exception.ToString()) == exception.ToString() ? exception : new HttpRequestException(exception.HttpRequestError, cause);
        bool mayPass = code == ErrorCode.GrafanaUnreachable && (_connection.WaitForServer || exception.HttpRequestError != HttpRequestError.NameResolutionError);
        return new GrafanaAttempt(Failure: new TokenDashboardException(code, message, inner, Url), MayPass: mayPass);
    }

    private SocketsHttpHandler Handler(GrafanaConnection connection)
    {
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.All,
            // A redirect leads to a sign-in page or another address. Following it would drop the authorization and change a POST to a GET.
            AllowAutoRedirect = false,
            UseCookies = false,
            // The proxy would receive a token that does not leave this computer otherwise, and cannot reach it.
            UseProxy = !connection.Url.IsLoopback,
        };
        if (connection.SkipCertificateCheck)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                HttpClientHandler.DangerousAcceptAnyServerCertificateValidator(null!, certificate as X509Certificate2, chain, errors);
        }
        else if (connection.CaCertificate is not null)
        {
            // Private authorities rarely publish revocation lists.
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(_authorities);
            handler.SslOptions.CertificateChainPolicy = policy;
        }
        return handler;
    }

    private static (AuthenticationHeaderValue Header, string[] Secrets) Authorization(GrafanaConnection connection)
    {
        static TokenDashboardException SignIn(string message) => new(ErrorCode.GrafanaSignInInvalid, message);

        switch (connection)
        {
            case { Token: not null, Credential: not null }:
                throw SignIn("Use -Token or -Credential, not both.");
            case { Token: { } secure }:
                string token = new NetworkCredential("", secure).Password.Trim();
                if (token.Length == 0 || token.Any(character => character is <= ' ' or > '~'))
                {
                    throw SignIn(
                        "The token is empty, or contains a space, a line break or a non-ASCII character. Copy it again from Grafana: it begins with 'glsa_'.");
                }
                return (new AuthenticationHeaderValue("Bearer", token), [token]);
            case { Credential: { } credential }:
                if (credential.UserName.Length == 0 || credential.UserName.Contains(':', StringComparison.Ordinal))
                    throw SignIn("The user name of -Credential is empty or contains a colon.");
                string pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"));
                return (new AuthenticationHeaderValue("Basic", pair), [pair, credential.Password]);
            default:
                throw SignIn("No credentials for Grafana are specified. Use -Token (a SecureString) or -Credential of Connect-Grafana, or set the "
                    + "environment variables GRAFANA_URL and GRAFANA_TOKEN.");
        }
    }
}
