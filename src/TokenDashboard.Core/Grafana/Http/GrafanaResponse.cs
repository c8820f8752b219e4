namespace TokenDashboard.Grafana.Http;

internal sealed partial class GrafanaResponse(Uri url, string request, int status, JsonNode body, byte[] content, Secrets secrets)
{
    /// <summary>Advice about a proxy between this computer and the server.</summary>
    internal const string ProxyAdvice =
        "Set it in the environment variables HTTPS_PROXY and HTTP_PROXY, with user name and password if required. NO_PROXY lists hosts without a proxy.";

    private const int MaxWords = 300;
    /// <summary>The part of a page that is searched for visible words.</summary>
    private const int MaxPage = 64 * 1024;
    private const string BusyAdvice = "Run the command again later, or use a larger -TimeoutSec.";

    /// <summary>Method and path, for messages.</summary>
    internal string Request { get; } = request;
    internal int Status { get; } = status;
    internal bool IsSuccess => Status is >= 200 and < 300;
    /// <summary>Whether the server rejected the request because of its current state, or failed. Another run may have done the work.</summary>
    internal bool IsRefusedByState => Status is 400 or 409 or 412 or 500;
    internal bool IsConflict => Status is 409 or 412;
    /// <summary>Whether it is not a response to the request itself: the account is unknown, or the server temporarily accepts no requests.</summary>
    internal bool IsNoAnswer => Status is 401 or 429 || IsUnavailable(Status);

    /// <summary>Grafana's own message of a rejection, with its short <c>status</c> or <c>reason</c>, without secrets. Only for messages.</summary>
    internal string Words
    {
        get
        {
            string message = Message ?? "";
            string? word = StatusWord ?? NonEmpty("reason");
            return Shown(word is null || message.Contains(word, StringComparison.OrdinalIgnoreCase) ? message : $"{message} ({word})");
        }
    }

    /// <summary>The classic API's short name of a rejection, such as <c>version-mismatch</c>.</summary>
    internal string? StatusWord => NonEmpty("status") is { } word && word != "Failure" ? word : null;

    internal bool Mentions(string word) => Message?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;

    internal string Shown(string words) => Shown(words, secrets);

    /// <summary>Text of a server for a message: short, on one line, without secrets.</summary>
    internal static string Shown(string words, Secrets secrets) => MessageText.Visible(secrets.MaskBeginningOf(words, MaxWords));

    /// <summary>Reads a response.</summary>
    /// <exception cref="TokenDashboardException">The response is a redirect, a web page or anything else that Grafana's API never returns.</exception>
    internal static GrafanaResponse Read(Uri url, string request, int status, byte[] content, string? location, Secrets secrets)
    {
        if (status is >= 300 and < 400)
        {
            string hint = location?.Contains("login", StringComparison.OrdinalIgnoreCase) == true
                ? "That is a sign-in page. A proxy in front of Grafana requires its own sign-in, or Grafana did not receive the token."
                : "If that is Grafana's address, use it as -Url, with its sub-path.";
            throw new TokenDashboardException(
                ErrorCode.GrafanaNotJson, $"{url} redirects {request} to {(location is null ? "nowhere" : Shown(location, secrets))}. {hint}", target: url);
        }
        JsonNode? body = null;
        try
        {
            body = JsonInput.Parse(content);
        }
        catch (JsonException)
        {
            // Reported below.
        }
        if (body is JsonObject or JsonArray)
            return new GrafanaResponse(url, request, status, body, content, secrets);
        string start = Shown(WhiteSpace().Replace(Markup().Replace(Beginning(content), " "), " "), secrets);
        (ErrorCode code, string advice) = status switch
        {
            401 => (ErrorCode.GrafanaUnauthorized, "A proxy in front of Grafana rejected the sign-in. It must let the Authorization header through."),
            403 => (ErrorCode.GrafanaForbidden, "A proxy in front of Grafana rejected the request."),
            407 => (ErrorCode.GrafanaUnreachable, $"The proxy in front of Grafana requires its own sign-in. {ProxyAdvice}"),
            413 => (ErrorCode.GrafanaRequestFailed,
                "A proxy in front of Grafana does not accept requests of this size. Increase its limit, or make the dashboard smaller."),
            429 => (ErrorCode.GrafanaBusy, BusyAdvice),
            _ when IsUnavailable(status) => (ErrorCode.GrafanaUnreachable, "The proxy in front of Grafana cannot reach it. Check that the server is running."),
            _ => (ErrorCode.GrafanaNotJson, "Check that -Url is Grafana's own address with its sub-path, such as https://example.com/grafana, and that no "
                + "proxy's sign-in page is in front of it."),
        };
        string page = start.Length == 0 ? "no content" : $"content that is not JSON: '{start}'";
        throw new TokenDashboardException(code, $"{url} responded to {request} with status {status} and {page}. {advice}", target: url);
    }

