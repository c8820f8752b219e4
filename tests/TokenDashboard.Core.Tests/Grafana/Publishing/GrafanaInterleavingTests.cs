using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;

namespace TokenDashboard.Tests.Grafana.Publishing;

/// <summary>Another writer changes the server before one request, for each request in turn. Neither API loses a change silently.</summary>
public class GrafanaInterleavingTests
{
    private static readonly GrafanaPublishOptions Options = new() { Database = "/data/observicia.db", Folder = "LLM" };

    [Theory]
    [InlineData(GrafanaApi.Legacy, false)]
    [InlineData(GrafanaApi.Legacy, true)]
    [InlineData(GrafanaApi.Resource, false)]
    [InlineData(GrafanaApi.Resource, true)]
    public async Task A_concurrent_edit_is_kept_unless_force_overwrites_it_after_reading(GrafanaApi api, bool force)
    {
        int steps = int.MaxValue;
        int conflicts = 0;
        for (int step = 0; step < steps; step++)
        {
            await using FakeGrafana server = await FakeGrafana.StartAsync();
            Publish(server, api, PublishRun.Json(), Options);
            int asked = 0;
            bool read = false;
            bool readBefore = false;
            server.Intercept = line =>
            {
                if (asked++ == step)
                {
                    readBefore = read;
                    server.EditInBrowser("token-usage", content => content["refresh"] = "7m");
                }
                read |= line.StartsWith("GET ", StringComparison.Ordinal) && line.EndsWith("/token-usage", StringComparison.Ordinal);
                return null;
            };

            PublishRun run = Publish(server, api, PublishRun.Json("Renamed"), Options with { Force = force });

            steps = Math.Max(asked, step + 1);
            if (asked <= step)
                break;
            bool kept = server.Dashboards["token-usage"].Content["refresh"]!.GetValue<string>() == "7m";
            Assert.True(kept || (force && !readBefore), $"The edit at request {step} was lost.");
            Assert.Equal(run.Dashboard == GrafanaPublishAction.Conflict, run.Error?.Code == ErrorCode.GrafanaVersionConflict);
            conflicts += run.Dashboard == GrafanaPublishAction.Conflict ? 1 : 0;
        }
        Assert.True(conflicts > 0, "No step was between reading and writing.");
    }

    [Theory]
    [InlineData(GrafanaApi.Legacy)]
    [InlineData(GrafanaApi.Resource)]
    public async Task A_concurrent_publisher_causes_no_duplicate_folder_or_data_source(GrafanaApi api)
    {
        for (int step = 0, steps = int.MaxValue; step < steps; step++)
        {
            await using FakeGrafana server = await FakeGrafana.StartAsync();
            await using FakeGrafana model = await FakeGrafana.StartAsync();
            Publish(model, api, PublishRun.Json(), Options);
            int asked = 0;
            server.Intercept = line =>
            {
                if (asked++ == step)
                {
                    server.Folders.AddRange(model.Folders.Where(made => server.Folders.TrueForAll(own => own.Uid != made.Uid)));
                    if (server.DataSources.Count == 0)
                        server.DataSources.Add((JsonObject)model.DataSources.Single().DeepClone());
                }
                return null;
            };

            PublishRun run = Publish(server, api, PublishRun.Json(), Options);

            steps = asked;
            Assert.True(run.Error is null, $"At request {step}: {run.Error?.Message}");
            Assert.Equal(GrafanaPublishAction.Created, run.Dashboard);
            Assert.Equal(server.Folders.Single().Uid, server.Dashboards["token-usage"].FolderUid);
            Assert.Single(server.DataSources);
        }
    }

    [Fact]
    public async Task A_data_source_name_taken_during_publishing_is_a_conflict()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = line =>
        {
            if (line == "POST /api/datasources" && server.DataSources.Count == 0)
                server.DataSources.Add(new JsonObject { ["uid"] = "other", ["name"] = "TokenDashboard", ["type"] = "mysql" });
            return null;
        };

        Assert.Equal(ErrorCode.GrafanaDataSourceConflict, PublishRun.Of(server, PublishRun.Json()).Error?.Code);
        Assert.Equal("other", server.DataSources.Single()["uid"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(GrafanaApi.Legacy)]
    [InlineData(GrafanaApi.Resource)]
    public async Task With_two_concurrent_publishers_each_run_saves_a_version_or_conflicts(GrafanaApi api)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var start = new Barrier(2);

        PublishRun[][] runs = await Task.WhenAll(Enumerable.Range(0, 2).Select(publisher => Task.Factory.StartNew(
            () => Enumerable.Range(0, 10).Select(round =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                return Publish(server, api, PublishRun.Json($"Publisher {publisher}, round {round}"), Options);
            }).ToArray(),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        PublishRun[] all = [.. runs.SelectMany(run => run)];
        Assert.All(all, run => Assert.True(run.Error is null or { Code: ErrorCode.GrafanaVersionConflict }, run.Error?.Message));
        PublishRun[] saved = [.. all.Where(run => run.Dashboard is GrafanaPublishAction.Created or GrafanaPublishAction.Updated)];
        Assert.Equal(all.Length, saved.Length + all.Count(run => run.Dashboard == GrafanaPublishAction.Conflict));
        Assert.Equal(Enumerable.Range(1, (int)server.Dashboards["token-usage"].Version).Select(version => (long?)version), saved.Select(run => run.Results[^1].Version).Order());
        Assert.Single(server.Folders);
        Assert.Single(server.DataSources);
    }

    private static PublishRun Publish(FakeGrafana server, GrafanaApi api, string json, GrafanaPublishOptions options) =>
        PublishRun.Of(server, json, options, connection: PublishRun.Connection(server.Url) with { Api = api });
}
