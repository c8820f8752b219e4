using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using TokenDashboard.Grafana.Alerting;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;
using static TokenDashboard.Tests.Grafana.Alerting.AlertRun;

namespace TokenDashboard.Tests.Grafana.Publishing;

/// <summary>
/// Injects every fault into every request of every operation. The operation succeeds, after retries if necessary, or fails with the code
/// in the tables and without a secret. When it runs again without the fault, the server is in the same state as if there had been no fault:
/// nothing was lost or written twice.
/// </summary>
public sealed class GrafanaFaultTableTests
{
    private const string OwnFolder = "own-folder";

    /// <summary>Faults that are ignored if the request is optional.</summary>
    private const string IgnoredFaults = "403|406|409|412|500|502|html 200|html 500|html 502|cut";

    private static readonly AlertRule Daily = Rule(("Uid", "daily"), ("Name", "Tokens a day"), ("By", "User"), ("Window", "1d"));

    /// <summary>Transient faults, and their error codes if they persist.</summary>
    private static readonly (string Fault, ErrorCode Code)[] Transient =
    [
        ("reset", ErrorCode.GrafanaUnreachable),
        ("half", ErrorCode.GrafanaUnreachable),
        ("502", ErrorCode.GrafanaUnreachable),
        ("503", ErrorCode.GrafanaUnreachable),
        ("504", ErrorCode.GrafanaUnreachable),
        ("html 502", ErrorCode.GrafanaUnreachable),
        ("429", ErrorCode.GrafanaBusy),
        ("html 429", ErrorCode.GrafanaBusy),
    ];

    private static readonly (string Fault, ErrorCode Code)[] Permanent =
    [
        ("429 for an hour", ErrorCode.GrafanaBusy),
        ("refused", ErrorCode.GrafanaUnreachable),
        ("slow", ErrorCode.GrafanaTimeout),
        ("html 200", ErrorCode.GrafanaNotJson),
        ("html 500", ErrorCode.GrafanaNotJson),
        ("cut", ErrorCode.GrafanaNotJson),
        ("500", ErrorCode.GrafanaRequestFailed),
        ("401", ErrorCode.GrafanaUnauthorized),
        ("403", ErrorCode.GrafanaForbidden),
        ("406", ErrorCode.GrafanaRequestFailed),
        ("409", ErrorCode.GrafanaRequestFailed),
        ("412", ErrorCode.GrafanaRequestFailed),
    ];

    /// <summary>Other results of faults in certain requests: the first matching row applies, and null means success.</summary>
    private static readonly (string Work, string Call, string Fault, ErrorCode? Code)[] Exceptions =
    [
        (".*", "GET /api/health", "500|406|409|412", ErrorCode.GrafanaNotJson),
        // Information that an account cannot read, or that a server does not return, is optional.
        (".*", "GET /api/(org|plugins/.*)", "403", null),
        (".*", "GET /api/access-control/.*", IgnoredFaults, null),
        (".*", "GET /api/(dashboards/tags|access-control/.*|frontend/settings|datasources/uid/.*/health)", "403|406|409|412|500", null),
        // Later versions are read only to list changes. The first is read for its message, which is not ours if it has the newer schema.
        ("publish.*", "GET .*/versions/1", "406", null),
        ("publish.*", "GET .*/versions/[2-9]", "403|406|409|412|500", null),
        ("publish alert rules.*", "GET /api/v1/provisioning/policies", "403|406|409|412|500", null),
        ("export.*|.*Resource", "GET /.*/folders/.*", "403", null),
        ("publish to a.*", "GET /api/datasources/uid/.*", "403", null),
        ("test.*", "GET /api/datasources/uid/.*", "403", null),
        // A failed query is a result of the test.
        ("test.*", "POST /api/ds/query", "403|406|409|412|500", null),
        // The classic API does not return the owner of a dashboard. The request for it is optional.
        ("publish.*Legacy", "GET /apis/[a-z.]*", IgnoredFaults, null),
        // Not every server has a trash.
        ("publish.*Legacy", "GET /apis/.*/dashboards", IgnoredFaults, null),
        ("publish.*Legacy", "GET /apis/.*", "403", null),
        ("publish.*Legacy", "GET /apis/.*", "406", ErrorCode.GrafanaRequestFailed),
        (".*Resource", "GET /apis/[a-z.]*", "403", ErrorCode.GrafanaApiMissing),
        (".*", "GET /.*/(uid|dashboards)/(token-usage|new)(/versions/.*)?", "406", ErrorCode.GrafanaSchemaUnsupported),
        (".*", "(POST|PUT) /.*/dashboards(/.*)?|(POST|PUT) /api/v1/provisioning/.*", "409|412", ErrorCode.GrafanaVersionConflict),
        (".*", "POST .*/folders", "409|412", ErrorCode.GrafanaFolderConflict),
        (".*", "(POST|PUT) /api/datasources(/.*)?", "409|412", ErrorCode.GrafanaDataSourceConflict),
        (".*", "POST /api/plugins/.*/install", "403|406|409|412|500", ErrorCode.GrafanaPluginMissing),
    ];

