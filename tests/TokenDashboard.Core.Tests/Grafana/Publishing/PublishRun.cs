using System.Net;
using System.Security;
using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;

namespace TokenDashboard.Tests.Grafana.Publishing;

/// <summary>A run that publishes one dashboard, with all its results and messages.</summary>
internal sealed class PublishRun
{
    internal List<GrafanaPublishResult> Results { get; } = [];

    internal List<string> Verbose { get; } = [];

    internal List<string> Warnings { get; } = [];

    internal List<string> Debug { get; } = [];

    internal List<string> Asked { get; } = [];

    internal TokenDashboardException? Error { get; private set; }

    /// <summary>The action of the last result of a kind; null if there is none.</summary>
    internal GrafanaPublishAction? this[GrafanaPublishKind kind] => Results.LastOrDefault(result => result.Kind == kind)?.Action;

    internal GrafanaPublishAction? Dashboard => this[GrafanaPublishKind.Dashboard];

    internal static PublishRun Of(
        FakeGrafana server, string json, GrafanaPublishOptions? options = null, bool write = true, GrafanaConnection? connection = null, CancellationToken? cancellation = null)
    {
        var run = new PublishRun();
        DashboardDocument document = DashboardDocument.Parse(json, "test");
        var callbacks = new PublishCallbacks(
            (target, action) =>
            {
                run.Asked.Add($"{action} {target}");
                return write;
            },
            run.Verbose.Add,
            run.Warnings.Add,
            run.Debug.Add);
        try
        {
            using var publisher = new GrafanaPublisher(
                connection ?? Connection(server.Url), options ?? new GrafanaPublishOptions { Database = "/data/observicia.db" }, callbacks, cancellation ?? TestContext.Current.CancellationToken);
            run.Collect(publisher.Prepare(document));
            run.Collect(publisher.Publish(document));
        }
        catch (TokenDashboardException exception)
        {
            run.Error = exception;
        }
        return run;
    }

    internal static GrafanaConnection Connection(Uri url, string token = FakeGrafana.Token) => new(url)
    {
        Token = Secure(token),
        Timeout = TimeSpan.FromSeconds(20),
        RetryDelay = TimeSpan.FromMilliseconds(1),
    };

    internal static SecureString Secure(string text) => new NetworkCredential("", text).SecurePassword;

    /// <summary>A small dashboard that reads the SQLite data source through a variable.</summary>
    internal static string Json(string title = "Token usage", string uid = "token-usage", string extra = "") => $$"""
        {
          "id": 77, "uid": "{{uid}}", "title": "{{title}}", "version": 5, "schemaVersion": 39, {{extra}}
          "tags": ["llm"], "refresh": "1m",
          "templating": { "list": [ { "type": "datasource", "name": "datasource", "query": "frser-sqlite-datasource" } ] },
          "annotations": { "list": [] },
          "panels": [ { "id": 1, "type": "stat", "title": "Total", "gridPos": { "h": 8, "w": 12.0, "x": 0, "y": 1e1 },
            "fieldConfig": { "defaults": { "thresholds": { "steps": [ { "color": "green", "value": null } ] } } },
            "datasource": { "type": "frser-sqlite-datasource", "uid": "${datasource}" } } ]
        }
        """;

    private void Collect(IEnumerable<GrafanaPublishResult> results)
    {
        foreach (GrafanaPublishResult result in results)
            Results.Add(result);
    }
}

/// <summary>Probes a connection once.</summary>
internal static class ConnectionProbe
{
    internal static GrafanaConnection Probe(this GrafanaConnection connection, PublishCallbacks callbacks, CancellationToken cancellation)
    {
        using var session = new GrafanaSession(connection, callbacks, cancellation);
        return session.Probe();
    }
}