    /// <summary>The response as a JSON object that can be changed and sent back.</summary>
    internal JsonObject AsObject() => body as JsonObject ?? throw Unexpected();

    internal IReadOnlyList<JsonObject> AsList() => body is JsonArray items ? [.. items.OfType<JsonObject>()] : throw Unexpected();

    internal bool IsArray => body is JsonArray;

    /// <summary>
    /// Returns the response if it is a success. The purpose follows "Grafana … does not let this account". The permission contains the required
    /// permission and a role.
    /// </summary>
    internal GrafanaResponse OrThrow(string purpose, string permission) => IsSuccess ? this : throw Failure(purpose, permission);

    /// <summary>The error for a failed response, unless the caller has a better one.</summary>
    internal TokenDashboardException Failure(string purpose, string permission)
    {
        (ErrorCode code, string message) = Status switch
        {
            401 => (ErrorCode.GrafanaUnauthorized,
                $"did not accept the token or password ({Words}). Check that it belongs to this server, has not expired and was not revoked."),
            403 => (ErrorCode.GrafanaForbidden, $"does not let this account {purpose} ({Words}). This requires {permission}."),
            429 => (ErrorCode.GrafanaBusy, $"accepts no more requests for now: {Words} (status 429 to {Request}). {BusyAdvice}"),
            _ when IsUnavailable(Status) => (ErrorCode.GrafanaUnreachable,
                $"is temporarily unavailable: {Words} (status {Status} to {Request}). It may be starting. See its log. Run the command again, or use a larger "
                    + "-TimeoutSec to wait longer."),
            _ => (ErrorCode.GrafanaRequestFailed,
                $"could not {purpose}: {Words} (status {Status} to {Request}).{(Status >= 500 ? " See the server's log." : "")}"),
        };
        return new TokenDashboardException(code, $"Grafana at {url} {message}", target: url);
    }

    /// <summary>The failure for JSON without the values that the API guarantees.</summary>
    internal TokenDashboardException Unexpected() => new(
        ErrorCode.GrafanaNotJson,
        $"{url} responded to {Request} with JSON that is not from Grafana's API: '{Shown(Beginning(content))}'. Check that -Url is Grafana's own address.",
        target: url);

    private string? Message => NonEmpty("message") ?? NonEmpty("error");

    private static bool IsUnavailable(int status) => status is 502 or 503 or 504;

    private string? NonEmpty(string name) => body.String(name) is { Length: > 0 } text ? text : null;

    private static string Beginning(byte[] content) => Encoding.UTF8.GetString(content.AsSpan(0, Math.Min(content.Length, MaxPage)));

    // An unclosed tag ends with the text. Therefore, each attempt matches, and the search stays linear.
    [GeneratedRegex(@"<script\b.*?(</script>|\z)|<style\b.*?(</style>|\z)|<[^>]*(>|\z)", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Markup();

    [GeneratedRegex("\\s+")] private static partial Regex WhiteSpace();
}

/// <summary>The permissions that an account needs, with the usual role, for messages.</summary>
internal static class GrafanaPermission
{
    internal const string ReadDashboards = "dashboards:read (role Viewer)";
    internal const string WriteDashboards = "dashboards:write (role Editor, or Edit on its folder)";
    internal const string ReadFolders = "folders:read (role Viewer)";
    internal const string ReadDataSources = "datasources:read (role Admin)";
    internal const string QueryDataSources = "datasources:query (role Viewer)";
    internal const string ReadAlerts = "alert.provisioning:read (role Admin)";
    internal const string WriteAlerts = "alert.provisioning:write (role Admin)";
}