    /// <summary>The operations: how each prepares the server, what it does, and which requests are tested. Others test the rest.</summary>
    private static readonly Dictionary<string, (Action<FakeGrafana> Prepare, Action<GrafanaConnection> Run, string Calls)> Work = new()
    {
        ["connect"] = (_ => { }, connection => connection.Probe(Silent, TestContext.Current.CancellationToken), ".*"),
        ["publish"] = (
            Published,
            connection => Publish(connection, new GrafanaPublishOptions { Database = "/data/other.db", Folder = "LLM/New" }, PublishRun.Json("Changed"), PublishRun.Json("New", "new")),
            "(?!GET /api/(health|org|dashboards/tags)).*"),
        ["publish to a folder's uid with a data source"] = (
            Published,
            connection => Publish(connection, new GrafanaPublishOptions { FolderUid = OwnFolder, DataSources = new DataSourceMap("TokenDashboard") }, PublishRun.Json("Changed")),
            "GET /.*/(folders/.*|datasources|datasources/uid/[^/]*)"),
        ["publish over an edit"] = (
            server =>
            {
                Published(server);
                server.EditInBrowser("token-usage", content => content["refresh"] = "5m");
            },
            connection =>
            {
                var conflict = Assert.Throws<TokenDashboardException>(() => Publish(connection, new GrafanaPublishOptions(), PublishRun.Json("Changed")));
                if (conflict.Code != ErrorCode.GrafanaVersionConflict)
                    throw conflict;
            },
            "GET /.*/token-usage/versions/.*"),
        ["export and compare"] = (
            Published,
            connection =>
            {
                using var exporter = new GrafanaExporter(connection, Silent, TestContext.Current.CancellationToken);
                exporter.Connect();
                exporter.Find(["llm"], "LLM");
                Assert.NotEmpty(DashboardComparison.Compare(exporter.Read("token-usage", 1), exporter.Read("token-usage")));
            },
            "GET /.*/(search|folders/.*|dashboards|dashboards/token-usage|dashboards/uid/.*)"),
        ["install the plugin"] = (
            server => server.Plugins.Clear(),
            connection => DataSources(connection, service => service.Set(new GrafanaPublishOptions { Database = "/data/a.db", InstallPlugin = true })),
            ".* /api/(plugins/.*|datasources)"),
        ["test the data source"] = (
            Published, connection => DataSources(connection, service => service.Test(DataSourcePlugin.Sqlite.DefaultUid)), ".* /api/(plugins/.*|datasources/.*|ds/query)"),
        ["publish alert rules"] = (
            server =>
            {
                Published(server);
                Alert(PublishRun.Connection(server.Url), Daily);
            },
            connection => Alert(
                connection, Daily with { Limit = 9, Interval = TimeSpan.FromMinutes(1) }, Daily with { Uid = "silent", Name = "Silent", Folder = "New", Group = "New" }),
            ".* /api/(v1/.*|datasources)"),
    };

