using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;
using TokenDashboard.Tests.Grafana.Publishing;

namespace TokenDashboard.Tests.Grafana.Http;

/// <summary>What may pass is tried again; what may have been done is looked up first.</summary>
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
    public async Task A_read_that_fails_twice_in_a_way_that_passes_is_repeated_and_each_retry_is_told(string fault)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        int faults = 2;
        server.Intercept = line => line.StartsWith("GET /api/dashboards/uid", StringComparison.Ordinal) && faults-- > 0 ? Answer(fault) : null;

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options);

        Assert.Null(run.Error);
        Assert.Equal(GrafanaPublishAction.Created, run.Dashboard);
        Assert.Equal(["Retry 1", "Retry 2"], run.Verbose.Where(text => text.Contains(" Retry ", StringComparison.Ordinal)).Select(text => text[text.IndexOf("Retry", StringComparison.Ordinal)..][..7]));
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Every_read_is_repeated(string path)
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
    public async Task What_was_made_though_its_answer_was_lost_is_found_and_not_made_twice(string request, string fault)
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
    public async Task What_was_not_made_is_sent_again_after_a_look(string request)
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
    public async Task A_server_that_is_down_at_the_start_is_waited_for_only_where_that_was_asked_for()
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
    public async Task A_write_without_an_answer_is_told_though_the_look_after_it_is_what_failed(string look, ErrorCode code)
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
    public async Task An_update_and_a_correction_whose_answers_were_lost_are_found_done()
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
    public async Task An_edit_made_while_an_answer_was_lost_is_still_a_conflict()
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
    public async Task A_wait_the_server_asks_for_is_kept_unless_it_is_longer_than_the_deadline()
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
    public async Task Retries_end_after_six_and_after_two_where_nothing_ever_answered()
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

    // Together, the request and the look that would find it done take longer than the deadline; each alone does not.
    [Fact]
    public async Task The_deadline_of_a_request_includes_the_looks_between_its_tries()
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
