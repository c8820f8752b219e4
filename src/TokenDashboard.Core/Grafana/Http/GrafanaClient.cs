using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Http;

/// <summary>
/// Sends requests to one Grafana server, one after another on the caller's thread, and turns what goes wrong on the way into the
/// product's failures. What Grafana itself refuses is left to the caller as a <see cref="GrafanaResponse"/>.
/// </summary>
internal sealed class GrafanaClient : IDisposable
{
    /// <summary>No answer this product reads comes near it; a wrong address may serve anything.</summary>
    private const int MaxResponseBytes = 64 * 1024 * 1024;

    /// <summary>The servers of which this process was told that http hides nothing.</summary>
    private static readonly ConcurrentDictionary<string, bool> Told = new(StringComparer.OrdinalIgnoreCase);

    private readonly GrafanaConnection _connection;
    private readonly PublishCallbacks _callbacks;
    private readonly CancellationToken _cancellation;
    private readonly HttpClient _http;
    private readonly GrafanaRetry _retry;
    private readonly Secrets _secrets = new();

    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaSignInInvalid"/>: no usable token or credential. <see cref="ErrorCode.GrafanaCertificateInvalid"/>.
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
                "Give -CaCertificate or -SkipCertificateCheck, not both: without the check nobody would look at the authority's certificate.",
                target: connection.CaCertificate);
        }
        AuthenticationHeaderValue authorization;
        try
        {
            authorization = Authorization(connection, _secrets);
        }
        catch (TokenDashboardException)
        {
            _secrets.Dispose();
            throw;
        }
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.All,
            // A redirect leads to a sign-in page or to another address; following it would drop the authorization and turn a POST into a GET.
            AllowAutoRedirect = false,
            UseCookies = false,
        };
        if (connection.SkipCertificateCheck)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                HttpClientHandler.DangerousAcceptAnyServerCertificateValidator(null!, certificate as X509Certificate2, chain, errors);
        }
        else if (connection.CaCertificate is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                // An authority of one's own seldom publishes what it revoked.
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(connection.Authorities());
        }
        _http = new HttpClient(handler)
        {
            BaseAddress = connection.Url,
            // The deadline of a request includes its retries and is kept there.
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxResponseBytes,
        };
        if (connection.Url.Scheme == Uri.UriSchemeHttp && !connection.Url.IsLoopback && Told.TryAdd(connection.Url.Authority, true))
        {
            callbacks.Warning($"{connection.Url} is asked over http: the token or password, and what is published, can be read and changed on the way. Use https.");
        }
        _retry = new GrafanaRetry(connection, callbacks.Verbose, cancellation);
        _http.DefaultRequestHeaders.Authorization = authorization;
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        // Grafana shows a data source for some seconds as it was before a change, unless it is told not to.
        _http.DefaultRequestHeaders.Add("X-Grafana-NoCache", "true");
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("TokenDashboard");
        if (connection.OrgId is { } organisation)
        {
            _http.DefaultRequestHeaders.Add("X-Grafana-Org-Id", organisation.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The server's address, ending in a slash.</summary>
    internal Uri Url => _connection.Url;

    /// <summary>Reads, again and again where what failed may pass. <paramref name="path"/> is relative, with its parts escaped.</summary>
    /// <exception cref="TokenDashboardException">No answer, or one that is not Grafana's.</exception>
    internal GrafanaResponse Get(string path) => Read(HttpMethod.Get, path, _retry.Run(cancel => Once(HttpMethod.Get, path, null, cancel)));

    /// <summary>Reads what a server may not serve at all; null where it does not, in whatever words.</summary>
    /// <exception cref="TokenDashboardException">No answer, one that is not Grafana's, or one that says nothing about what was asked.</exception>
    internal GrafanaResponse? Find(string path)
    {
        GrafanaAttempt attempt = _retry.Run(cancel => Once(HttpMethod.Get, path, null, cancel));
        if (attempt is { Failure: null, Status: 404 or 410 })
        {
            return null;
        }
        return ReadAnswer(path, attempt);
    }

    /// <summary>
    /// As <see cref="Find"/>, for what one can do without: null as well for a refusal, a redirect or a page, since proxies let through what
    /// they know. A server that takes no requests now, or does not know the account, is told all the same.
    /// </summary>
    /// <exception cref="TokenDashboardException">No answer, or one that holds for every request.</exception>
    internal GrafanaResponse? FindOptional(string path)
    {
        GrafanaAttempt attempt = _retry.Run(cancel => Once(HttpMethod.Get, path, null, cancel));
        bool answered = attempt.Failure is null && attempt.Status is not (401 or 407 or 429 or 503 or 504);
        if (answered && attempt.Status is (< 200 or >= 300))
        {
            return null;
        }
        try
        {
            return ReadAnswer(path, attempt);
        }
        catch (TokenDashboardException exception) when (answered && exception.Code == ErrorCode.GrafanaNotJson)
        {
            return null;
        }
    }

    /// <summary>Asks with a body, and otherwise as <see cref="Get"/>. Only for what changes nothing.</summary>
    /// <exception cref="TokenDashboardException">No answer, or one that is not Grafana's.</exception>
    internal GrafanaResponse Ask(string path, JsonObject body) =>
        Read(HttpMethod.Post, path, _retry.Run(cancel => Once(HttpMethod.Post, path, body, cancel)));

    /// <summary>
    /// Sends a request that changes something. Where it failed in a way that may pass, nobody knows whether it was carried out, so
    /// it is looked up before it is sent again.
    /// </summary>
    /// <param name="method">POST or PUT.</param>
    /// <param name="path">Relative, with its parts escaped.</param>
    /// <param name="body">The content.</param>
    /// <param name="isDone">Looks whether the server has it now.</param>
    /// <param name="editable">Whether what the alerting API writes stays editable in Grafana.</param>
    /// <returns>The answer; null where looking showed that a try without an answer had done it.</returns>
    /// <exception cref="TokenDashboardException">No answer, or one that is not Grafana's.</exception>
    internal GrafanaResponse? Write(HttpMethod method, string path, JsonObject body, Func<bool> isDone, bool editable = false)
    {
        bool first = true;
        bool lost = false;
        GrafanaAttempt last = _retry.Run(cancel =>
        {
            bool repeated = !first;
            first = false;
            try
            {
                if (repeated && isDone())
                {
                    return Done();
                }
                GrafanaAttempt attempt = Once(method, path, body, cancel, editable);
                lost |= attempt.Failure is
                {
                    Code: ErrorCode.GrafanaTimeout or ErrorCode.GrafanaUnreachable,
                    InnerException: not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError },
                };
                // What arrived late of an earlier try is what a repeated one may be refused for.
                return repeated && attempt.Status is 409 or 412 && isDone() ? Done() : attempt;
            }
            catch (TokenDashboardException exception)
            {
                // Of looking. It may end all, and the try before it still be carried out.
                return new GrafanaAttempt { Failure = exception, MayPass = exception.Code is ErrorCode.GrafanaUnreachable or ErrorCode.GrafanaBusy };
            }
        });
        if (lost && last.Failure is { } failure)
        {
            throw new TokenDashboardException(
                failure.Code, $"{failure.Message} Whether it carried out {method} {path} is not known; the next run finds out and goes on from there.", failure, Url);
        }
        return ReferenceEquals(last, GrafanaAttempt.Done) ? null : Read(method, path, last);

        GrafanaAttempt Done()
        {
            _callbacks.Verbose($"{method} {new Uri(Url, path)} had been carried out, though no answer came.");
            return GrafanaAttempt.Done;
        }
    }

    private GrafanaResponse ReadAnswer(string path, GrafanaAttempt attempt)
    {
        GrafanaResponse response = Read(HttpMethod.Get, path, attempt);
        return response.IsNoAnswer ? throw response.Failure($"answer {response.Request}", "another account") : response;
    }

    private GrafanaResponse Read(HttpMethod method, string path, GrafanaAttempt attempt) => attempt.Failure is null
        ? GrafanaResponse.Read(Url, $"{method} {new Uri(Url, path).AbsolutePath}", attempt.Status, attempt.Body, attempt.Location, _secrets)
        : throw attempt.Failure;

    /// <summary>Sends a request and reads the whole answer.</summary>
    private GrafanaAttempt Once(HttpMethod method, string path, JsonObject? body, CancellationToken cancel, bool editable = false)
    {
        using var request = new HttpRequestMessage(method, path);
        if (editable)
        {
            request.Headers.Add("X-Disable-Provenance", "true");
        }
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }
        try
        {
            // Only the asynchronous way ends at once where looking up the host's name hangs.
            using HttpResponseMessage response = _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel).GetAwaiter().GetResult();
            byte[] content = response.Content.ReadAsByteArrayAsync(cancel).GetAwaiter().GetResult();
            int status = (int)response.StatusCode;
            _callbacks.Debug($"{method} {new Uri(Url, path)}: {status}, {content.Length} bytes");
            RetryConditionHeaderValue? wait = response.Headers.RetryAfter;
            return new GrafanaAttempt
            {
                Status = status,
                Body = content,
                Location = response.Headers.Location is { } target ? new Uri(Url, target).GetLeftPart(UriPartial.Path) : null,
                MayPass = status is 429 or 502 or 503 or 504 && !IsPluginAnswer(status, content),
                RetryAfter = wait?.Delta ?? wait?.Date - DateTimeOffset.UtcNow,
            };
        }
        catch (OperationCanceledException exception) when (!_cancellation.IsCancellationRequested)
        {
            return new GrafanaAttempt
            {
                Failure = new TokenDashboardException(
                    ErrorCode.GrafanaTimeout,
                    $"Grafana at {Url} did not answer {method} {path} within {_connection.Timeout.TotalSeconds:0} seconds. Check that the "
                        + "server is not overloaded, or give a larger -TimeoutSec.",
                    exception,
                    Url),
            };
        }
        catch (HttpRequestException exception)
        {
            return Failed(exception);
        }
        catch (SocketException exception)
        {
            // .NET 10 lets it through where a connection is reset as soon as it is there, before anything was sent.
            return Failed(new HttpRequestException(HttpRequestError.ConnectionError, exception.Message, exception));
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            // Not compressed as its header says; of Brotli .NET tells it as an invalid operation.
            return Failed(new HttpRequestException(HttpRequestError.InvalidResponse, exception.Message, exception));
        }
        catch (IOException exception)
        {
            return Failed(new HttpRequestException(HttpRequestError.ResponseEnded, exception.Message, exception));
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _secrets.Dispose();
    }

    private GrafanaAttempt Failed(HttpRequestException exception)
    {
        TokenDashboardException failure = Failure(exception);
        return new GrafanaAttempt
        {
            Failure = failure,
            MayPass = failure.Code == ErrorCode.GrafanaUnreachable && (_connection.WaitForServer || exception.HttpRequestError != HttpRequestError.NameResolutionError),
        };
    }

    private TokenDashboardException Failure(HttpRequestException exception)
    {
        string words = exception.GetBaseException().Message;
        string cause = GrafanaResponse.Shown(words, _secrets).TrimEnd('.');
        if (_secrets.MaskIn(exception.ToString()) != exception.ToString())
        {
            // The error record shows it with all its causes.
            exception = new HttpRequestException(exception.HttpRequestError, cause);
        }
        string way = HttpClient.DefaultProxy.GetProxy(Url) is { } proxy && proxy != Url ? $" The way there leads through the proxy {proxy.Authority}. {GrafanaResponse.ProxyAdvice}" : "";
        return exception.HttpRequestError switch
        {
            HttpRequestError.SecureConnectionError => new TokenDashboardException(
                ErrorCode.GrafanaTlsFailed,
                $"No secure connection to Grafana at {Url}: {cause}. If the server speaks plain http, write http:// in -Url; if its "
                    + "certificate is your own authority's, give that authority's with -CaCertificate or trust it on this machine; "
                    + "-SkipCertificateCheck accepts any.",
                exception,
                Url),
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => new TokenDashboardException(
                ErrorCode.GrafanaNotJson,
                $"What answers at {Url} is not Grafana: {cause}. Check host, port and http or https in -Url.",
                exception,
                Url),
            HttpRequestError.NameResolutionError => new TokenDashboardException(
                ErrorCode.GrafanaUnreachable,
                $"The host name in {Url} is not known here: {cause}. Check its spelling and this machine's name servers.{way}",
                exception,
                Url),
            _ => new TokenDashboardException(
                ErrorCode.GrafanaUnreachable,
                $"Grafana at {Url} could not be reached: {cause}. Check that the server runs, and host and port in -Url.{way}",
                exception,
                Url),
        };
    }

    private static AuthenticationHeaderValue Authorization(GrafanaConnection connection, Secrets secrets)
    {
        if (connection.Token is not null && connection.Credential is not null)
        {
            throw SignIn("Give -Token or -Credential, not both.");
        }
        if (connection.Token is { } secure)
        {
            string token = PlainText(secure).Trim();
            if (token.Length == 0 || token.Any(character => character is <= ' ' or > '~'))
            {
                throw SignIn(
                    "The token is empty or has a space, a line break or a letter outside ASCII in it. Copy it again from Grafana: it "
                        + "begins with 'glsa_'.");
            }
            secrets.Add(token);
            return new AuthenticationHeaderValue("Bearer", token);
        }
        if (connection.Credential is { } credential)
        {
            if (credential.UserName.Length == 0 || credential.UserName.Contains(':', StringComparison.Ordinal))
            {
                throw SignIn("The user name of -Credential is empty or has a colon in it.");
            }
            string pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"));
            secrets.Add(pair);
            secrets.Add(credential.Password);
            return new AuthenticationHeaderValue("Basic", pair);
        }
        throw SignIn(
            "Nothing says how to sign in to Grafana. Give -Token (a service account's, as SecureString) or -Credential, or set the "
                + "environment variables GRAFANA_URL and GRAFANA_TOKEN.");
    }

    private static string PlainText(SecureString secure) => new NetworkCredential("", secure).Password;

    private static TokenDashboardException SignIn(string message) => new(ErrorCode.GrafanaSignInInvalid, message);

    /// <summary>Whether an answer is the plugin's word about its health: old servers give it with the status of a server in trouble.</summary>
    internal static bool IsPluginAnswer(int status, ReadOnlySpan<byte> body) => status == 503 && body.IndexOf("\"status\":\"ERROR\""u8) >= 0;
}
