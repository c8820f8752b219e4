using TokenDashboard.Dashboards;
using TokenDashboard.Grafana;
using TokenDashboard.Testing;

namespace TokenDashboard.Core.Tests.Grafana;

/// <summary>Every request of each kind of work meets every fault: it ends well after a retry, or in a failure that has its code and no secret.</summary>
public sealed class GrafanaFaultTableTests
{
    /// <summary>Work, by name, against a server that holds one published dashboard.</summary>
    private static readonly Dictionary<string, Action<GrafanaConnection>> Work = new()
    {
        ["connect"] = connection => connection.Probe(Silent, TestContext.Current.CancellationToken),
        ["publish"] = connection =>
        {
            using var publisher = new GrafanaPublisher(
                connection, new GrafanaPublishOptions { Database = "/data/other.db", Folder = "LLM/New" }, Silent, TestContext.Current.CancellationToken);
            foreach (DashboardDocument document in new[] { PublishRun.Json("Changed"), PublishRun.Json("New", "new") }.Select(json => DashboardDocument.Parse(json, "test")))
            {
                Assert.All(publisher.Prepare(document), Assert.NotNull);
                Assert.All(publisher.Publish(document), Assert.NotNull);
            }
        },
        ["export"] = connection =>
        {
            using var exporter = new GrafanaExporter(connection, Silent, TestContext.Current.CancellationToken);
            exporter.Prepare();
            Assert.Equal(["token-usage"], exporter.Find(["llm"], "LLM"));
            exporter.Read("token-usage");
        },
        ["set data source"] = connection =>
        {
            using var service = new GrafanaDataSourceService(connection, Silent, TestContext.Current.CancellationToken);
            service.Set(new GrafanaPublishOptions { Database = "/data/other.db" });
        },
        ["test data source"] = connection =>
        {
            using var service = new GrafanaDataSourceService(connection, Silent, TestContext.Current.CancellationToken);
            service.Test(SqliteDataSource.DefaultUid);
        },
    };

    /// <summary>Faults, for how many requests in a row each lasts, and the code it means; none for a good end.</summary>
    private static readonly (string Fault, int Times, ErrorCode? Code)[] Faults =
    [
        ("drop", 1, null), ("429", 1, null), ("502", 1, null), ("503", 1, null), ("504", 1, null),
        ("drop", int.MaxValue, ErrorCode.GrafanaUnreachable),
        ("html 502", int.MaxValue, ErrorCode.GrafanaUnreachable),
        ("html 200", int.MaxValue, ErrorCode.GrafanaNotJson),
        ("html 500", int.MaxValue, ErrorCode.GrafanaNotJson),
        ("cut", int.MaxValue, ErrorCode.GrafanaNotJson),
    ];

    public static TheoryData<string, GrafanaApi> Works => [.. from name in Work.Keys from api in new[] { GrafanaApi.Legacy, GrafanaApi.Resource } select (name, api)];

    [Theory]
    [MemberData(nameof(Works))]
    public async Task Every_request_survives_or_names_every_fault(string name, GrafanaApi api)
    {
        int requests = await RunAsync(name, api, int.MaxValue, default) is (null, var count) ? count : 0;
        Assert.True(requests > 2);
        for (int step = 0; step < requests; step++)
        {
            foreach ((string Fault, int Times, ErrorCode? Code) fault in Faults)
            {
                (TokenDashboardException? error, _) = await RunAsync(name, api, step, (fault.Fault, fault.Times));

                Assert.True(fault.Code == error?.Code, $"{fault.Fault} for {fault.Times} at request {step} ended as {error?.Code}: {error?.Message}");
                Assert.DoesNotContain(FakeGrafana.Token, $"{error}", StringComparison.Ordinal);
            }
        }
    }

    private static async Task<(TokenDashboardException? Error, int Requests)> RunAsync(string name, GrafanaApi api, int step, (string Fault, int Times) fault)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json(), new GrafanaPublishOptions { Database = "/data/observicia.db", Folder = "LLM" });
        server.ClearRequests();
        int asked = 0;
        int met = 0;
        server.Intercept = _ => asked++ >= step && met++ < fault.Times ? Answer(fault.Fault) : null;
        try
        {
            Work[name](PublishRun.Connection(server.Url) with { Api = api });
            return (null, server.Requests.Count);
        }
        catch (TokenDashboardException exception)
        {
            return (exception, server.Requests.Count);
        }
    }

    private static FakeGrafana.Answer Answer(string fault)
    {
        switch (fault)
        {
            case "drop":
                return FakeGrafana.Answer.Dropped;
            case "cut":
                return new FakeGrafana.Answer(200, """{ "database": "ok", "uid": "x", "dash""", "application/json");
            case ['h', 't', 'm', 'l', ' ', .. var status]:
                return FakeGrafana.Answer.Html(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), $"<html>You sent Bearer {FakeGrafana.Token}</html>");
            default:
                return FakeGrafana.Answer.Message(int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture), "busy");
        }
    }

    private static PublishCallbacks Silent => new((_, _) => true, _ => { }, _ => { }, _ => { });
}
