using System.Reflection;
using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;
using static TokenDashboard.Tests.Grafana.Rules.SampleDashboard;

namespace TokenDashboard.Tests.Grafana.Rules;

public class DashboardRulesTests
{
    private const string Users = "user_id IN (${user:sqlstring})";

    public static TheoryData<string> Names => [.. DashboardCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Catalog_dashboards_break_no_rule(string name)
    {
        Assert.Empty(DashboardRules.Check(new ReadDashboard(DashboardCatalog.Create(name)), [DashboardCatalog.Create(name).Uid]));
        Assert.Empty(DashboardRules.Check(new ReadDashboard(DashboardCatalog.Create(name, forSharing: true)), []));
    }

    [Fact]
    public void The_sample_breaks_no_rule() => Assert.Empty(Broken(_ => { }));

    [Fact]
    public void Rules_have_unique_ids_and_advice()
    {
        Assert.Equal(DashboardRules.All.Count, DashboardRules.All.Select(rule => rule.Id).Distinct().Count());
        Assert.All(DashboardRules.All, rule => Assert.EndsWith(".", rule.Violation, StringComparison.Ordinal));
        Assert.All(DashboardRules.All, rule => Assert.EndsWith(".", rule.Advice, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_rule_is_broken_in_a_test()
    {
        string tests = string.Concat(Repository.Sources("tests/TokenDashboard.Core.Tests/Grafana").Select(file => file.Text));

        Assert.All(
            typeof(DashboardRules).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Where(field => field.FieldType == typeof(DashboardRule)),
            field => Assert.True(
                tests.Contains($"\"{((DashboardRule)field.GetValue(null)!).Id}\"", StringComparison.Ordinal) || tests.Contains($"{nameof(DashboardRules)}.{field.Name}", StringComparison.Ordinal),
                $"No test has a dashboard that breaks the rule {field.Name}."));
    }

    [Fact]
    public void An_editable_dashboard_is_reported() => Only("uneditable-dashboard", json => json["editable"] = true);

    [Fact]
    public void A_data_source_variable_with_an_unexpected_name_or_label_is_reported()
    {
        Only("template-datasource-rule", json => json.Variables()[0]!["label"] = "Database");
        Assert.Contains("template-datasource-rule", Broken(json => json.Variables()[0]!["name"] = "ds"));
    }

    [Fact]
    public void A_variable_that_ignores_time_range_changes_is_reported() =>
        Only("template-on-time-change-reload-rule", json => json.Variables()[1]!["refresh"] = 1);

    [Fact]
    public void A_fixed_or_missing_data_source_is_reported()
    {
        Only("panel-datasource-rule", json => json.FirstPanel()["datasource"]!["uid"] = "fe6x12");
        Only("panel-datasource-rule", json => json.Variables()[1]!["datasource"]!["uid"] = "fe6x12");
        Only("panel-datasource-rule", json => json.FirstPanel()["datasource"] = null);
    }

    [Theory]
    [InlineData("title")]
    [InlineData("description")]
    public void A_panel_without_a_title_or_description_is_reported(string key) => Only("panel-title-description-rule", json => json.FirstPanel().Remove(key));

    [Fact]
    public void A_panel_without_a_unit_is_reported() => Only("panel-units-rule", json => json.FirstPanel().Remove("fieldConfig"));

    [Theory]
    [InlineData("millis", false)]
    [InlineData("suffix:", false)]
    [InlineData("suffix: tokens", true)]
    [InlineData("currencyUSD", true)]
    [InlineData("${unit}", true)]
    public void A_unit_unknown_to_Grafana_is_reported(string unit, bool known)
    {
        void Change(JsonObject json)
        {
            json["title"] = "${unit}";
            json.Variables().Add(new JsonObject { ["name"] = "unit", ["type"] = "textbox" });
            json.FirstPanel()["fieldConfig"]!["defaults"]!["unit"] = unit;
        }
        Assert.Equal(known ? [] : ["panel-units-rule"], Broken(Change).Distinct());
    }

    [Fact]
    public void A_panel_without_a_query_is_reported() =>
        Only("panel-no-targets-rule", json => json.Panels().Add(With(Panel(2, "table", 4), panel => panel["targets"] = new JsonArray())));

    [Theory]
    [InlineData("queryText", "query-texts-differ", FindingSeverity.Warning)]
    [InlineData("rawQueryText", "query-text-missing", FindingSeverity.Error)]
    public void A_query_with_a_missing_text_is_reported(string key, string rule, FindingSeverity severity)
    {
        Only(rule, json => json.FirstTarget().Remove(key));
        Only(rule, json => json.FirstTarget()[key] = " ");
        Assert.Equal(severity, DashboardRules.All.Single(known => known.Id == rule).Severity);
    }

    [Fact]
    public void A_query_whose_two_texts_differ_is_reported() => Only("query-texts-differ", json => json.FirstTarget()["queryText"] = Sql + " AND 1");

    [Theory]
    [InlineData("timeseries")]
    [InlineData("")]
    public void An_unknown_query_type_is_reported(string type) => Only("query-type-unknown", json => json.FirstTarget()["queryType"] = type);

    [Fact]
    public void A_time_series_query_without_a_time_column_is_reported()
    {
        string[] broken = Broken(json => json.FirstPanel()["targets"] = new JsonArray(Target(Sql, "time series", "time", "ts")));
        Assert.Equal(["time-column-missing"], broken);
        Assert.Empty(Broken(json => json.FirstPanel()["targets"] = new JsonArray(Target(Sql.Replace("SELECT", "SELECT 1 AS time,"), "time series", "time", "ts"))));
    }

    [Theory]
    [InlineData("$__timeFilter(timestamp)")]
    [InlineData("$__unixEpochFilter(timestamp)")]
    public void A_macro_that_the_plugin_lacks_is_reported(string macro) => Only("macro-unknown", json => json.SetSql($"SELECT 1 FROM telemetry WHERE {macro} AND {Users}"));

    [Theory]
    [InlineData("unixepoch(timestamp), 60")]
    [InlineData("timestamp, $__interval")]
    [InlineData("timestamp, $__interval_ms")]
    [InlineData("timestamp")]
    [InlineData("timestamp, 60, 0")]
    public void Invalid_macro_arguments_are_reported(string arguments) =>
        Only("macro-arguments", json => json.SetSql($"SELECT $__unixEpochGroupSeconds({arguments}) AS x FROM telemetry WHERE $__from < id AND {Users}"));

    [Theory]
    [InlineData("timestamp, 60")]
    [InlineData("timestamp, $bucket, NULL")]
    public void Valid_macro_arguments_are_accepted(string arguments) => Assert.Empty(Broken(json =>
    {
        json.Variables().Add(Variable("bucket", "custom", "1m : 60"));
        json.SetSql($"SELECT CAST($__unixEpochGroupSeconds({arguments}) AS INTEGER) AS x, $bucket FROM telemetry WHERE $__from < id AND {Users}");
    }));

    [Theory]
    [InlineData("$user")]
    [InlineData("${user}")]
    [InlineData("${user:pipe}")]
    [InlineData("[[user]]")]
    public void A_multi_value_variable_without_a_SQL_format_is_reported(string use) =>
        Only("variable-format", json => json.SetSql($"SELECT 1 FROM telemetry WHERE $__to > id AND user_id IN ({use})"));

    [Theory]
    [InlineData("${user:singlequote}")]
    [InlineData("'${user:csv}'")]
    public void A_variable_format_with_unsafe_quotes_is_reported(string use) =>
        Only("variable-quotes", json => json.SetSql($"SELECT 1 FROM telemetry WHERE $__to > id AND user_id IN ({use})"));

    [Fact]
    public void A_query_that_ignores_the_time_range_is_reported() => Only("time-filter-missing", json => json.SetSql($"SELECT 1 FROM telemetry WHERE {Users}"));

    [Theory]
    [InlineData("SELECT model FROM telemetry -- WHERE $__from < id", true)]
    [InlineData("SELECT model FROM telemetry /* $__from */", true)]
    [InlineData("SELECT model FROM telemetry /* '*/ WHERE $__from < id --'", false)]
    [InlineData("SELECT '$__from' AS x, model FROM telemetry", true)]
    [InlineData("SELECT model, '-- ${__from:date:iso}' FROM telemetry", true)]
    [InlineData("SELECT model FROM telemetry WHERE timestamp >= '${__from:date:iso}'", false)]
    [InlineData("SELECT (SELECT model FROM telemetry WHERE timestamp >= '${__from:date:iso}') AS x FROM telemetry", false)]
    [InlineData("WITH r AS (SELECT '${__from:date:iso}' AS f) SELECT model FROM telemetry, r WHERE timestamp >= f", false)]
    public void A_time_range_in_a_comment_or_result_text_is_not_a_filter(string sql, bool broken) => Assert.Equal(
        broken ? ["time-filter-missing"] : [], Broken(json => json.SetSql($"{sql}\n/* the end */")).Where(rule => rule != "variable-unused"));

    [Fact]
    public void A_query_without_a_table_needs_no_time_range() => Assert.Empty(Broken(json => json.SetSql("SELECT 1 AS x, (${user:sqlstring}) AS y")));

    [Theory]
    [InlineData("$nobody")]
    [InlineData("${nobody:sqlstring}")]
    [InlineData("[[nobody]]")]
    public void An_undefined_variable_is_reported(string use) => Only("variable-undefined", json => json.SetSql($"{Sql} AND {use} = 1"));

    [Theory]
    [InlineData("-- was ${nobody}", false)]
    [InlineData("/* $nobody, [[nobody]] */", false)]
    [InlineData("AND model <> '-- ${nobody}'", true)]
    [InlineData("AND model <> '/*' OR model = '$nobody' -- */", true)]
    public void An_undefined_variable_in_a_comment_is_ignored(string end, bool broken) =>
        Assert.Equal(broken ? ["variable-undefined"] : [], Broken(json => json.SetSql($"{Sql} {end}")));

    [Theory]
    [InlineData("-- {0}", true)]
    [InlineData("AND model <> '{0}'", false)]
    public void A_variable_used_only_in_a_comment_is_reported_as_unused(string use, bool broken) => Assert.Equal(broken ? ["variable-unused"] : [], Broken(json =>
    {
        json.Variables().Add(Variable("idle", "custom", "a,b"));
        json.SetSql($"{Sql} {use.Replace("{0}", "$idle")}");
    }));

    [Fact]
    public void JSON_paths_and_dollar_amounts_are_not_variables() =>
        Assert.Empty(Broken(json => json.SetSql(Sql + " AND json_extract(model, '$.a') = '$5'")));

    [Fact]
    public void An_unused_variable_is_reported() => Only("variable-unused", json => json.Variables().Add(Variable("idle", "custom", "a,b")));

    [Theory]
    [InlineData("links")]
    [InlineData("repeat")]
    public void A_variable_used_in_a_link_or_repeat_is_not_reported(string where) => Assert.Empty(Broken(json =>
    {
        json.Variables().Add(Variable("busy", "custom", "a,b"));
        json.SetSql(Sql + (where == "repeat" ? " AND model = ${busy:sqlstring}" : ""));
        json.FirstPanel()[where] = where == "repeat" ? "busy" : new JsonArray(new JsonObject { ["title"] = "x", ["url"] = "/d/sample?${busy:queryparam}" });
        json.FirstPanel()["repeatDirection"] = "h";
    }));

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("h", false)]
    [InlineData("v", false)]
    public void A_repeated_panel_without_a_direction_is_reported(string? direction, bool broken) => Assert.Equal(broken ? ["repeat-direction"] : [], Broken(json =>
    {
        json.SetSql(Sql + " AND user IN (${user:sqlstring})");
        (json.FirstPanel()["repeat"], json.FirstPanel()["repeatDirection"]) = ("user", direction);
    }));

    [Theory]
    [InlineData("SELECT 1 AS x, '${user:sqlstring}' AS y", false)]
    [InlineData("SELECT 1 AS x -- $user", true)]
    [InlineData("SELECT n FROM ${relation:raw}", true)]
    [InlineData("SELECT n FROM ${relation:raw} WHERE user IN (${user:sqlstring})", false)]
    public void A_repeated_panel_or_row_that_does_not_use_its_variable_is_reported(string sql, bool broken)
    {
        void Change(JsonObject json)
        {
            json.Variables().Add(With(json.Variables()[1]!.DeepClone().AsObject(), relation =>
                (relation["name"], relation["query"]) = ("relation", "SELECT '(SELECT 1 AS n WHERE $__from < 0 AND user IN (' || ${user:sqlstring} || '))'")));
            json.SetSql(sql);
        }
        void RepeatRow(JsonObject json, bool collapsed, bool other)
        {
            Change(json);
            JsonObject panel = json.FirstPanel();
            json.Panels().Remove(panel);
            JsonObject[] panels = other ? [panel, Panel(2, "stat", 9)] : [panel];
            var row = new JsonObject { ["id"] = 9, ["type"] = "row", ["title"] = "$user", ["repeat"] = "user", ["collapsed"] = collapsed, ["panels"] = new JsonArray([.. collapsed ? panels : []]) };
            json["panels"] = new JsonArray([row, .. collapsed ? [] : panels]);
        }

        Assert.Equal(broken, Broken(json => With(json, Change).FirstPanel()["repeat"] = "user").Contains("repeat-unused"));
        Assert.All([true, false], collapsed => Assert.Equal(broken, Broken(json => RepeatRow(json, collapsed, other: false)).Contains("repeat-unused")));
        // Another panel of the row uses it.
        Assert.DoesNotContain("repeat-unused", Broken(json => RepeatRow(json, collapsed: true, other: true)));
        Assert.DoesNotContain("repeat-unused", Broken(json => With(json, Change).FirstPanel()["libraryPanel"] = new JsonObject { ["uid"] = "x" }));
    }

    [Fact]
    public void A_duplicate_panel_id_is_reported() => Only("panel-id-duplicate", json => json.Panels().Add(Panel(1, "stat", 4)));

    [Fact]
    public void Overlapping_panels_are_reported() => Only("panel-overlap", json => json.Panels().Add(Panel(2, "stat", 3)));

    [Theory]
    [InlineData("x", 13)]
    [InlineData("x", -1)]
    [InlineData("w", 0)]
    [InlineData("h", 0)]
    public void A_panel_outside_the_grid_is_reported(string key, int value) => Only("panel-outside-grid", json => json.FirstPanel()["gridPos"]![key] = value);

    [Fact]
    public void A_panel_without_a_position_is_reported() => Only("panel-outside-grid", json => json.FirstPanel().Remove("gridPos"));

    [Theory]
    [InlineData(false, new[] { "row-panels-hidden" })]
    [InlineData(true, new string[0])]
    public void Panels_inside_an_expanded_row_are_reported_as_hidden(bool collapsed, string[] broken) => Assert.Equal(broken, Broken(json => json.Panels().Add(new JsonObject
    {
        ["id"] = 9,
        ["type"] = "row",
        ["title"] = "Row",
        ["collapsed"] = collapsed,
        ["panels"] = new JsonArray(Panel(2, "stat", 0)),
    })));

    [Theory]
    [InlineData("rubbish", "now", true)]
    [InlineData("now-6h", "now/", true)]
    [InlineData("now", "now-7d", true)]
    [InlineData("11/04/2026", "now", true)]
    [InlineData("4 Nov 2026 10:00 PM", "now", true)]
    [InlineData("3/4", "now", true)]
    [InlineData("2026-03-04", "2026-03-04T10:00:00.123+01:00", false)]
    [InlineData("2026-03", "2026-03-04 10:00", false)]
    [InlineData("now/fQ", "now", false)]
    [InlineData("now-1d/d", "now/d+8h", false)]
    public void An_invalid_time_range_is_reported(string from, string to, bool broken) => Assert.Equal(
        broken ? ["time-range"] : [], Broken(json => json["time"] = new JsonObject { ["from"] = from, ["to"] = to }));

    [Fact]
    public void Panels_in_legacy_or_nested_rows_are_reported()
    {
        JsonObject Row(JsonNode panel) => new() { ["id"] = 9, ["type"] = "row", ["title"] = "Row", ["collapsed"] = true, ["panels"] = new JsonArray(panel) };

        Only("panels-not-read", json => json["rows"] = new JsonArray(Row(Panel(2, "stat", 0))));
        Only("panels-not-read", json => json.Panels().Add(Row(Row(Panel(2, "stat", 0)))));
    }

    [Fact]
    public void A_link_to_an_unknown_dashboard_is_reported()
    {
        void Link(JsonObject json) => ((JsonArray)json["links"]!).Add(new JsonObject { ["type"] = "link", ["url"] = "/d/elsewhere/slug?var-a=b" });

        Assert.Equal(["link-unknown"], Broken(Link, "other"));
        Assert.Empty(Broken(Link, "elsewhere"));
        Assert.Empty(Broken(Link));
    }

    [Theory]
    [InlineData("piechart")]
    [InlineData("bargauge")]
    public void A_panel_that_hides_result_rows_is_reported(string type)
    {
        void Grouped(JsonObject json, bool rows)
        {
            json.FirstPanel()["type"] = type;
            json.FirstPanel()["options"]!["reduceOptions"]!["values"] = rows;
            json.SetSql(Sql.Replace("SELECT", "SELECT model,") + " GROUP BY model");
        }

        Only("rows-hidden", json => Grouped(json, rows: false));
        Assert.Empty(Broken(json => Grouped(json, rows: true)));
    }

    [Fact]
    public void A_gauge_without_a_maximum_is_reported()
    {
        Only("gauge-maximum", json => json.FirstPanel()["type"] = "gauge");
        Assert.Empty(Broken(json => With(json.FirstPanel(), panel => panel["type"] = "gauge")["fieldConfig"]!["defaults"]!["max"] = 10));
    }

    [Theory]
    [InlineData("gauge", 10, 5, true)]
    [InlineData("bargauge", 5, 5, true)]
    [InlineData("gauge", -5, 0, false)]
    public void A_maximum_not_above_the_minimum_is_reported(string type, int min, int max, bool broken) => Assert.Equal(broken ? ["gauge-maximum"] : [], Broken(json =>
    {
        json.FirstPanel()["type"] = type;
        json.FirstPanel()["options"]!["reduceOptions"]!["values"] = true;
        json.FirstPanel()["fieldConfig"]!["defaults"]!["min"] = min;
        json.FirstPanel()["fieldConfig"]!["defaults"]!["max"] = max;
    }));

    [Theory]
    [InlineData("byFrameRefID", "B", true)]
    [InlineData("byFrameRefID", "A", false)]
    [InlineData("byRegexp", "/[/", true)]
    [InlineData("byRegexp", "/unclosed", true)]
    [InlineData("byRegexp", "a)", true)]
    [InlineData("byRegexp", "/^(Total|Sum)[^]*$/i", false)]
    [InlineData("byRegexp", @"\u{61}[\w-x]", false)]
    [InlineData("byName", "/[/", false)]
    public void An_override_that_matches_nothing_is_reported(string id, string options, bool broken) => Assert.Equal(broken ? ["override-unused"] : [], Broken(json =>
        json.FirstPanel()["fieldConfig"]!["overrides"] = new JsonArray(new JsonObject { ["matcher"] = new JsonObject { ["id"] = id, ["options"] = options }, ["properties"] = new JsonArray() })));

    [Theory]
    [InlineData("renamebyRegex", false, "'renameByRegex'?")]
    [InlineData("", false, "no transformation ''")]
    [InlineData("renamebyRegex", true, null)]
    [InlineData("organize", false, null)]
    [InlineData("seriesToColumns", false, null)]
    public void A_transformation_unknown_to_Grafana_is_reported(string id, bool disabled, string? words)
    {
        DashboardFinding[] found = [.. DashboardRules.Check(new ReadDashboard(Document(json =>
            json.FirstPanel()["transformations"] = new JsonArray(new JsonObject { ["id"] = id, ["disabled"] = disabled, ["options"] = new JsonObject() }))), ["sample"])];

        Assert.Equal(words is null ? [] : ["transformation-unknown"], found.Select(finding => finding.Rule));
        Assert.All(found, finding => Assert.Contains(words!, finding.Message));
    }

    [Fact]
    public void A_footer_in_an_unsupported_format_is_reported()
    {
        Only("table-footer", json => With(json.FirstPanel(), panel => panel["type"] = "table")["options"]!["footer"] =
            new JsonObject { ["show"] = true, ["reducer"] = new JsonArray("sum"), ["fields"] = "" });
        Only("table-footer", json => With(json.FirstPanel(), panel => panel["type"] = "table")["fieldConfig"]!["defaults"]!["custom"] =
            new JsonObject { ["footer"] = new JsonObject { ["reducers"] = new JsonArray("sum") } });
        Assert.Empty(Broken(json => With(json.FirstPanel(), panel => panel["type"] = "table")["options"]!["footer"] =
            new JsonObject { ["show"] = true, ["reducer"] = new JsonArray("sum"), ["fields"] = new JsonArray("tokens") }));
    }

    [Theory]
    [InlineData("SUM(total_tokens) AS x", true)]
    [InlineData("COALESCE(AVG(duration_ms), 0) AS x", true)]
    [InlineData("SUM(total_tokens) / 2 AS x", true)]
    [InlineData("1.0 * MAX(total_tokens)", true)]
    [InlineData("AVG(duration_ms) AS \"Average / s\"", false)]
    [InlineData("COUNT(DISTINCT lower(user_id)) AS x", false)]
    [InlineData("COUNT(*) AS x", false)]
    [InlineData("AVG(MAX(id)) OVER (ORDER BY AVG(id)) AS [x]", false)]
    [InlineData("AVG(MAX(id)) OVER (ORDER BY AVG(id)) / 2 AS x", true)]
    [InlineData("AVG(id) FILTER (WHERE id > 1) AS x", false)]
    [InlineData("CAST(SUM(total_tokens) AS INTEGER) AS x", false)]
    [InlineData("(SELECT MAX(id) FROM telemetry) AS x", true)]
    [InlineData("model, user_id", false)]
    public void A_computed_column_without_a_cast_is_reported(string columns, bool broken) => Assert.Equal(
        broken ? ["column-cast"] : [], Broken(json => json.SetSql($"SELECT {columns} FROM telemetry WHERE $__from < id AND {Users}")));

    [Theory]
    [InlineData("SELECT COUNT(*) AS n FROM ${usage:raw}", true)]
    [InlineData("SELECT CAST(count( ) AS INTEGER) AS n FROM ${model_usage_over_time:raw} GROUP BY time", true)]
    [InlineData("SELECT AVG(duration_ms) AS mean FROM ${latency:raw}", true)]
    [InlineData("SELECT model, count() FROM token_usage(since = 0, until = 1, step = 0, users = 0) WHERE 1 GROUP BY model", true)]
    [InlineData("SELECT COUNT(*) AS n FROM $usage", true)]
    [InlineData("SELECT SUM(requests) AS n, COUNT(DISTINCT user) AS users FROM ${usage:raw}", false)]
    [InlineData("SELECT COUNT(*) AS users FROM (SELECT user FROM ${usage:raw} GROUP BY user)", false)]
    [InlineData("SELECT COUNT(*) AS n, AVG(total_tokens) AS mean FROM ${requests:raw}", false)]
    public void Counting_or_averaging_aggregated_rows_is_reported(string sql, bool broken) => Assert.Equal(broken, Broken(json => json.SetSql(sql)).Contains("rows-counted"));

    [Theory]
    [InlineData("SELECT * FROM telemetry WHERE $__from < id", false)]
    [InlineData("SELECT * FROM telemetry", true)]
    [InlineData("SELECT '(SELECT * FROM t WHERE id > ' || '$' || '__from)'", false)]
    [InlineData("SELECT '(' || ${inner:sqlstring} || ')'", false)]
    [InlineData("SELECT ${outer:sqlstring}", true)]
    public void The_time_range_rule_follows_variables_that_contain_relations(string relation, bool broken) => Assert.Equal(
        broken ? ["time-filter-missing"] : [],
        Broken(json =>
        {
            json.Variables().Add(With(json.Variables()[1]!.DeepClone().AsObject(), inner => (inner["name"], inner["query"]) = ("inner", "SELECT 'x' WHERE $__from")));
            json.Variables().Add(With(Variable("outer", "query", relation), outer => (outer["datasource"], outer["refresh"]) = (Source(), 2)));
            json.FirstPanel()["title"] = "$inner";
            json.SetSql($"SELECT SUM(tokens) AS tokens FROM ${{outer:raw}} WHERE {Users}");
        }));

    [Theory]
    [InlineData("$outer")]
    [InlineData("${outer}")]
    [InlineData("[[outer]]")]
    [InlineData("[[outer:raw]]")]
    public void The_time_range_rule_accepts_any_syntax_of_a_relation_variable(string use) => Assert.Empty(Broken(json =>
    {
        json.Variables().Add(With(Variable("outer", "query", "SELECT '(SELECT * FROM telemetry WHERE $__from < id)'"), outer => (outer["datasource"], outer["refresh"]) = (Source(), 2)));
        json.SetSql($"SELECT SUM(tokens) AS tokens FROM {use} WHERE {Users}");
    }));

    [Fact]
    public void Panels_of_other_data_sources_are_reported_but_not_checked()
    {
        string[] broken = Broken(json => json.Panels().Add(With(Panel(2, "timeseries", 4), panel =>
        {
            panel["datasource"] = new JsonObject { ["type"] = "prometheus", ["uid"] = "p" };
            panel["targets"] = new JsonArray(new JsonObject { ["refId"] = "A", ["expr"] = "up{job=\"$nobody\"}" });
        })));

        Assert.Equal(["other-data-source"], broken);
    }

    [Fact]
    public void Library_panels_are_reported_and_may_use_any_variable()
    {
        string[] broken = Broken(json =>
        {
            json.Variables().Add(new JsonObject { ["name"] = "limit", ["type"] = "constant", ["query"] = "10" });
            json.Panels().Add(With(Panel(2, "timeseries", 4), panel => panel["libraryPanel"] = new JsonObject { ["uid"] = "abc", ["name"] = "lib" }));
        });

        Assert.Equal(["library-panel"], broken);
    }

    [Fact]
    public void Embedded_library_panels_are_reported() => Only("library-panels-carried", json => json["__elements"] = new JsonObject { ["lib1"] = new JsonObject() });

    [Theory]
    [InlineData("""{"title": "x"}""")]
    [InlineData("""{"title": "x", "templating": [], "annotations": {"list": [1, null]}, "links": "no", "time": 3}""")]
    [InlineData("""{"title": "x", "panels": [null, 3, {"type": 4, "targets": {}, "gridPos": []}, {"type": "row", "panels": [[]]}]}""")]
    [InlineData("""{"title": "x", "panels": [{"datasource": true, "targets": [{"queryText": {}, "timeColumns": 5}]}]}""")]
    public void A_malformed_dashboard_causes_findings_instead_of_an_exception(string json) =>
        Assert.NotEmpty(DashboardRules.Check(new ReadDashboard(DashboardDocument.Parse(json, "damaged")), []));

    private static void Only(string rule, Action<JsonObject> change) => Assert.Equal([rule], Broken(change).Distinct());

    private static JsonObject With(JsonObject json, Action<JsonObject> change)
    {
        change(json);
        return json;
    }
}
