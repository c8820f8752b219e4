using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace TokenDashboard.Grafana.Http;

/// <summary>One answer of Grafana, success or refusal, known to be JSON.</summary>
internal sealed partial class GrafanaResponse
{
    /// <summary>What to do about a proxy between here and the server.</summary>
    internal const string ProxyAdvice =
        "The environment variables HTTPS_PROXY and HTTP_PROXY name it, with user name and password where it wants them; NO_PROXY lists hosts that need none.";

    private const int MaxWords = 300;

    /// <summary>How much of a page is looked at to find the words a person would see.</summary>
    private const int MaxPage = 64 * 1024;

    private const string BusyAdvice = "Run the command again later, or give a larger -TimeoutSec to wait longer.";

    private readonly Uri _url;
    private readonly JsonNode _body;
    private readonly byte[] _content;
    private readonly Secrets _secrets;

    private GrafanaResponse(Uri url, string request, int status, JsonNode body, byte[] content, Secrets secrets)
    {
        _url = url;
        Request = request;
        Status = status;
        _body = body;
        _content = content;
        _secrets = secrets;
    }

    /// <summary>Method and path, for messages.</summary>
    internal string Request { get; }

    /// <summary>The HTTP status.</summary>
    internal int Status { get; }

    /// <summary>Whether Grafana did what was asked.</summary>
    internal bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Whether it says nothing about what was asked: the account is unknown, or the server takes no requests now.</summary>
    internal bool IsNoAnswer => Status is 401 or 429 || IsUnavailable(Status);

    /// <summary>
    /// Grafana's own words for a refusal: <c>message</c> of the classic API or of a Kubernetes Status, with the short <c>status</c> or
    /// <c>reason</c> where there is one. Without secrets, so only for messages.
    /// </summary>
    internal string Words
    {
        get
        {
            string message = Text("message") ?? Text("error") ?? "";
            string? word = StatusWord ?? Text("reason");
            return Shown(word is null || message.Contains(word, StringComparison.OrdinalIgnoreCase) ? message : $"{message} ({word})");
        }
    }

    /// <summary>The classic API's short name of a refusal, such as <c>version-mismatch</c>.</summary>
    internal string? StatusWord => Text("status") is { } word && word != "Failure" ? word : null;

    /// <summary>Whether a refusal's own words have a certain one among them.</summary>
    internal bool Says(string word) => (Text("message") ?? Text("error"))?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Words from this answer, as they may stand in a message: short, in a line, without secrets.</summary>
    internal string Shown(string words) => Shown(words, _secrets);

    /// <summary>Words of a server's own choice, as they may stand in a message: short, in a line, without secrets.</summary>
    internal static string Shown(string words, Secrets secrets)
    {
        // Before it is searched, not after: a server may send megabytes. Twice the length, so that no secret is cut where it could be seen.
        string shown = MessageText.Visible(secrets.MaskIn(WhiteSpace().Replace(Cut(words, 2 * MaxWords), " ").Trim()));
        return shown.Length <= MaxWords ? shown : $"{Cut(shown, MaxWords)}…";
    }

    /// <summary>Takes an answer apart.</summary>
    /// <exception cref="TokenDashboardException">It is a redirect, a page or anything else that Grafana's API never answers.</exception>
    internal static GrafanaResponse Read(Uri url, string request, int status, byte[] content, string? location, Secrets secrets)
    {
        if (status is >= 300 and < 400)
        {
            string hint = location?.Contains("login", StringComparison.OrdinalIgnoreCase) == true
                ? "That is a sign-in page: a proxy in front of Grafana wants its own sign-in, or Grafana did not see the token."
                : "If that is Grafana's real address, give it as -Url, with its sub-path.";
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
            // Told below, in words for a person.
        }
        if (body is JsonObject or JsonArray)
        {
            return new GrafanaResponse(url, request, status, body, content, secrets);
        }
        string start = Shown(WhiteSpace().Replace(Markup().Replace(Beginning(content, MaxPage), " "), " "), secrets);
        string page = start.Length == 0 ? "no content" : $"this, which is not JSON: '{start}'";
        string answer = $"{url} answered {request} with status {status} and {page}";
        throw status switch
        {
            401 => new TokenDashboardException(
                ErrorCode.GrafanaUnauthorized,
                $"{answer}. A proxy in front of Grafana refused the sign-in; it must let the Authorization header through.", target: url),
            403 => new TokenDashboardException(
                ErrorCode.GrafanaForbidden, $"{answer}. A proxy in front of Grafana refused the request.", target: url),
            407 => new TokenDashboardException(
                ErrorCode.GrafanaUnreachable, $"{answer}. The proxy on the way to Grafana wants a sign-in of its own. {ProxyAdvice}", target: url),
            413 => new TokenDashboardException(
                ErrorCode.GrafanaRequestFailed,
                $"{answer}. A proxy in front of Grafana takes no request of that size. Raise its limit, or make the dashboard smaller.", target: url),
            429 => new TokenDashboardException(ErrorCode.GrafanaBusy, $"{answer}. {BusyAdvice}", target: url),
            _ when IsUnavailable(status) => new TokenDashboardException(
                ErrorCode.GrafanaUnreachable,
                $"{answer}. The proxy in front of Grafana cannot reach it. Check that the server runs.", target: url),
            _ => new TokenDashboardException(
                ErrorCode.GrafanaNotJson,
                $"{answer}. Check that -Url is Grafana's own address with its sub-path, such as https://example.com/grafana, and that "
                    + "no proxy's sign-in page stands before it.",
                target: url),
        };
    }