    public static TheoryData<string, GrafanaApi> Works =>
    [
        .. from name in Work.Keys
           from api in new[] { GrafanaApi.Legacy, GrafanaApi.Resource }
           where api == GrafanaApi.Legacy || name is "connect" or "publish" or "export and compare"
           select (name, api),
    ];

    [Theory]
    [MemberData(nameof(Works))]
    public async Task Every_request_recovers_from_each_fault_or_reports_its_error(string name, GrafanaApi api)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        Work[name].Prepare(server);
        string before = server.Snapshot();
        server.ClearRequests();
        Work[name].Run(Connection(server, api));
        string after = server.Snapshot();
        string[] calls = [.. server.Requests.Select(Call).Distinct()
            .Where(call => Fits(call, Work[name].Calls) && (api == GrafanaApi.Legacy || name == "connect" || call.Contains("/apis/", StringComparison.Ordinal)))];
        Assert.NotEmpty(calls);
        var problems = new ConcurrentBag<string>();
        // Most faults leave the server in a state that another fault caused before. Each state needs only one test.
        HashSet<string> left = [];

        foreach (string call in calls)
        {
            foreach ((string fault, int times, bool done, ErrorCode? code) in Faults(call, $"{name} {api}"))
            {
                server.Restore(before);
                Meet(server, call, fault, times, done, code);
                if (left.Add(server.Snapshot()) && before != after)
                {
                    Work[name].Run(Connection(server, api));
                    Check(server.Snapshot() == after, call, fault, "left the server in another state after the next run");
                }
            }
        }
        // These faults wait, or stop their server.
        await Task.WhenAll(from call in calls from fault in new[] { "slow", "refused" } select Task.Run(async () =>
        {
            await using FakeGrafana own = await FakeGrafana.StartAsync();
            own.Restore(before);
            Meet(own, call, fault, int.MaxValue, false, Expected(call, fault, $"{name} {api}"));
        }));

        Assert.True(problems.IsEmpty, string.Join('\n', problems.Order()));

        void Meet(FakeGrafana target, string call, string fault, int times, bool done, ErrorCode? code)
        {
            int met = 0;
            FakeGrafana.Answer? At(string line, bool here) => here && Call(line) == call && met++ < times ? Answer(target, fault) : null;
            (target.Intercept, target.Lose) = (line => At(line, !done), line => At(line, done));
            TokenDashboardException? error = null;
            try
            {
                Work[name].Run(Connection(target, api) with { Timeout = fault == "slow" ? TimeSpan.FromMilliseconds(300) : TimeSpan.FromMinutes(1) });
            }
            catch (TokenDashboardException exception)
            {
                error = exception;
            }
            (target.Intercept, target.Lose) = (_ => null, _ => null);
            string what = $"{fault}{(times == 1 ? " once" : "")}{(done ? " after it was done" : "")}";
            Check(error?.Code == code, call, what, $"ended with {error?.Code.ToString() ?? "success"} instead of {code?.ToString() ?? "success"}: {error?.Message}");
            Check(met > 0 || fault == "slow", call, what, "did not occur");
            Check(!$"{error}".Contains(FakeGrafana.Token, StringComparison.Ordinal), call, what, "shows the token");
        }

