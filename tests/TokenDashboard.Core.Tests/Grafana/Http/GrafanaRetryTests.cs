using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;
using TokenDashboard.Tests.Grafana.Publishing;

namespace TokenDashboard.Tests.Grafana.Http;

/// <summary>Transient faults are retried. A write is retried only after a read shows that the server did not process it.</summary>
public class GrafanaRetryTests
{
    private static readonly GrafanaPublishOptions Options = new() { Database = "/data/observicia.db", Folder = "LLM" };

    public static TheoryData<string> Faults => ["429", "502", "503", "504", "html 502", "dropped"];

    public static TheoryData<string> Reads =>
    [
        "/api/health", "/api/org", "/api/folders", "/api/plugins/frser-sqlite-datasource/settings", "/api/datasources",
        "/api/datasources/uid/tokendashboard-sqlite/health", "/api/dashboards/uid/token-usage",
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_read_with_a_transient_fault_is_retried_and_each_retry_is_logged(string fault)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        int faults = 2;
        server.Intercept = line => line.StartsWith("GET /api/dashboards/uid", StringComparison.Ordinal) && faults-- > 0 ? Answer(fault) : null;

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options);

        Assert.Null(run.Error);
        Assert.Equal(GrafanaPublishAction.Created, run.Dashboard);
        Assert.Equal(
            ["Retry 1", "Retry 2"], run.Verbose.Where(text => text.Contains(" Retry ", StringComparison.Ordinal)).Select(text => text[text.IndexOf("Retry", StringComparison.Ordinal)..][..7]));
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Every_read_is_retried(string path)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        bool failed = false;
        server.Intercept = line => line.Split('?')[0] == $"GET {path}" && !failed ? (failed = true, FakeGrafana.Answer.Dropped).Item2 : null;

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options);

        Assert.Null(run.Error);
        Assert.True(failed);
        Assert.Equal(GrafanaPublishAction.Created, run.Dashboard);
    }

    [Theory]
    [InlineData("POST /api/folders", "dropped")]
    [InlineData("POST /api/folders", "504")]
    [InlineData("POST /api/datasources", "dropped")]
    [InlineData("POST /api/datasources", "html 502")]
    [InlineData("POST /api/dashboards/db", "dropped")]
    [InlineData("POST /api/dashboards/db", "503")]
    public async Task A_write_whose_response_is_lost_is_not_repeated(string request, string fault)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        bool lost = false;
        server.Lose = line => line == request && !lost ? (lost = true, Answer(fault)).Item2 : null;

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options);

        Assert.Null(run.Error);
        Assert.Equal(["Folder Created", "DataSource Created", "Dashboard Created"], run.Results.Select(result => $"{result.Kind} {result.Action}"));
        Assert.Equal(1, run.Results[^1].Version);
        Assert.Single(server.Requests, request);
        Assert.Equal((1, 1, 1), (server.Folders.Count, server.DataSources.Count, server.Dashboards["token-usage"].History.Count));
    }

    [Theory]
    [InlineData("POST /api/folders")]
    [InlineData("POST /api/datasources")]
    [InlineData("POST /api/dashboards/db")]
    public async Task A_failed_write_is_repeated_after_a_read(string request)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        int faults = 2;
        server.Intercept = line => line == request && faults-- > 0 ? FakeGrafana.Answer.Dropped : null;

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options);

        Assert.Null(run.Error);
        string[] around = [.. server.Requests.SkipWhile(line => line != request).Take(3)];
        Assert.StartsWith("GET ", around[1], StringComparison.Ordinal);
        Assert.Equal(3, server.Requests.Count(line => line == request));
        Assert.Equal((1, 1, 1), (server.Folders.Count, server.DataSources.Count, server.Dashboards["token-usage"].History.Count));
    }

    [Fact]
    public async Task A_run_waits_for_a_server_that_is_down_only_with_WaitForServer()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        int down = 5;
        server.Intercept = _ => down-- > 0 ? FakeGrafana.Answer.Dropped : null;
        GrafanaConnection connection = PublishRun.Connection(server.Url);

        Assert.Equal(ErrorCode.GrafanaUnreachable, PublishRun.Of(server, PublishRun.Json(), Options, connection: connection).Error?.Code);
        down = 8;
        Assert.Null(PublishRun.Of(server, PublishRun.Json(), Options, connection: connection with { WaitForServer = true }).Error);
        Assert.True(down < 0);
    }

    [Theory]
    [InlineData("dropped", ErrorCode.GrafanaUnreachable)]
    [InlineData("500", ErrorCode.GrafanaRequestFailed)]
    public async Task A_write_without_a_response_is_reported_if_the_read_after_it_fails(string look, ErrorCode code)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        bool sent = false;
        server.Intercept = line =>
        {
            if (line == "POST /api/dashboards/db")
            {
                sent = true;
                return FakeGrafana.Answer.Dropped;
            }
            return sent ? Answer(look) : null;
        };
        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options);

        Assert.Equal(code, run.Error?.Code);
        Assert.Contains("POST api/dashboards/db", run.Error!.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests, "POST /api/dashboards/db");
    }

    [Fact]
    public async Task Updates_whose_responses_are_lost_are_not_repeated()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json(), Options);
        server.ClearRequests();
        var lost = new HashSet<string>();
        server.Lose = line => !line.StartsWith("GET", StringComparison.Ordinal) && lost.Add(line) ? FakeGrafana.Answer.Dropped : null;

        PublishRun run = PublishRun.Of(server, PublishRun.Json("Renamed"), Options with { Database = "/data/other.db" });

        Assert.Null(run.Error);
        Assert.Equal(["Folder Unchanged", "DataSource Updated", "Dashboard Updated"], run.Results.Select(result => $"{result.Kind} {result.Action}"));
        Assert.Equal(2, run.Results[^1].Version);
        Assert.Equal(2, server.Writes.Count);
    }

    [Fact]
    public async Task An_edit_made_while_a_response_is_lost_is_a_conflict()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json(), Options);
        bool lost = false;
        server.Intercept = line =>
        {
            if (line != "POST /api/dashboards/db" || lost)
                return null;
            lost = true;
            server.Dashboards["token-usage"].Save(new System.Text.Json.Nodes.JsonObject { ["title"] = "Mine" }, "", "alice");
            return FakeGrafana.Answer.Dropped;
        };

        PublishRun run = PublishRun.Of(server, PublishRun.Json("Renamed"), Options);

        Assert.Equal(ErrorCode.GrafanaVersionConflict, run.Error?.Code);
        Assert.Equal("Mine", server.Dashboards["token-usage"].Title);
    }

    [Fact]
    public async Task Retry_After_is_honored_unless_it_exceeds_the_deadline()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        string wait = "0";
        int faults = 1;
        server.Intercept = line => line == "GET /api/org" && faults-- > 0 ? FakeGrafana.Answer.Message(429, "slow down") with { RetryAfter = wait } : null;

        PublishRun patient = PublishRun.Of(server, PublishRun.Json(), Options);
        server.ClearRequests();
        (wait, faults) = ("3600", 1);
        PublishRun impatient = PublishRun.Of(server, PublishRun.Json(), Options);

        Assert.Null(patient.Error);
        Assert.Contains(patient.Verbose, text => text.Contains("status 429. Retry 1 follows in 0.0 s", StringComparison.Ordinal));
        Assert.Equal(ErrorCode.GrafanaBusy, impatient.Error?.Code);
        Assert.Single(server.Requests, "GET /api/org");
    }

    [Fact]
    public async Task Retries_stop_after_six_or_after_two_if_the_server_never_responds()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = line => line == "GET /api/org" ? Answer("html 502") : null;
        Assert.Equal(ErrorCode.GrafanaUnreachable, PublishRun.Of(server, PublishRun.Json(), Options).Error?.Code);
        Assert.Equal(7, server.Requests.Count(line => line == "GET /api/org"));

        server.ClearRequests();
        server.Intercept = _ => FakeGrafana.Answer.Dropped;
        Assert.Equal(ErrorCode.GrafanaUnreachable, PublishRun.Of(server, PublishRun.Json(), Options).Error?.Code);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task The_deadline_of_a_request_includes_its_retries()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = line => line == "GET /api/org" ? Answer("503") : null;
        GrafanaConnection connection = PublishRun.Connection(server.Url) with { Timeout = TimeSpan.FromSeconds(5), RetryDelay = TimeSpan.FromHours(1) };

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options, connection: connection);

        Assert.Equal(ErrorCode.GrafanaUnreachable, run.Error?.Code);
        Assert.Contains("status 503", run.Error!.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests, "GET /api/org");
    }

    // The write and the read that checks it exceed the deadline together, but neither does alone.
    [Fact]
    public async Task The_deadline_of_a_request_includes_the_reads_between_its_retries()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        bool sent = false;
        server.Lose = line =>
        {
            bool isWrite = line == "POST /api/dashboards/db";
            sent |= isWrite;
            if (sent)
                Thread.Sleep(TimeSpan.FromSeconds(3));
            return isWrite ? FakeGrafana.Answer.Dropped : null;
        };
        GrafanaConnection connection = PublishRun.Connection(server.Url) with { Timeout = TimeSpan.FromSeconds(5) };

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options, connection: connection);

        Assert.Equal(ErrorCode.GrafanaTimeout, run.Error?.Code);
        Assert.Single(server.Requests, "POST /api/dashboards/db");
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_before_a_retry()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = _ => Answer("503");
        using var source = new CancellationTokenSource();
        GrafanaConnection connection = PublishRun.Connection(server.Url) with { Timeout = TimeSpan.FromHours(1), RetryDelay = TimeSpan.FromHours(1) };
        Task<PublishRun> run = Task.Run(() => PublishRun.Of(server, PublishRun.Json(), connection: connection, cancellation: source.Token));
        Eventually.Holds(() => server.Requests.Count > 0);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private static FakeGrafana.Answer Answer(string fault) => fault switch
    {
        "dropped" => FakeGrafana.Answer.Dropped,
        "html 502" => FakeGrafana.Answer.Html(502, "<html>Bad gateway</html>"),
        _ => FakeGrafana.Answer.Message(int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture), "not now"),
    };
}
