using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Tests.Grafana.Rules;

/// <summary>A small valid dashboard, in which tests break one thing.</summary>
internal static class SampleDashboard
{
    public const string Sql =
        "SELECT CAST(SUM(total_tokens) AS INTEGER) AS tokens FROM telemetry WHERE timestamp >= $__from / 1000 AND user_id IN (${user:sqlstring})";

    public static JsonObject Create() => new()
    {
        ["uid"] = "sample",
        ["title"] = "Sample",
        ["editable"] = false,
        ["time"] = new JsonObject { ["from"] = "now-7d", ["to"] = "now" },
        ["links"] = new JsonArray(),
        ["templating"] = new JsonObject
        {
            ["list"] = new JsonArray(
                Variable("datasource", "datasource", "frser-sqlite-datasource", json => json["label"] = "Data source"),
                Variable("user", "query", "SELECT DISTINCT user_id FROM telemetry", json =>
                {
                    json["datasource"] = Source();
                    json["refresh"] = 2;
                    json["multi"] = true;
                    json["includeAll"] = true;
                    json["current"] = new JsonObject { ["value"] = new JsonArray("$__all") };
                })),
        },
        ["panels"] = new JsonArray(Panel(1, "stat", 0)),
    };

    public static JsonObject Panel(int id, string type, int y, string sql = Sql) => new()
    {
        ["id"] = id,
        ["type"] = type,
        ["title"] = $"Panel {id}",
        ["description"] = "What it shows.",
        ["datasource"] = Source(),
        ["gridPos"] = new JsonObject { ["x"] = 0, ["y"] = y, ["w"] = 12, ["h"] = 4 },
        ["fieldConfig"] = new JsonObject { ["defaults"] = new JsonObject { ["unit"] = "short" }, ["overrides"] = new JsonArray() },
        ["options"] = new JsonObject { ["reduceOptions"] = new JsonObject { ["values"] = false } },
        ["targets"] = new JsonArray(Target(sql)),
    };

    public static JsonObject Target(string sql, string queryType = "table", params string[] timeColumns) => new()
    {
        ["refId"] = "A",
        ["datasource"] = Source(),
        ["queryType"] = queryType,
        ["rawQueryText"] = sql,
        ["queryText"] = sql,
        ["timeColumns"] = new JsonArray([.. timeColumns.Select(column => (JsonNode)column)]),
    };

    public static JsonObject Variable(string name, string type, string query, Action<JsonObject>? change = null)
    {
        var json = new JsonObject { ["name"] = name, ["type"] = type, ["query"] = query };
        change?.Invoke(json);
        return json;
    }

    public static JsonObject Source() => new() { ["type"] = "frser-sqlite-datasource", ["uid"] = "${datasource}" };

    /// <summary>The changed sample, parsed like a file.</summary>
    public static DashboardDocument Document(Action<JsonObject> change)
    {
        JsonObject json = Create();
        change(json);
        return DashboardDocument.Parse(json.ToJsonString(), "sample");
    }

    /// <summary>The rules that the changed sample breaks.</summary>
    public static string[] Broken(Action<JsonObject> change, params string[] otherUids) =>
        [.. DashboardRules.Check(new ReadDashboard(Document(change)), ["sample", .. otherUids]).Select(finding => finding.Rule)];

    public static JsonObject FirstPanel(this JsonObject dashboard) => (JsonObject)dashboard["panels"]![0]!;

    public static JsonObject FirstTarget(this JsonObject dashboard) => (JsonObject)dashboard.FirstPanel()["targets"]![0]!;

    public static JsonArray Panels(this JsonObject dashboard) => (JsonArray)dashboard["panels"]!;

    public static JsonArray Variables(this JsonObject dashboard) => (JsonArray)dashboard["templating"]!["list"]!;

    /// <summary>Sets both texts of the first query.</summary>
    public static void SetSql(this JsonObject dashboard, string sql)
    {
        dashboard.FirstTarget()["rawQueryText"] = sql;
        dashboard.FirstTarget()["queryText"] = sql;
    }
}
