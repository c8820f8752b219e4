using TokenDashboard.Grafana.Alerting;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;
using TokenDashboard.Tests.Grafana.Publishing;

namespace TokenDashboard.Tests.Grafana.Alerting;

/// <summary>A run that publishes alert rules, with all its results.</summary>
internal sealed class AlertPublishing
{
    internal List<GrafanaPublishResult> Results { get; } = [];

    internal IReadOnlyList<string> Actions => [.. Results.Select(result => $"{result.Kind} {result.Action}")];

    internal List<string> Asked { get; } = [];

    internal TokenDashboardException? Error { get; private set; }

    /// <summary>A server with the data source.</summary>
    internal static async Task<FakeGrafana> StartAsync(string version = "13.3.1")
    {
        FakeGrafana server = await FakeGrafana.StartAsync(version);
        PublishRun.Of(server, PublishRun.Json());
        server.ClearRequests();
        return server;
    }

    internal static AlertPublishing Of(FakeGrafana server, AlertRule[] rules, GrafanaPublishOptions? options = null, bool write = true)
    {
        var run = new AlertPublishing();
        var callbacks = new PublishCallbacks(
            (target, action) =>
            {
                run.Asked.Add($"{action} {target}");
                return write;
            },
            _ => { },
            _ => { },
            _ => { });
        try
        {
            using var publisher = new AlertRulePublisher(PublishRun.Connection(server.Url), options ?? new GrafanaPublishOptions(), callbacks, TestContext.Current.CancellationToken);
            run.Add(publisher.Prepare());
            foreach (AlertRule rule in rules)
                run.Add(publisher.Publish(rule));
        }
        catch (TokenDashboardException exception)
        {
            run.Error = exception;
        }
        return run;
    }

    private void Add(IEnumerable<GrafanaPublishResult> results)
    {
        foreach (GrafanaPublishResult result in results)
            Results.Add(result);
    }
}
