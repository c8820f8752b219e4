using System.Reflection;
using System.Text.Json.Nodes;
using CsCheck;
using TokenDashboard.Grafana.Definitions;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;
using TokenDashboard.Input;
using TokenDashboard.Tests.Grafana.Catalog;

namespace TokenDashboard.Tests.Grafana.Definitions;

public class DashboardDefinitionTests
{
    private const string Usage = "SELECT model AS Model, SUM(total_tokens) AS Tokens FROM ${usage:raw} GROUP BY model ORDER BY 2 DESC LIMIT 9";
    private const string OverTime = "SELECT time, model, SUM(total_tokens) AS tokens FROM ${usage_over_time:raw} GROUP BY time, model ORDER BY time";

    private static readonly DateTimeOffset Now = new(2026, 3, 5, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A definition with every key.</summary>
    private static readonly string Everything = $$"""
        {
          "title": "Everything", "uid": "everything", "description": "Uses every key.", "tags": ["a", "b"], "from": "now-2d", "to": "now", "refresh": "5m",
          "variables": [
            "user",
            { "name": "kind", "label": "Kind", "description": "Types.", "sql": "SELECT DISTINCT CAST(request_type AS TEXT) FROM telemetry", "allValue": "TRUE", "multiple": true },
            { "name": "first", "type": "query", "sql": "SELECT 'telemetry'", "multiple": false, "hidden": true },
            { "name": "size", "choices": { "small": 10, "large": 100 }, "default": 100 },
            { "name": "one", "choices": ["x"] },
            { "name": "search", "type": "textbox", "default": "%" }
          ],
          "annotations": { "name": "Failures", "sql": "SELECT time, 'failed' AS text FROM ${requests:raw} WHERE policy_failures = 1 LIMIT 10", "color": "dark-red", "enabled": false },
          "links": [ { "title": "Menu", "tag": "a", "tooltip": "Others." }, { "title": "Self", "url": "/d/everything?${user:queryparam}" } ],
          "panels": [
            { "type": "text", "content": "**$one** of $search", "width": 24, "height": 2 },
            {
              "type": "timeseries", "title": "Time", "description": "Over time.", "id": 7, "width": 12, "height": 8, "sql": "{{OverTime}}",
              "queries": ["{{OverTime}}", { "sql": "{{OverTime}}", "timeColumns": "time", "seriesByLabel": true }],
              "bars": true, "stacked": true, "percent": true, "fill": 50, "legend": { "placement": "right", "calculations": ["Sum", "Mean"], "sortBy": "sum" },
              "unit": "suffix: tokens", "decimals": 1, "min": 0, "max": 10, "displayName": "x", "noValue": "nothing", "color": "series",
              "links": { "title": "Docs", "url": "https://example.org", "newTab": true },
              "dataLinks": { "title": "Self", "url": "/d/everything?var-user=x" },
              "overrides": [
                { "column": "a", "color": "#ff0000" }, { "pattern": "/^b/", "unit": "ms" }, { "fieldType": "Text", "displayName": "c" },
                { "query": "B", "thresholds": { "0": "green", "5.5": "red" }, "thresholdsInPercent": true }
              ]
            },
            { "type": "stat", "title": "Stat", "description": "Numbers.", "sql": "{{Usage}}", "everyRow": true, "coloredBackground": true, "thresholds": { "80": "red", "-1": "green" } },
            { "type": "gauge", "title": "Gauge", "description": "A dial.", "sql": "{{Usage}}", "everyRow": true, "max": 5, "color": "thresholds" },
            {
              "type": "piechart", "title": "Pie", "description": "Slices.", "sql": "{{Usage}}",
              "mappings": [
                { "value": "gpt", "text": "GPT" }, { "from": 1, "color": "blue" }, { "to": 5, "text": "few" }, { "pattern": "^a", "text": "$0" }, { "special": "null", "text": "-", "color": "text" }
              ]
            },
            { "type": "heatmap", "title": "Heat", "description": "Cells.", "sql": "{{OverTime}}", "valueName": "Tokens", "scheme": "oranges", "firstRowOnTop": true }
          ],
          "sections": [
            {
              "title": "Open", "id": 1500, "panels": [
                { "type": "bargauge", "title": "Bars", "description": "Bars.", "sql": "{{Usage}}", "color": "blues" },
                { "type": "barchart", "title": "Chart", "description": "A chart.", "sql": "{{Usage}}", "category": "Model", "legend": "bottom" },
                {
                  "type": "table", "title": "Table", "description": "Rows.", "sql": "{{Usage}}", "paginated": false, "emptyCell": "?", "cell": "ColoredText", "minColumnWidth": 50,
                  "transformations": [ { "id": "limit", "options": { "limitField": 3 } }, { "id": "merge" } ],
                  "overrides": { "column": "Tokens", "cell": "bar", "width": 100, "minWidth": 20, "min": 0, "mappings": [], "dataLinks": [], "decimals": 0, "max": 9, "noValue": "-", "unit": "locale" }
                },
                { "type": "stat", "title": "Latency", "description": "Durations.", "unit": "ms", "sql": "SELECT MAX(duration_ms) AS Longest, ${size:raw} AS Size FROM ${latency:raw}" },
                { "type": "timeseries", "title": "Latency over time", "description": "Durations.", "unit": "ms", "sql": "SELECT time, MAX(duration_ms) AS Longest FROM ${latency_over_time:raw} GROUP BY time ORDER BY time" }
              ]
            },
            {
              "title": "User $user", "collapsed": true, "repeat": "user", "panels": {
                "type": "stat", "title": "Repeated", "description": "For a type.", "repeat": { "variable": "kind", "vertical": true, "maxPerRow": 3 },
                "sql": "SELECT CAST(COUNT(*) AS INTEGER) AS Requests FROM ${first:raw} WHERE $__from < $__to AND request_type IN (${kind:sqlstring}) AND user_id = ${user:sqlstring}"
              }
            }
          ]
        }
        """;

    public static TheoryData<string, string, string> Faults => new()
    {
        { """{ "panels": [] }""", "title", "is missing" },
        { """{ "title": "x", "titel": "y" }""", "titel", "did you mean 'title'" },
        { """{ "title": ["x"] }""", "title", "must be a text" },
        { """{ "base": "Overvew" }""", "base", "Overview" },
        { """{ "title": "x", "uid": "a b" }""", "uid", "letters, digits" },
        { """{ "title": "x", "from": "yesterday" }""", "from", "now-7d" },
        { """{ "title": "x", "from": "11/04/2026" }""", "from", "now-7d" },
        { """{ "title": "x", "to": "3/4" }""", "to", "now-7d" },
        { """{ "title": "x", "to": "2026-03-04T22:00:00+01:00" }""", "to", "" },
        { """{ "title": "x", "refresh": "fast" }""", "refresh", "5m" },
        { """{ "title": "x", "tags": [{}] }""", "tags", "list of texts" },
        { """{ "title": "x", "panels": ["y"] }""", "panels[0]", "names with values" },
        { """{ "title": "x", "panels": { "title": "y" } }""", "panels[0].type", "is missing" },
        { """{ "title": "x", "panels": { "type": "pie" } }""", "panels[0].type", "piechart" },
        { """{ "title": "x", "panels": { "type": "stat", "sql": "SELECT 1" } }""", "panels[0].title", "is missing" },
        { """{ "title": "x", "panels": { "type": "stat", "title": "y" } }""", "panels[0].sql", "is missing" },
        { """{ "title": "x", "panels": { "type": "text" } }""", "panels[0].content", "is missing" },
        { """{ "title": "x", "panels": { "type": "stat", "title": "y", "queries": [] } }""", "panels[0].sql", "is missing" },
        { """{ "title": "x", "panels": { "type": "barchart", "title": "y", "queries": [] } }""", "panels[0].sql", "is missing" },
        { """{ "title": "x", "panels": { "type": "stat", "title": "y", "sql": "", "queries": "" } }""", "panels[0].sql", "is missing" },
        { """{ "title": "x", "panels": { "type": "stat", "title": "y", "sql": [] } }""", "panels[0].sql", "must be a text" },
        { """{ "title": "x", "panels": { "type": "stat", "title": "y", "queries": [""] } }""", "panels[0].queries[0].sql", "is missing" },
        { """{ "title": "x", "panels": { "type": "stat", "title": "y", "queries": {} } }""", "panels[0].queries[0].sql", "is missing" },
        { """{ "title": "x", "panels": { "type": "stat", "title": "y", "sql": "SELECT 1", "timeColumns": [""] } }""", "panels[0].timeColumns", "empty" },
        { """{ "title": "x", "tags": ["a", " "] }""", "tags", "empty" },
        { """{ "title": "x", "variables": { "name": "a", "choices": [] } }""", "variables[0].choices", "empty" },
        { """{ "title": "x", "variables": { "name": "a", "choices": {} } }""", "variables[0].choices", "empty" },
        { """{ "title": "x", "variables": { "name": "a", "choices": [""] } }""", "variables[0].choices", "empty" },
        { """{ "title": "x", "variables": { "name": "a", "type": "custom" } }""", "variables[0].choices", "is missing" },
        { """{ "title": "x", "panels": { "type": "stat", "title": "y", "sql": "SELECT 1", "repeat": [] } }""", "panels[0].repeat", "must be a text" },
        { """{ "title": "x", "panels": { "type": "stat", "title": "y", "sql": "SELECT 1", "repeat": {} } }""", "panels[0].repeat.variable", "is missing" },
        { Panel(""" "bars": true """), "panels[0].bars", "in a panel of type stat" },
        { Panel(""" "unit": "seconds" """), "panels[0].unit", "does not support" },
        { Panel(""" "width": 25 """), "panels[0].width", "from 1 to 24" },
        { Panel(""" "width": 2.5 """), "panels[0].width", "whole number" },
        { Panel(""" "height": "tall" """), "panels[0].height", "number" },
        { Panel(""" "everyRow": "perhaps" """), "panels[0].everyRow", "true or false" },
        { Panel(""" "color": "bleu" """), "panels[0].color", "blueToPurple" },
        { Panel(""" "thresholds": [1] """), "panels[0].thresholds", "must be numbers with colors" },
        { Panel(""" "thresholds": { "0": "green", "0.0": "red" } """), "panels[0].thresholds", "two colors" },
        { Panel(""" "thresholds": { "low": "red" } """), "panels[0].thresholds", "numbers with colors" },
        { Panel(""" "thresholds": { "1": "rouge" } """), "panels[0].thresholds", "rouge" },
        { Panel(""" "mappings": { "value": "x" } """), "panels[0].mappings[0].text", "or color" },
        { Panel(""" "mappings": { "text": "x" } """), "panels[0].mappings[0].value", "is missing" },
        { Panel(""" "mappings": { "text": "x", "pattern": "/(/" } """), "panels[0].mappings[0].pattern", "regular expression" },
        { Panel(""" "mappings": { "text": "x", "value": 1, "special": "null" } """), "panels[0].mappings[0].value", "cannot be used with special" },
        { Panel(""" "mappings": { "text": "x", "from": 1, "to": 2 } """), "panels[0].mappings[0].from", "" },
        { Panel(""" "dataLinks": { "title": "x" } """), "panels[0].dataLinks[0].url", "is missing" },
        { Panel(""" "overrides": { "unit": "ms" } """), "panels[0].overrides[0].column", "is missing; one of" },
        { Panel(""" "overrides": { "pattern": "/[/", "unit": "ms" } """), "panels[0].overrides[0].pattern", "regular expression" },
        { Panel(""" "overrides": { "column": "a", "query": "A" } """), "panels[0].overrides[0].column", "cannot be used with query" },
        { Panel(""" "overrides": { "fieldType": "date" } """), "panels[0].overrides[0].fieldType", "Number, Text, Time" },
        { Panel(""" "transformations": { "id": "x", "options": "y" } """), "panels[0].transformations[0].options", "names with values" },
        { Panel(""" "repeat": "user" """), "panels[0].repeat", "" },
        { Panel(""" "repeat": "nobody" """), "panels[0].repeat", "not a variable with several values" },
        { Panel(""" "repeat": { "variable": "nobody", "maxPerRow": 5 } """), "panels[0].repeat.maxPerRow", "one of 2, 3, 4" },
        { Panel(""" "queries": [{ "sql": "SELECT 1", "label": 1 }] """), "panels[0].queries[0].label", "is unknown" },
        { """{ "title": "x", "panels": { "type": "stat", "title": "y", "sql": "SELECT 1 FROM ${usages:raw}" } }""", "panels[0].sql", "did you mean ${usage:raw}" },
        { """{ "title": "x", "panels": { "type": "stat", "title": "y", "sql": "SELECT 1", "queries": ["SELECT ${size:raw}"] } }""", "panels[0].queries[0].sql", "not a variable" },
        { """{ "title": "x", "panels": { "type": "barchart", "title": "y", "sql": "SELECT *" } }""", "panels[0].category", "is missing" },
        { """{ "title": "x", "panels": { "type": "timeseries", "title": "y", "sql": "SELECT 1", "legend": "left" } }""", "panels[0].legend", "Bottom" },
        { """{ "title": "x", "panels": { "type": "timeseries", "title": "y", "sql": "SELECT 1", "legend": { "calculations": "Median" } } }""", "panels[0].legend.calculations[0]", "Maximum" },
        { """{ "title": "x", "panels": { "type": "heatmap", "title": "y", "sql": "SELECT 1", "scheme": "Pinks" } }""", "panels[0].scheme", "Blues" },
        { """{ "title": "x", "sections": [{}, { "title": "s", "panels": [{ "type": "stat", "title": "y", "sql": "SELECT 1", "unit": "?" }] }] }""", "sections[1].panels[0].unit", "does not support" },
        { """{ "title": "x", "sections": { "collapsed": true } }""", "sections[0].title", "is missing" },
        { """{ "title": "x", "sections": { "title": "s", "id": 5 } }""", "sections[0].id", "from 1000" },
        { """{ "title": "x", "sections": { "title": "s", "repeat": "nobody" } }""", "sections[0].repeat", "nobody" },
        { """{ "base": "Users", "sections": { "panels": [] } }""", "sections[0].title", "is missing" },
        { """{ "base": "Users", "panels": { "type": "text", "content": "x", "id": 1 } }""", "panels[0].id", "another panel" },
        { """{ "title": "x", "panels": [{ "type": "text", "content": "x", "id": 1 }, { "type": "text", "content": "x", "id": 1 }] }""", "panels[1].id", "another panel" },
        { """{ "title": "x", "variables": ["transaction"], "panels": { "type": "stat", "title": "y", "sql": "SELECT 1 AS n FROM ${usage:raw}" } }""", "variables[0]", "nothing in the definition uses" },
        { """{ "title": "x", "variables": ["user", "transaction"], "panels": { "type": "stat", "title": "y", "sql": "SELECT 1 AS n FROM ${usage:raw} WHERE ${transaction:sqlstring} = ''" } }""", "variables[0]", "" },
        { """{ "title": "x", "panels": { "type": "stat", "title": "y", "sql": "SELECT 1 FROM $usages" } }""", "panels[0].sql", "did you mean ${usage:raw}" },
        { """{ "title": "x", "variables": "usr" }""", "variables[0]", "zone" },
        { """{ "title": "x", "variables": ["user", "User"] }""", "variables[1]", "already" },
        { """{ "title": "x", "variables": { "name": "a b" } }""", "variables[0].name", "letters, digits" },
        { """{ "title": "x", "variables": { "name": "bucket" } }""", "variables[0].name", "only its name" },
        { """{ "title": "x", "variables": { "name": "datasource" } }""", "variables[0].name", "datasource" },
        { """{ "title": "x", "variables": { "name": "relation" } }""", "variables[0].name", "relation" },
        { """{ "title": "x", "variables": { "name": "a", "type": "interval" } }""", "variables[0].type", "textbox" },
        { """{ "title": "x", "variables": { "name": "a", "choices": ["x,y"] } }""", "variables[0].choices", "comma" },
        { """{ "title": "x", "variables": { "name": "a", "choices": ["x", "x"] } }""", "variables[0].choices", "twice" },
        { """{ "title": "x", "variables": { "name": "a", "choices": ["x"], "default": "y" } }""", "variables[0].default", "one of x" },
        { """{ "title": "x", "variables": { "name": "a", "sql": "SELECT 1", "default": "y" } }""", "variables[0].default", "type query" },
        { """{ "title": "x", "annotations": { "name": "a" } }""", "annotations[0].sql", "is missing" },
        { """{ "title": "x", "links": { "title": "a" } }""", "links[0].url", "or tag" },
        { """{ "title": "x", "links": { "title": "a", "url": "/x", "tag": "t" } }""", "links[0].url", "not both" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_reported_with_its_path_and_the_allowed_values(string json, string path, string words)
    {
        DashboardDefinitionResult result = Read(json);

        if (words.Length == 0)
        {
            Assert.Empty(result.Faults);
            return;
        }
        DefinitionFault fault = Assert.Single(result.Faults, fault => fault.Path == path);
        Assert.Contains(words, fault.Problem, StringComparison.Ordinal);
        Assert.StartsWith(path + " ", fault.ToString(), StringComparison.Ordinal);
        Assert.Null(result.Dashboard);
    }

    /// <summary>JSON with an unpaired surrogate is invalid, but a hash table can contain one, as can JSON that another parser read.</summary>
    [Fact]
    public void An_unpaired_surrogate_is_a_fault()
    {
        Assert.Equal(
            ErrorCode.DashboardDefinitionInvalid,
            Assert.Throws<TokenDashboardException>(() => DashboardDefinition.Parse("""{ "title": "a \ud83d" }""", "test")).Code);
        DashboardDefinitionResult result = DashboardDefinition.Read(new Dictionary<string, object?>
        {
            ["title"] = "a \ud83d", ["tags"] = new List<object?> { "b", "\ude00\ud83d" }, ["description"] = "whole \U0001F600",
        });

        Assert.Equal(["tags", "title"], result.Faults.Select(fault => fault.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void All_faults_of_a_definition_are_reported_together_and_only_once()
    {
        DashboardDefinitionResult result = Read("""
            { "titel": 1, "refresh": "x", "variables": [1, { "name": "?" }],
              "sections": [{ "title": "s", "panels": [{ "type": "stat", "unit": "?", "width": 0 }, { "type": "timeseries", "title": "t", "sql": "${x:raw}", "bars": 3, "legend": 1 }] }] }
            """);

        Assert.Equal(
            [
                "refresh", "sections[0].panels[0].sql", "sections[0].panels[0].title", "sections[0].panels[0].unit", "sections[0].panels[0].width",
                "sections[0].panels[1].bars", "sections[0].panels[1].legend", "sections[0].panels[1].sql", "titel", "title", "variables[0]", "variables[1].name",
            ],
            result.Faults.Select(fault => fault.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_panel_with_a_fault_still_adds_the_variables_of_its_query() => Assert.Equal("panels[0].unit", Assert.Single(Read("""
        { "title": "x", "panels": { "type": "stat", "title": "y", "sql": "SELECT SUM(requests) AS n FROM ${usage:raw}", "unit": "?" } }
        """).Faults).Path);

    [Fact]
    public void A_definition_with_every_key_breaks_no_rule_and_all_queries_run()
    {
        using var store = new TestStore();
        store.Insert(
            new TestStore.Row { Timestamp = "2026-03-04T12:00:00", User = "O'Brien", Success = 0L },
            new TestStore.Row { Timestamp = "2026-03-04T13:00:00", Model = "a,b" });
        DashboardDefinitionResult read = Read(Everything);

        Assert.Empty(read.Faults);
        DashboardTestResult result = Test(store, read.ToDocument()!);
        Assert.DoesNotContain(result.Findings, finding => finding.Severity > FindingSeverity.Information);
        Assert.All(result.Queries, query => Assert.True(query.Rows > 0, query.Panel));
        Assert.Equal(["A", "B", "C"], result.Queries.Where(query => query.Panel == "Time").Select(query => query.RefId));
        Assert.All(
            AllKeys.Except(["base"]),
            key => Assert.Contains($"\"{key}\"", Everything, StringComparison.Ordinal));
    }

    private static IEnumerable<string> AllKeys => typeof(DefinitionKeys).GetFields(BindingFlags.Static | BindingFlags.NonPublic)
        .Select(keys => keys.GetValue(null)).OfType<string[]>().Concat(DefinitionKeys.Panels.Values).SelectMany(keys => keys).Distinct();

    [Fact]
    public void The_page_documents_every_key_and_only_existing_keys()
    {
        string page = Repository.Read("docs/dashboard-definitions.md");
        string[] keys = [.. AllKeys];

        Assert.All(keys, key => Assert.Contains($"`{key}`", page, StringComparison.Ordinal));
        string[] documented = [.. page[page.IndexOf("## Keys", StringComparison.Ordinal)..].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => line.Split('|')[1].Split(',')).Select(key => key.Trim().Trim('`'))];
        Assert.All(documented.Except(DefinitionKeys.Panels.Keys), key => Assert.Contains(key, keys));
    }

    [Fact]
    public void The_JSON_example_of_the_page_has_no_faults()
    {
        string page = Repository.Read("docs/dashboard-definitions.md");
        int start = page.IndexOf("```json", StringComparison.Ordinal) + 7;

        Assert.Empty(Read(page[start..page.IndexOf("```", start, StringComparison.Ordinal)]).Faults);
    }

    [Fact]
    public void A_panel_needs_only_a_type_a_title_and_SQL()
    {
        Assert.All(DefinitionKeys.Panels.Keys.Except(["text"]), type =>
        {
            DashboardDefinitionResult read = Read($$"""{ "title": "Größe", "panels": { "type": "{{type}}", "title": "t", "sql": "{{(type is "timeseries" or "heatmap" ? OverTime : Usage)}}" } }""");
            JsonNode panel = read.ToDocument()!.Root["panels"]![0]!;
            Assert.Equal(type, (string)panel["type"]!);
            Assert.Equal("short", (string)panel["fieldConfig"]!["defaults"]!["unit"]!);
            Assert.Equal(type is "timeseries" or "heatmap" ? "time series" : "table", (string)panel["targets"]![0]!["queryType"]!);
            Assert.Equal(type is "timeseries" or "heatmap" ? ["time"] : [], panel["targets"]![0]!["timeColumns"]!.AsArray().Select(column => (string)column!));
            Assert.Matches(DashboardDocument.UidPattern, read.Dashboard!.Uid);
        });
        JsonObject series = Read($$"""{ "title": "x", "panels": { "type": "timeseries", "title": "t", "sql": "{{OverTime}}" } }""").ToDocument()!.Root;
        Assert.Equal("${__field.labels[\"model\"]}", (string)series["panels"]![0]!["fieldConfig"]!["defaults"]!["displayName"]!);
        JsonObject bars = Read($$"""{ "title": "x", "panels": { "type": "barchart", "title": "t", "sql": "{{Usage}}" } }""").ToDocument()!.Root;
        Assert.Equal("Model", (string)bars["panels"]![0]!["options"]!["xField"]!);
    }

    [Theory]
    [InlineData("""{ "title": "x", "panels": [ { "type": "stat", "targets": [], "gridPos": {} } ] }""")]
    [InlineData("""{ "dashboard": { "title": "x" }, "meta": {} }""")]
    [InlineData("""{ "title": "x", "schemaVersion": 39, "panels": [ { "type": "rows", "x": 1 } ] }""")]
    public void An_existing_Grafana_dashboard_is_a_single_fault(string json) => Assert.Contains("already", Assert.Single(Read(json).Faults).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Thresholds_in_an_override_set_its_color_mode()
    {
        JsonArray Properties(string more) => Read(Panel($$""" "overrides": { "column": "x", "thresholds": { "0": "green" } {{more}} } """)).ToDocument()!
            .Root["panels"]![0]!["fieldConfig"]!["overrides"]!.AsArray().Single(exception => (string)exception!["matcher"]!["id"]! == "byName")!["properties"]!.AsArray();
        string Color(string more) => Properties(more).Single(property => (string)property!["id"]! == "color")!["value"]!["mode"]!.ToString();

        Assert.Equal("thresholds", Color(""));
        Assert.Equal("fixed", Color(""", "color": "red" """));
    }

    [Fact]
    public void Line_endings_do_not_change_a_dashboard() => Assert.Equal(
        Read(Panel(""" "description": "a\nb", "queries": ["SELECT\n1"] """)).ToDocument()!.Json, Read(Panel(""" "description": "a\r\nb", "queries": ["SELECT\r\n1"] """)).ToDocument()!.Json);

    [Theory]
    [InlineData("SELECT 1 AS a, b, t.c, \"d e\", SUM(f) AS [g], CAST(h AS TEXT) AS time, x || 'y' `z` FROM t", "a b c d e g time z")]
    [InlineData("WITH w AS (SELECT 1 AS q) SELECT time FROM w", "time")]
    [InlineData("SELECT COUNT(*)", "")]
    public void Names_of_result_columns_are_parsed_from_SQL(string sql, string names) =>
        Assert.Equal(names, string.Join(' ', ResultColumn.Of(sql, DataSourcePlugin.Sqlite).Select(column => column.Name)));

    [Fact]
    public void A_definition_for_ClickHouse_uses_its_plugin_and_variables()
    {
        DashboardDefinitionResult read = Read(
            """
            { "title": "x", "variables": { "name": "team", "sql": "SELECT DISTINCT user FROM token_request" },
              "annotations": { "name": "Deployments", "sql": "SELECT time, 'new' AS text FROM deployment WHERE $__timeFilter(toDateTime(time))" },
              "panels": [
                { "type": "barchart", "title": "Models", "description": "Models.", "sql": "SELECT model AS Model, sum(total_tokens) AS Tokens FROM token_usage(since = toUnixTimestamp($__fromTime), until = toUnixTimestamp($__toTime), step = 0, users = ${users:raw}) WHERE ${chosen:raw} GROUP BY 1" },
                { "type": "timeseries", "title": "Requests", "description": "Requests.", "sql": "SELECT ${bucket_start:raw} AS time, user, sum(requests) AS requests FROM token_usage(since = toUnixTimestamp($__fromTime), until = toUnixTimestamp($__toTime), step = ${step:raw}, users = 1) WHERE ${chosen:raw} AND user IN (${team:sqlstring}) GROUP BY 1, 2 ORDER BY 1" } ] }
            """,
            DataSourcePlugin.ClickHouse);

        Assert.Empty(read.Faults);
        Assert.Equal(
            ["datasource", "team", "source", "provider", "model", "user", "bucket", "zone", "chosen", "users", "step", "bucket_start"], read.Dashboard!.Variables.Select(variable => variable.Name));
        DashboardDocument document = read.ToDocument()!;
        JsonObject root = document.Root;
        Assert.Equal("Model", (string)root["panels"]![0]!["options"]!["xField"]!);
        Assert.Equal("timeseries", (string)root["panels"]![1]!["targets"]![0]!["queryType"]!);
        Assert.DoesNotContain(DataSourcePlugin.Sqlite.Id, document.Json);
        Assert.Empty(DashboardRules.Check(new ReadDashboard(document), []));
    }

    [Fact]
    public void A_time_column_in_ClickHouse_can_have_any_name()
    {
        JsonNode panel = Read(
            """{ "title": "x", "panels": { "type": "timeseries", "title": "y", "sql": "SELECT $__timeInterval(time) AS bucket, model, count() AS n FROM token_request GROUP BY 1, 2 ORDER BY 1" } }""",
            DataSourcePlugin.ClickHouse).ToDocument()!.Root["panels"]![0]!;

        Assert.Equal("timeseries", (string)panel["targets"]![0]!["queryType"]!);
        Assert.Equal("${__field.labels[\"model\"]}", (string)panel["fieldConfig"]!["defaults"]!["displayName"]!);
    }

    [Fact]
    public void Panels_are_added_to_the_base_dashboard_of_the_engine()
    {
        DashboardDefinitionResult read = Read(
            """{ "base": "Overview", "panels": { "type": "stat", "title": "Rows", "sql": "SELECT count() FROM token_request WHERE time >= $__fromTime AND time < $__toTime" } }""", DataSourcePlugin.ClickHouse);

        Assert.Equal(DashboardCatalog.Define("Overview", plugin: DataSourcePlugin.ClickHouse).Uid, read.Dashboard!.Uid);
        Assert.DoesNotContain(DataSourcePlugin.Sqlite.Id, read.ToDocument()!.Json);
    }

    [Theory]
    [InlineData("""{ "type": "stat", "title": "y", "sql": "SELECT 1 FROM ${usage:raw}" }""", "panels[0].sql")]
    [InlineData("""{ "type": "stat", "title": "y", "sql": "SELECT 1 AS time", "timeColumns": "time" }""", "panels[0].timeColumns")]
    public void SQLite_features_are_faults_in_a_ClickHouse_definition(string panel, string path) =>
        Assert.Equal(path, Assert.Single(Read($$"""{ "title": "x", "panels": {{panel}} }""", DataSourcePlugin.ClickHouse).Faults).Path);

    [Fact]
    public void Standard_variables_are_added_if_something_uses_them()
    {
        Assert.Equal(["datasource"], Variables("""{ "title": "x" }"""));
        Assert.Equal(["datasource", "model", "names", "provider"], Variables("""{ "title": "x", "variables": "MODEL", "panels": { "type": "text", "content": "$model" } }"""));
        Assert.Equal(["a", "datasource", "names", "user"], Variables("""{ "title": "x", "variables": { "name": "a" }, "panels": { "type": "text", "content": "$user" } }"""));
        Assert.Equal(["datasource", "names", "user"], Variables("""{ "title": "x", "panels": { "type": "text", "content": "x", "repeat": "user" } }"""));
        Assert.Equal(
            ["bucket", "datasource", "model", "names", "provider", "relation", "usage_over_time", "user", "zone"],
            Variables($$"""{ "title": "x", "panels": { "type": "timeseries", "title": "t", "sql": "{{OverTime}}" } }"""));

        static IEnumerable<string> Variables(string json) => Read(json).Dashboard!.Variables.Select(variable => variable.Name).Order();
    }

    [Fact]
    public void Relations_contain_only_requests_that_match_the_variables()
    {
        using var store = new TestStore();
        store.Insert(
            new TestStore.Row { Timestamp = "2026-03-04T12:00:00", User = "ann", Total = 5L, Duration = 2.0 },
            new TestStore.Row { Timestamp = "2026-03-04T13:30:00", User = "ann", Total = 7L, Duration = 4.0 },
            new TestStore.Row { Timestamp = "2026-03-01T12:00:00", User = "ann", Total = 100L }, new TestStore.Row { Timestamp = "2026-03-04T12:00:00", User = "bob", Total = 1000L });
        var sql = new Dictionary<string, string>
        {
            ["usage"] = "SELECT SUM(total_tokens) AS n, 'usage' AS t FROM ${usage:raw} -- usage",
            ["with"] = "WITH mine AS (SELECT SUM(total_tokens) AS n FROM ${usage:raw}) SELECT n FROM mine",
            ["comment"] = "/* who */ -- and what\nWITH/**/mine AS (SELECT SUM(total_tokens) AS n FROM ${usage:raw}) SELECT n FROM mine",
            ["recursive"] = "WITH -- all\n RECURSIVE/**/mine(n) AS (SELECT SUM(total_tokens) FROM ${usage:raw}) SELECT n FROM mine",
            ["requests"] = "with recursive r AS (SELECT total_tokens FROM ${requests:raw}) SELECT SUM(total_tokens) AS n FROM r",
            ["over time"] = "SELECT time, SUM(total_tokens) AS n FROM ${usage_over_time:raw} GROUP BY time ORDER BY time",
            ["latency"] = "SELECT SUM(duration_ms * requests) AS n FROM ${latency:raw}",
            ["two"] = "SELECT a.n + b.n AS n FROM (SELECT SUM(total_tokens) AS n FROM ${usage:raw}) AS a, (SELECT COUNT(*) AS n FROM ${requests:raw}) AS b",
            ["latency over time"] = "SELECT time, MAX(duration_ms) AS n FROM ${latency_over_time:raw} GROUP BY time ORDER BY time",
        };
        var panels = new JsonArray([.. sql.Select(pair => new JsonObject { ["type"] = "table", ["title"] = pair.Key, ["sql"] = pair.Value })]);
        var view = new GrafanaView(Read(new JsonObject { ["title"] = "x", ["panels"] = panels }.ToJsonString()).ToDocument()!, Now.AddDays(-1), Now);
        view.Chosen["user"] = ["ann"];
        view.Chosen["bucket"] = ["3600"];
        long noon = new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

        Assert.Equal([12L, "usage"], view.Panel(store, "usage").Rows.Single());
        Assert.All(["with", "comment", "recursive"], title => Assert.Equal([12L], view.Panel(store, title).Rows.Single()));
        Assert.Equal([12L], view.Panel(store, "requests").Rows.Single());
        Assert.Equal([14L], view.Panel(store, "two").Rows.Single());
        Assert.Equal([6.0], view.Panel(store, "latency").Rows.Single());
        Assert.Equal([(noon, 5L), (noon + 3600, 7L)], view.Panel(store, "over time").Rows.Select(row => ((long)row[0]!, (long)row[1]!)));
        Assert.Equal([(noon, 2.0), (noon + 3600, 4.0)], view.Panel(store, "latency over time").Rows.Select(row => ((long)row[0]!, (double)row[1]!)));
    }

    [Theory]
    [MemberData(nameof(DashboardCatalogTests.Names), MemberType = typeof(DashboardCatalogTests))]
    public void Added_panels_do_not_change_the_base_dashboard(string name)
    {
        JsonObject before = DashboardCatalog.Create(name).Root;
        DashboardDefinitionResult read = Read($$"""
            { "base": "{{name}}", "variables": { "name": "limit", "default": "5" }, "links": { "title": "x", "url": "/x" },
              "panels": { "type": "text", "content": "$limit" },
              "sections": { "title": "Mine", "collapsed": true, "panels": { "type": "piechart", "title": "Pie", "description": "Slices.", "sql": "{{Usage}}" } } }
            """);
        DashboardDocument after = read.ToDocument()!;

        Assert.Equal(name, after.Name);
        Assert.Equal((string)before["uid"]!, after.Uid);
        Assert.Equal((string)before["title"]!, after.Title);
        foreach (string list in (string[])["panels", "links"])
        {
            JsonArray old = before[list]!.AsArray();
            Assert.Equal(old.Select(item => item!.ToJsonString()), after.Root[list]!.AsArray().Take(old.Count).Select(item => item!.ToJsonString()));
        }
        string[] variables = [.. before["templating"]!["list"]!.AsArray().Select(variable => variable!.ToJsonString())];
        JsonArray all = after.Root["templating"]!["list"]!.AsArray();
        Assert.Equal(variables, all.Take(variables.Length).Select(variable => variable!.ToJsonString()));
        Assert.Equal("limit", (string)all[variables.Length]!["name"]!);
        Assert.Contains("usage", all.Select(variable => (string)variable!["name"]!));
        Assert.Equal(["More", "", "Mine"], after.Root["panels"]!.AsArray().TakeLast(3).Select(panel => (string)panel!["title"]!));
        using var store = new TestStore();
        Assert.DoesNotContain(Test(store, after).Findings, finding => finding.Severity > FindingSeverity.Information);
        Assert.Equal("mine", Read($$"""{ "base": "{{name}}", "uid": "mine" }""").Dashboard!.Uid);
        Assert.DoesNotContain((string)before["uid"]! + "?", Read($$"""{ "base": "{{name}}", "uid": "mine" }""").ToDocument()!.Json, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_not_a_definition_is_an_error()
    {
        Assert.All((string[])["{", "[1]", "[]", "\"x\"", """{ "title": 1, "title": 2 }"""], json => Assert.Equal(
            ErrorCode.DashboardDefinitionInvalid, Assert.Throws<TokenDashboardException>(() => DashboardDefinition.Parse(json, "test")).Code));
        Assert.Equal(2, DashboardDefinition.Parse("""[{ "title": "a" }, { "title": "b", /* c */ }]""", "test").Count);
    }

    [Fact]
    public void Any_definition_produces_faults_or_a_valid_dashboard()
    {
        int valid = 0;
        Gen.Int.ForAll(
            seed =>
            {
                DashboardDefinitionResult read = DashboardDefinition.Read(Table(new Random(seed), DefinitionKeys.Dashboard, 0));
                if (read.Dashboard is null)
                {
                    Assert.NotEmpty(read.Faults);
                    return;
                }
                Assert.Empty(read.Faults);
                Interlocked.Increment(ref valid);
                var dashboard = new ReadDashboard(DashboardDocument.Parse(read.ToDocument()!.Json, "test"));
                Assert.DoesNotContain(
                    DashboardRules.Check(dashboard, []),
                    finding => finding.Rule is "panel-overlap" or "panel-outside-grid" or "panel-id-duplicate" or "row-panels-hidden" or "query-text-missing");
            },
            iter: 800);

        Assert.InRange(valid, 200, 1900);
    }

    // Mostly valid values, so that many definitions have no faults, and sometimes nonsense.
    private static List<KeyValuePair<string, object?>> Table(Random random, IReadOnlyList<string> keys, int depth)
    {
        var fields = keys.Where(key => random.Next(4) == 0 || key is "title" or "name" or "type" or "sql" or "content" or "url").ToDictionary(
            key => key, key => random.Next(60) == 0 ? Nonsense(random, depth) : Value(random, key, depth));
        if (random.Next(80) == 0)
            fields["nonsense"] = Nonsense(random, depth);
        return [.. fields];
    }

    private static object? Value(Random random, string key, int depth) => key switch
    {
        "base" => random.Next(3) == 0 ? Pick(random, [.. DashboardCatalog.Names]) : null,
        "title" or "name" or "label" or "text" or "content" or "valueName" or "displayName" => Pick<object>(random, ["x", "Größe", "a1", "long title with words", "q\"'"]),
        "panels" => Tables(random, 4, () =>
        {
            string type = Pick(random, [.. DefinitionKeys.Panels.Keys]);
            List<KeyValuePair<string, object?>> panel = Table(random, DefinitionKeys.Panels[type], depth + 1);
            return [.. panel.Where(field => field.Key != "type"), KeyValuePair.Create("type", (object?)type)];
        }),
        "sections" => Tables(random, 4, () => Table(random, DefinitionKeys.Section, depth + 1)),
        "variables" => Tables(random, 3, () => Table(random, DefinitionKeys.Variable, depth + 1)),
        "annotations" => Tables(random, 2, () => Table(random, DefinitionKeys.Annotation, depth + 1)),
        "links" or "dataLinks" => Tables(random, 2, () => Table(random, DefinitionKeys.DataLink, depth + 1)),
        "overrides" => Tables(random, 3, () => [KeyValuePair.Create("column", (object?)"x"), .. Table(random, ["unit", "min", "cell", "width", "color"], depth + 1)]),
        "mappings" => Tables(random, 3, () => [KeyValuePair.Create("value", (object?)1), KeyValuePair.Create("text", (object?)"one")]),
        "queries" => Tables(random, 3, () => Table(random, DefinitionKeys.Query, depth + 1)),
        "transformations" => Tables(random, 2, () => [KeyValuePair.Create("id", (object?)"merge"), KeyValuePair.Create("options", (object?)Table(random, ["unit", "min"], depth + 1))]),
        "sql" => Pick<object>(random, [Usage, OverTime, "SELECT 1 AS time, 2 AS x", "SELECT $user, ${model:sqlstring}", "SELECT *", "WITH a AS (SELECT 1) SELECT * FROM ${requests:raw}"]),
        "unit" => Pick<object>(random, ["ms", "suffix: x", "short"]),
        "width" => random.Next(1, 25),
        "height" => random.Next(1, 20),
        "id" => random.Next(3) == 0 ? random.Next(1, 9999) : null,
        "decimals" or "min" or "max" or "fill" => random.Next(20),
        "color" => Pick<object>(random, ["red", "#123456", "dark-blue"]),
        "thresholds" => new List<KeyValuePair<string, object?>> { new("5", "red"), new("-1.5", "green") },
        "legend" => Pick<object>(random, ["Right", "hidden"]),
        "repeat" => random.Next(3) == 0 ? Pick<object>(random, ["user", "model"]) : null,
        "choices" => Pick<object>(random, [new List<object?> { "a", "b" }, new List<KeyValuePair<string, object?>> { new("a", 1) }]),
        "from" or "to" => Pick<object>(random, ["now", "now-1d/d"]),
        "refresh" => "5m",
        "url" => "/d/x",
        "scheme" => "Blues",
        "cell" => "Bar",
        "type" or "default" or "tag" or "uid" or "timeColumns" => null,
        _ => random.Next(2) == 0,
    };

    private static object? Nonsense(Random random, int depth) => random.Next(depth > 3 ? 7 : 9) switch
    {
        0 => null,
        1 => "",
        2 => new string('x', random.Next(1, 300)),
        3 => random.NextDouble() * 1e6 - 1000,
        4 => double.NaN,
        5 => DateTime.UnixEpoch,
        6 => true,
        7 => new List<object?> { Nonsense(random, depth + 1), Nonsense(random, depth + 1) },
        _ => Table(random, ["title", "x", "panels"], depth + 1),
    };

    private static List<object?> Tables(Random random, int most, Func<List<KeyValuePair<string, object?>>> make) =>
        [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => (object?)make())];

    private static T Pick<T>(Random random, T[] values) => values[random.Next(values.Length)];

    private static string Panel(string more) => $$"""{ "title": "x", "panels": { "type": "stat", "title": "y", "sql": "SELECT 1 AS x", {{more}} } }""";

    private static DashboardDefinitionResult Read(string json, DataSourcePlugin? plugin = null) => DashboardDefinition.Read(Assert.Single(DashboardDefinition.Parse(json, "test")), plugin: plugin);

    private static DashboardTestResult Test(TestStore store, DashboardDocument document) => Assert.Single(DashboardTest.Run(
        [document],
        new DashboardTestOptions { Database = store.Path, Now = Now },
        TestContext.Current.CancellationToken));
}