    /// <summary>Reads the answer as what the API promises.</summary>
    internal T As<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return _body.Deserialize(type) ?? throw Unexpected();
        }
        catch (JsonException exception)
        {
            throw Unexpected(exception);
        }
    }

    /// <summary>The answer as a JSON object that may be changed and sent back.</summary>
    internal JsonObject AsObject() => _body as JsonObject ?? throw Unexpected();

    /// <summary>Whether the answer is a list.</summary>
    internal bool IsArray => _body is JsonArray;

    /// <summary>Lets a success through.</summary>
    /// <param name="purpose">What was being done, to follow "Grafana … may not".</param>
    /// <param name="permission">The permission and role it takes.</param>
    internal GrafanaResponse OrThrow(string purpose, string permission) => IsSuccess ? this : throw Failure(purpose, permission);

    /// <summary>The failure a refusal means, where the caller knows no better one.</summary>
    internal TokenDashboardException Failure(string purpose, string permission) => Status switch
    {
        401 => new TokenDashboardException(
            ErrorCode.GrafanaUnauthorized,
            $"Grafana at {_url} did not accept the token or password ({Words}). Check that it belongs to this server, has not expired "
                + "and was not revoked.",
            target: _url),
        403 => new TokenDashboardException(
            ErrorCode.GrafanaForbidden,
            $"Grafana at {_url} does not let this account {purpose} ({Words}). It takes {permission}.",
            target: _url),
        429 => new TokenDashboardException(
            ErrorCode.GrafanaBusy, $"Grafana at {_url} takes no more requests for now: {Words} (status 429 to {Request}). {BusyAdvice}", target: _url),
        _ when IsUnavailable(Status) => new TokenDashboardException(
            ErrorCode.GrafanaUnreachable,
            $"Grafana at {_url} is not available now: {Words} (status {Status} to {Request}). It may be starting; its log tells. Run the command again, or "
                + "give a larger -TimeoutSec to wait longer.",
            target: _url),
        _ => new TokenDashboardException(
            ErrorCode.GrafanaRequestFailed,
            $"Grafana at {_url} could not {purpose}: {Words} (status {Status} to {Request})."
                + (Status >= 500 ? " The server's log tells more." : ""),
            target: _url),
    };

    /// <summary>The failure of JSON that lacks what the API promises.</summary>
    internal TokenDashboardException Unexpected(Exception? inner = null) => new(
        ErrorCode.GrafanaNotJson,
        $"{_url} answered {Request} with JSON, but not with what Grafana's API promises: '{Shown(Beginning(_content, MaxPage))}'. Check "
            + "that -Url is Grafana's own address.",
        inner,
        _url);

    private static bool IsUnavailable(int status) => status is 502 or 503 or 504;

    private string? Text(string name) =>
        _body is JsonObject fields && fields[name] is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : null;

    private static string Beginning(byte[] content, int length) => Encoding.UTF8.GetString(content.AsSpan(0, Math.Min(content.Length, length)));

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length];

    // What is not closed ends with the text: each attempt matches, so none is searched for in vain again and again.
    [GeneratedRegex(@"<script\b.*?(</script>|\z)|<style\b.*?(</style>|\z)|<[^>]*(>|\z)", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Markup();

    [GeneratedRegex("\\s+")]
    private static partial Regex WhiteSpace();

    internal static string? TextOf(JsonObject fields, string name) =>
        fields[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
