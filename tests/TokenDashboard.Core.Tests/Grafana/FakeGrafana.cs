using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace TokenDashboard.Testing;

/// <summary>
/// An emulator of Grafana inside the test process. It stores folders, data sources, alert rules, and dashboards with their history,
/// and responds like the specified version. <see cref="Intercept"/> injects faults.
/// </summary>
internal sealed partial class FakeGrafana : IAsyncDisposable
{
    internal const string Token = "glsa_FakeToken0123456789";
    internal const string UserName = "admin";
    internal const string Password = "s3cret-Passw0rd";

    private readonly WebApplication _application;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Lock _lock = new();

    private FakeGrafana(string version, string subPath, bool tls)
    {
        Version = version;
        Major = int.Parse(version.Split('.')[0], System.Globalization.CultureInfo.InvariantCulture);
        SubPath = subPath;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (tls)
            {
                X509Certificate2 certificate = SelfSigned();
                CertificatePem = certificate.ExportCertificatePem();
                listen.UseHttps(certificate);
            }
        }));
        _application = builder.Build();
        _application.Run(HandleAsync);
    }

    internal string Version { get; }

    internal int Major { get; }

    internal string SubPath { get; }

    /// <summary>The address of the server, with its sub-path.</summary>
    internal Uri Url { get; private set; } = null!;

    /// <summary>The self-signed certificate of the server; empty without TLS.</summary>
    internal string CertificatePem { get; private set; } = "";

    /// <summary>The password of <see cref="UserName"/>.</summary>
    internal string AcceptedPassword { get; set; } = Password;

    /// <summary>Method and path of every request, in order.</summary>
    internal IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>The requests that may change something.</summary>
    internal IReadOnlyList<string> Writes => [.. _requests.Where(request => !request.StartsWith("GET ", StringComparison.Ordinal))];

    /// <summary>Responds instead of Grafana, unless it returns null.</summary>
    internal Func<string, Answer?> Intercept { get; set; } = _ => null;

    /// <summary>Responds instead of Grafana after Grafana has processed the request, unless it returns null.</summary>
    internal Func<string, Answer?> Lose { get; set; } = _ => null;

    /// <summary>Every response waits for this task; for timeouts and cancellation.</summary>
    internal Task Delay { get; set; } = Task.CompletedTask;

    /// <summary>The permissions that the account lacks: "datasources", "dashboards" (write), "folders" (create), "org", "alerting" (write).</summary>
    internal HashSet<string> Forbidden { get; } = [];

    internal static Task<FakeGrafana> StartAsync(string version = "13.3.1", string subPath = "", bool tls = false)
    {
        var server = new FakeGrafana(version, subPath, tls);
        return server.StartCoreAsync();
    }

    internal void ClearRequests() => _requests.Clear();

    /// <summary>Closes all connections and stops listening, so that new connections are refused.</summary>
    internal Task KillAsync() => _application.StopAsync(new CancellationToken(canceled: true));

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task<FakeGrafana> StartCoreAsync()
    {
        await _application.StartAsync();
        Url = new Uri(_application.Urls.Single() + SubPath);
        return this;
    }

    private async Task HandleAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        string path = request.Path.Value!;
        string line = $"{request.Method} {path}{request.QueryString}";
        _requests.Enqueue(line);
        using var reader = new StreamReader(request.Body);
        string body = await reader.ReadToEndAsync(context.RequestAborted);
        try
        {
            await Delay.WaitAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        Answer answer;
        lock (_lock)
        {
            answer = Intercept(line) ?? Respond(request, path, body);
            answer = Lose(line) ?? answer;
        }
        if (answer == Answer.Silent)
        {
            await Task.WhenAny(Task.Delay(Timeout.Infinite, context.RequestAborted));
            return;
        }
        if (answer == Answer.Dropped)
        {
            context.Abort();
            return;
        }
        if (answer == Answer.BrokenOff)
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("""{ "database": "ok", "uid": "x", "dash""", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
            return;
        }
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        if (answer.Location is not null)
            context.Response.Headers.Location = answer.Location;
        if (answer.RetryAfter is not null)
            context.Response.Headers.RetryAfter = answer.RetryAfter;
        byte[] content = Encoding.UTF8.GetBytes(answer.Text);
        if (answer.Encoding is not null)
        {
            context.Response.Headers.ContentEncoding = answer.Encoding;
        }
        else if (Major >= 13 && request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            context.Response.Headers.ContentEncoding = "gzip";
            using var packed = new MemoryStream();
            using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Compress))
                gzip.Write(content);
            content = packed.ToArray();
        }
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }

    private Answer Respond(HttpRequest request, string path, string body)
    {
        if (!path.StartsWith(SubPath + "/api", StringComparison.Ordinal))
            return Answer.Html(404, "<html><head><title>Grafana</title></head><body>Page not found</body></html>");
        path = path[SubPath.Length..];
        if (path == "/api/health")
            return Answer.Json(200, new JsonObject { ["database"] = "ok", ["version"] = Version, ["commit"] = "abc" });
        string authorization = request.Headers.Authorization.ToString();
        string basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{AcceptedPassword}"));
        if (authorization != $"Bearer {Token}" && authorization != basic)
            return Answer.Message(401, Major >= 10 ? "Invalid API key" : "invalid username or password");
        // A token belongs to one organization; a user selects one in a header.
        _organisation = authorization == basic && int.TryParse(request.Headers["X-Grafana-Org-Id"], out int organisation) ? organisation : 1;
        if (_organisation > 2)
            return Answer.Message(401, "Unauthorized");
        string[] parts = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        JsonObject? content = body.Length > 0 ? JsonNode.Parse(body)!.AsObject() : null;
        return parts is ["api", "v1", "provisioning", .. var alerting]
            ? RouteAlerting(request.Method, alerting, request, content)
            : Route(request.Method, parts, request.Query, content, request.Headers["X-Grafana-NoCache"] == "true");
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=grafana.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A response of the server. The encoding is only in the header: the text is not compressed.</summary>
    internal sealed record Answer(int Status, string Text, string ContentType, string? Location = null, string? RetryAfter = null, string? Encoding = null)
    {
        /// <summary>No response: the server closes the connection.</summary>
        internal static Answer Dropped { get; } = new(0, "", "");

        /// <summary>No response: the connection stays open.</summary>
        internal static Answer Silent { get; } = new(0, "silent", "");

        /// <summary>The first half of a response; then the server closes the connection.</summary>
        internal static Answer BrokenOff { get; } = new(0, "half", "");

        internal static Answer Json(int status, JsonNode content) => new(status, content.ToJsonString(), "application/json; charset=UTF-8");

        internal static Answer Html(int status, string text) => new(status, text, "text/html; charset=UTF-8");

        internal static Answer Message(int status, string message, string? word = null)
        {
            var body = new JsonObject { ["message"] = message, ["traceID"] = "" };
            if (word is not null)
                body["status"] = word;
            return Json(status, body);
        }

        /// <summary>An error in the form of the API under /apis.</summary>
        internal static Answer Kubernetes(int status, string message, string reason) => Json(status, new JsonObject
        {
            ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["message"] = message, ["reason"] = reason, ["code"] = status,
        });

        internal static Answer Redirect(string location) => new(302, "", "text/html", location);
    }
}