        void Check(bool good, string call, string fault, string problem)
        {
            if (!good)
                problems.Add($"{call}: {fault} {problem}");
        }
    }

    /// <summary>The faults of a request: how often each occurs, whether the server has processed the request, and the expected code.</summary>
    private static IEnumerable<(string Fault, int Times, bool Done, ErrorCode? Code)> Faults(string call, string work)
    {
        bool writes = !call.StartsWith("GET", StringComparison.Ordinal) && !call.EndsWith("/ds/query", StringComparison.Ordinal);
        foreach ((string fault, _) in Transient)
        {
            // One fault of each kind is enough here, because GrafanaRetryTests tests each status.
            if (fault is "reset" or "half" or "503" or "429")
                yield return (fault, 1, false, null);
            yield return (fault, int.MaxValue, false, Expected(call, fault, work));
            if (writes)
                yield return (fault, int.MaxValue, true, null);
        }
        foreach ((string fault, _) in Permanent.Where(permanent => permanent.Fault is not ("slow" or "refused")))
            yield return (fault, int.MaxValue, false, Expected(call, fault, work));
        foreach (string fault in writes ? new[] { "html 200", "cut" } : [])
            yield return (fault, int.MaxValue, true, Expected(call, fault, work));
    }

    private static ErrorCode? Expected(string call, string fault, string work)
    {
        foreach ((string works, string calls, string faults, ErrorCode? code) in Exceptions)
        {
            if (Fits(work, works) && Fits(call, calls) && Fits(fault, faults))
                return code;
        }
        return Transient.Concat(Permanent).First(each => each.Fault == fault).Code;
    }

    private static FakeGrafana.Answer Answer(FakeGrafana server, string fault)
    {
        switch (fault.Split(' '))
        {
            case ["reset"]:
                return FakeGrafana.Answer.Dropped;
            case ["half"]:
                return FakeGrafana.Answer.BrokenOff;
            case ["slow"]:
                return FakeGrafana.Answer.Silent;
            case ["refused"]:
                _ = Task.Run(server.KillAsync);
                return FakeGrafana.Answer.Dropped;
            case ["cut"]:
                return new FakeGrafana.Answer(200, """{ "database": "ok", "uid": "x", "dash""", "application/json");
            case ["html", var status]:
                return FakeGrafana.Answer.Html(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), $"<html>You sent Bearer {FakeGrafana.Token}</html>");
            case [var status, .. var more]:
                return FakeGrafana.Answer.Message(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), $"You sent Bearer {FakeGrafana.Token}")
                    with { RetryAfter = status == "429" ? more.Length > 0 ? "3600" : "0" : null };
            default:
                throw new ArgumentOutOfRangeException(nameof(fault));
        }
    }

    private static PublishCallbacks Silent => new((_, _) => true, _ => { }, _ => { }, _ => { });

    private static GrafanaConnection Connection(FakeGrafana server, GrafanaApi api) => PublishRun.Connection(server.Url) with { Api = api, RetryDelay = TimeSpan.Zero };

    private static string Call(string line) => line.Split('?')[0];

    private static void Published(FakeGrafana server)
    {
        server.Folders.Add(new FakeGrafana.Folder(OwnFolder, "LLM"));
        PublishRun.Of(server, PublishRun.Json("First"), new GrafanaPublishOptions { Database = "/data/observicia.db", Folder = "LLM" });
        PublishRun.Of(server, PublishRun.Json(), new GrafanaPublishOptions());
    }

    private static void Publish(GrafanaConnection connection, GrafanaPublishOptions options, params string[] dashboards)
    {
        using var publisher = new GrafanaPublisher(connection, options, Silent, TestContext.Current.CancellationToken);
        foreach (DashboardDocument document in dashboards.Select(json => DashboardDocument.Parse(json, "test")))
        {
            Assert.All(publisher.Prepare(document), Assert.NotNull);
            Assert.All(publisher.Publish(document), Assert.NotNull);
        }
    }

    private static void DataSources(GrafanaConnection connection, Action<GrafanaDataSourceService> work)
    {
        using var service = new GrafanaDataSourceService(connection, Silent, TestContext.Current.CancellationToken);
        work(service);
    }

    private static void Alert(GrafanaConnection connection, params AlertRule[] rules)
    {
        using var publisher = new AlertRulePublisher(connection, new GrafanaPublishOptions { DataSourceName = "TokenDashboard" }, Silent, TestContext.Current.CancellationToken);
        Assert.All(publisher.Prepare(), Assert.NotNull);
        foreach (AlertRule rule in rules)
            Assert.All(publisher.Publish(rule), Assert.NotNull);
    }

    private static bool Fits(string text, string pattern) => Regex.IsMatch(text, $"^({pattern})$");
}
