using System.Text.Json.Nodes;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Tests.Grafana.Rules;
using static TokenDashboard.Tests.Grafana.Rules.SampleDashboard;
using TokenDashboard.Tests.Pricing;

namespace TokenDashboard.Tests.Grafana.Proof;

public sealed class DashboardTestTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 0, 0, 0, TimeSpan.Zero);

    private readonly TestStore _store = new();

    public static TheoryData<string> Names => [.. DashboardCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Catalog_dashboards_pass_on_an_empty_store_and_on_one_request(string name)
    {
        AssertPasses(name, _store.Path);

        _store.Insert(new TestStore.Row { Timestamp = "2026-03-04T12:00:00" });

        AssertPasses(name, _store.Path);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Catalog_dashboards_pass_on_a_sample_store(string name)
    {
        using var folder = new TemporaryFolder();
        StoreWriter.Create(folder.File("sample.db"), new SampleRequests(7).Make(Now, 14, 200), CancellationToken.None);
        using (var optimizer = new StoreOptimizer(folder.File("sample.db"), CancellationToken.None))
            optimizer.WritePrices(TestPrices.Shipped);

        DashboardTestResult result = AssertPasses(name, folder.File("sample.db"));

        // Only imported requests have cached and reasoning tokens.
        Assert.Equal(name == "Models" ? ["Cache efficiency", "Reasoning"] : [], result.Findings.Where(finding => finding.Rule == "query-no-rows").Select(finding => finding.Panel));
    }

    [Fact]
    public void Common_faults_of_a_dashboard_are_reported()
    {
        _store.Insert(new TestStore.Row { Model = "a" }, new TestStore.Row { Model = "b", Timestamp = "2026-03-01T13:00:00.5" });
        var source = new JsonObject { ["type"] = "frser-sqlite-datasource", ["uid"] = "abc123" };
        JsonObject Panel(int id, string type, string sql, string queryType = "table")
        {
            JsonObject panel = SampleDashboard.Panel(id, type, id * 4, sql);
            panel["datasource"] = source.DeepClone();
            panel["targets"] = new JsonArray(Target(sql, queryType, "time", "ts"));
            return panel;
        }

        JsonObject table = Panel(3, "table", "SELECT user_id AS user, SUM(total_tokens) AS tokens, AVG(duration_ms) AS mean FROM telemetry GROUP BY 1");
        table["options"]!["footer"] = new JsonObject { ["show"] = true, ["reducer"] = new JsonArray("sum"), ["fields"] = "" };
        DashboardTestResult result = Test(json =>
        {
            json["templating"] = new JsonObject { ["list"] = new JsonArray() };
            json["panels"] = new JsonArray(
                Panel(1, "piechart", "SELECT model AS name, CAST(SUM(total_tokens) AS INTEGER) AS tokens FROM telemetry GROUP BY model"),
                Panel(2, "gauge", "SELECT AVG(duration_ms) AS mean FROM telemetry"),
                table,
                Panel(4, "timeseries", "SELECT timestamp AS time, prompt_tokens FROM telemetry ORDER BY id", "time series"));
        });

        Assert.Equal(
            [
                ("column-cast", 3), ("gauge-maximum", 2), ("panel-datasource-rule", 1), ("panel-datasource-rule", 2), ("panel-datasource-rule", 3),
                ("panel-datasource-rule", 4), ("query-time-lost", 4), ("rows-hidden", 1), ("table-footer", 3), ("template-datasource-rule", null),
                ("time-filter-missing", 1), ("time-filter-missing", 2), ("time-filter-missing", 3), ("time-filter-missing", 4),
            ],
            result.Findings.Select(finding => (finding.Rule, finding.PanelId)).Order());
        Assert.Equal(FindingSeverity.Error, result.Findings[0].Severity);
        Assert.Equal([2, 1, 1, 2], result.Queries.Select(query => query.Rows));
        // A query has the severity of its worst finding: here, rows-hidden and query-time-lost.
        Assert.Equal(
            [FindingSeverity.Error, FindingSeverity.Passed, FindingSeverity.Passed, FindingSeverity.Error], result.Queries.Select(query => query.Severity));
    }

    [Fact]
    public void A_query_reports_its_rows_columns_and_series()
    {
        _store.Insert(new TestStore.Row { User = "ann" }, new TestStore.Row { User = "O'Brien" });

        DashboardQueryResult query = Query(
            "SELECT unixepoch(timestamp) AS time, CAST(user_id AS TEXT) AS user, CAST(total_tokens AS INTEGER) AS tokens FROM telemetry WHERE $__from < $__to AND user_id IN (${user:sqlstring})",
            "time series", "time");

        Assert.Equal(2, query.Rows);
        Assert.Equal(2, query.Series);
        Assert.Equal(["time (Time)", "user (Text)", "tokens (WholeNumber)"], query.Columns.Select(column => column.ToString()));
        Assert.Empty(query.Problems);
        Assert.Contains("IN ('ann','O''Brien')", query.Sql, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT nobody FROM telemetry WHERE $__from", "query-failed")]
    [InlineData("SELECT 1 AS x FROM telemetry WHERE $__from AND 0", "query-no-rows")]
    [InlineData("SELECT column1 AS x, $__from AS y FROM (VALUES (1), (2.5))", "query-value-truncated")]
    [InlineData("SELECT column1 AS x, $__from AS y FROM (VALUES (1), ('b'))", "query-value-lost")]
    [InlineData("SELECT column1 AS time, $__from AS y FROM (VALUES (1), ('2026-03-04 12:00'))", "query-time-lost")]
    [InlineData("SELECT $__from AS time, 1 AS y", "query-time-unit")]
    [InlineData("SELECT column1 AS time, $__from AS y FROM (VALUES (2), (1))", "query-not-ascending")]
    [InlineData("SELECT 1 AS x, $__from AS y", "time-column-missing")]
    [InlineData("WITH RECURSIVE n(x) AS (SELECT $__from UNION ALL SELECT x + 1 FROM n LIMIT 200001) SELECT x FROM n", "query-too-many-rows")]
    public void Faults_in_results_are_reported(string sql, string rule) => Assert.Contains(rule, Findings("timeseries", sql, "table", "time"));

    [Fact]
    public void Two_values_of_a_series_at_the_same_time_are_reported() => Assert.Contains(
        "query-point-repeated", Findings("timeseries", "SELECT 1 AS time, 'a' AS l, column1 AS n, $__from AS f FROM (VALUES (1), (2))", "time series", "time"));

    [Theory]
    [InlineData("SELECT column1 AS time, 1 AS n, $__from AS f FROM (VALUES (1), (1))", "table", true)]
    [InlineData("SELECT column1 AS time, 1 AS n, $__from AS f FROM (VALUES (1), (1))", "time series", true)]
    [InlineData("SELECT column1 AS time, 'a' AS l, $__from AS f FROM (VALUES (1), (1))", "table", true)]
    [InlineData("SELECT column1 AS time, column2 AS l, $__from AS f FROM (VALUES (1, 'a'), (1, 'b'))", "time series", false)]
    [InlineData("SELECT column1 AS time, 1 AS n, $__from AS f FROM (VALUES (1), (2))", "table", false)]
    public void Two_values_at_the_same_time_without_a_label_are_reported(string sql, string queryType, bool isFound) =>
        Assert.Equal(isFound, Findings("timeseries", sql, queryType, "time").Contains("query-point-repeated"));

    [Theory]
    [InlineData("x", "SELECT 'a' AS x, 1 AS n, $__from AS f", false)]
    [InlineData("n", "SELECT 'a' AS x, 1 AS n, $__from AS f", false)]
    [InlineData("", "SELECT 'a' AS x, 1 AS n, $__from AS f", false)]
    [InlineData("X", "SELECT 'a' AS x, 1 AS n, $__from AS f", true)]
    [InlineData("", "SELECT 1 AS n, $__from AS f", true)]
    [InlineData("x", "SELECT 'a' AS x, '$__from' AS f", true)]
    [InlineData("n", "SELECT 1 AS n WHERE $__from > 0", true)]
    public void A_bar_chart_without_categories_or_bars_is_reported(string category, string sql, bool isFound) => Assert.Equal(isFound, Test(json =>
    {
        json.FirstPanel()["type"] = "barchart";
        json.FirstPanel()["options"] = new JsonObject { ["xField"] = category };
        json.FirstPanel()["targets"] = new JsonArray(Target(sql));
    }).Findings.Any(finding => finding.Rule == "query-no-bars"));

    [Fact]
    public void A_heatmap_without_a_time_column_is_reported() => Assert.Contains("time-column-missing", Findings("heatmap", "SELECT 'a' AS x, $__from AS n"));

    [Theory]
    [InlineData("stat", true)]
    [InlineData("gauge", true)]
    [InlineData("table", false)]
    public void Result_rows_that_a_panel_does_not_show_are_reported(string type, bool hidden) =>
        Assert.Equal(hidden, Findings(type, "SELECT column1 AS n, $__from AS f FROM (VALUES (1), (2))").Contains("rows-hidden"));

    [Theory]
    [InlineData("tokens", "table", false)]
    [InlineData("Tokens", "table", true)]
    [InlineData("Tokens", "time series", false)]
    public void An_override_of_a_missing_column_is_reported_unless_labels_define_names(string name, string queryType, bool isFound)
    {
        IEnumerable<string> found = Test(json =>
        {
            json.FirstPanel()["targets"] = new JsonArray(Target("SELECT 1 AS time, 'a' AS user, 2 AS tokens, $__from AS f", queryType, "time"));
            json.FirstPanel()["fieldConfig"] = new JsonObject
            {
                ["overrides"] = new JsonArray(new JsonObject { ["matcher"] = new JsonObject { ["id"] = "byName", ["options"] = name }, ["properties"] = new JsonArray() }),
            };
        }).Findings.Where(finding => finding.PanelId == 1).Select(finding => finding.Rule);

        Assert.Equal(isFound, found.Contains("override-unused"));
    }

    [Theory]
    [InlineData("SELECT 'a' AS x, 'b' AS y", "variable-query-shape")]
    [InlineData("SELECT 'a' AS __text, 1 AS __value", null)]
    [InlineData("SELECT nothing", "query-failed")]
    public void Queries_of_variables_are_run(string sql, string? rule)
    {
        string[] found = [.. Test(json => json.Variables()[1]!["query"] = sql).Findings.Where(finding => finding.Panel == "user").Select(finding => finding.Rule)];

        Assert.Equal(rule is null ? [] : [rule], found);
    }

    [Fact]
    public void Queries_of_annotations_are_run()
    {
        DashboardTestResult result = Test(json => json["annotations"] = new JsonObject
        {
            ["list"] = new JsonArray(
                new JsonObject { ["name"] = "built in", ["datasource"] = new JsonObject { ["type"] = "grafana", ["uid"] = "-- Grafana --" } },
                new JsonObject { ["name"] = "Releases", ["datasource"] = Source(), ["target"] = Target("SELECT 'soon' AS time, $__to AS x", "table", "time") }),
        });

        Assert.Equal("Releases", Assert.Single(result.Queries, query => query.Source == DashboardQueryKind.Annotation).Panel);
        Assert.Equal("Releases", Assert.Single(result.Findings, finding => finding.Rule == "query-time-lost").Panel);
    }

    [Fact]
    public void A_specified_value_replaces_the_stored_value()
    {
        var options = new DashboardTestOptions { Variables = new Dictionary<string, IReadOnlyList<string>> { ["user"] = ["O'Brien", "x"] } };

        Assert.Contains("IN ('O''Brien','x')", Test(_ => { }, options).Queries[^1].Sql, StringComparison.Ordinal);
    }

    [Fact]
    public void All_selects_all_values_unless_a_value_is_named_All()
    {
        var options = new DashboardTestOptions { Variables = new Dictionary<string, IReadOnlyList<string>> { ["user"] = ["All"] } };
        _store.Insert(new TestStore.Row { User = "ann" }, new TestStore.Row { User = "bob" });

        Assert.Contains("IN ('ann','bob')", Test(_ => { }, options).Queries[^1].Sql, StringComparison.Ordinal);
        Assert.Contains("IN ('All')", Test(json => json.Variables()[1]!["includeAll"] = false, options).Queries[^1].Sql, StringComparison.Ordinal);
        _store.Insert(new TestStore.Row { User = "All" });
        Assert.Contains("IN ('All')", Test(_ => { }, options).Queries[^1].Sql, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("86400", true)]
    [InlineData("1d", true)]
    [InlineData("7m", false)]
    public void A_custom_variable_accepts_only_its_choices(string value, bool isChoice)
    {
        DashboardDocument dashboard = DashboardCatalog.Create("Users");
        object Run() =>
            DashboardTest.Run([dashboard], new DashboardTestOptions { Variables = new Dictionary<string, IReadOnlyList<string>> { ["bucket"] = [value] } }, CancellationToken.None).ToArray();

        Assert.Equal(isChoice ? null : ErrorCode.DashboardVariableNotFound, (Record.Exception(Run) as TokenDashboardException)?.Code);
    }

    [Fact]
    public void Values_are_not_checked_without_dashboards() => Assert.Empty(
        DashboardTest.Run([], new DashboardTestOptions { Variables = new Dictionary<string, IReadOnlyList<string>> { ["bucket"] = ["7m"] } }, CancellationToken.None));

    [Fact]
    public void A_value_for_an_unknown_variable_is_rejected()
    {
        var options = new DashboardTestOptions { Variables = new Dictionary<string, IReadOnlyList<string>> { ["usr"] = ["x"] } };

        TokenDashboardException exception = Assert.Throws<TokenDashboardException>(() => Test(_ => { }, options));
        Assert.Equal(ErrorCode.DashboardVariableNotFound, exception.Code);
        Assert.Contains("user", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_and_minor_findings_can_be_excluded()
    {
        void Break(JsonObject json)
        {
            json["editable"] = true;
            json.FirstPanel()["gridPos"]!["w"] = 30;
        }

        Assert.Equal(["panel-outside-grid"], Test(Break, new DashboardTestOptions { Floor = FindingSeverity.Warning }).Findings.Select(finding => finding.Rule));
        Assert.DoesNotContain(
            Test(Break, new DashboardTestOptions { Excluded = new HashSet<string> { "panel-outside-grid" } }).Findings, finding => finding.Rule == "panel-outside-grid");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_panel_in_a_repeated_row_runs_for_the_first_value(bool collapsed)
    {
        _store.Insert(new TestStore.Row { User = "ann" }, new TestStore.Row { User = "bob" });

        DashboardTestResult result = Test(json =>
        {
            JsonObject panel = json.FirstPanel();
            json.Panels().Remove(panel);
            var row = new JsonObject { ["id"] = 9, ["type"] = "row", ["title"] = "$user", ["collapsed"] = collapsed, ["repeat"] = "user" };
            json.Panels().Add(row);
            row["panels"] = collapsed ? new JsonArray(panel) : new JsonArray();
            if (!collapsed)
                json.Panels().Add(panel);
        });

        Assert.Contains("IN ('ann')", result.Queries[^1].Sql, StringComparison.Ordinal);
        Assert.Empty(result.Findings.Where(finding => finding.Rule != "query-no-rows").Select(finding => finding.Rule));
    }

    [Fact]
    public void A_repeated_panel_runs_for_its_first_value_on_any_database()
    {
        using var folder = new TemporaryFolder();
        File.Copy(_store.Path, folder.File("other.db"));
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder.File("other.db")};Pooling=False"))
        {
            connection.Open();
            connection.Execute("DROP TABLE telemetry; CREATE TABLE t (k); INSERT INTO t VALUES ('p'), ('q')");
        }
        DashboardDocument document = Document(json =>
        {
            json.Variables()[1]!["query"] = "SELECT k FROM t";
            (json.FirstPanel()["repeat"], json.FirstPanel()["repeatDirection"]) = ("user", "h");
            json.SetSql("SELECT $__from AS x, 1 AS y WHERE 'p' IN (${user:sqlstring})");
        });

        DashboardTestResult result = Assert.Single(DashboardTest.Run([document], new DashboardTestOptions { Database = folder.File("other.db") }, CancellationToken.None));

        Assert.Contains("IN ('p')", result.Queries[^1].Sql, StringComparison.Ordinal);
        Assert.Empty(result.Findings);
    }

    [Fact]
    public void A_path_that_the_plugin_rejects_is_reported()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("my.environment.db");
        File.Copy(_store.Path, path);

        Assert.Contains(
            Assert.Single(DashboardTest.Run([Document(_ => { })], new DashboardTestOptions { Database = path }, CancellationToken.None)).Findings,
            finding => finding.Rule == "database-path");
    }

    public void Dispose() => _store.Dispose();

    private static DashboardTestResult AssertPasses(string name, string database)
    {
        DashboardTestResult result = Assert.Single(DashboardTest.Run(
            [DashboardCatalog.Create(name)],
            new DashboardTestOptions { Database = database, Now = Now, Range = new TimeRange(Now.AddDays(-7), Now), TimeZone = TimeZoneInfo.Utc },
            CancellationToken.None));
        Assert.DoesNotContain(result.Findings, finding => finding.Severity > FindingSeverity.Information);
        Assert.All(result.Queries, query => Assert.Empty(query.Problems));
        Assert.NotEmpty(result.Queries);
        return result;
    }

    private DashboardTestResult Test(Action<JsonObject> change, DashboardTestOptions? options = null) => Assert.Single(DashboardTest.Run(
        [Document(change)],
        (options ?? new DashboardTestOptions()) with { Database = _store.Path, Now = Now, TimeZone = TimeZoneInfo.Utc },
        CancellationToken.None));

    private string[] Findings(string type, string sql, string queryType = "table", params string[] timeColumns) =>
    [
        .. Test(json =>
        {
            json.FirstPanel()["type"] = type;
            json.FirstPanel()["targets"] = new JsonArray(Target(sql, queryType, timeColumns));
        }).Findings.Where(finding => finding.PanelId == 1).Select(finding => finding.Rule),
    ];

    private DashboardQueryResult Query(string sql, string queryType, params string[] timeColumns) =>
        Test(json => json.FirstPanel()["targets"] = new JsonArray(Target(sql, queryType, timeColumns))).Queries[^1];
}
