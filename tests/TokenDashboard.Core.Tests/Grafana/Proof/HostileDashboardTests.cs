using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using static TokenDashboard.Tests.Grafana.Rules.SampleDashboard;

namespace TokenDashboard.Tests.Grafana.Proof;

/// <summary>
/// Dashboards that are made to hang or crash their reader. The main assertion of each test is that it ends: without limits, these
/// dashboards took minutes or gigabytes, or crashed the process.
/// </summary>
public sealed class HostileDashboardTests : IDisposable
{
    private readonly TestStore _store = new();

    public static TheoryData<string, int> Texts => new()
    {
        { "${a:", 12_500 },
        { "${a.b", 12_500 },
        { "[[a:b", 12_500 },
        { "$__from ", 10_000 },
        { "'$__from", 10_000 },
        { "$__unixEpochGroupSeconds(", 5_000 },
        { "$__unixEpochGroupSeconds(a, 60) ", 5_000 },
        { "AVG(x) OVER (", 10_000 },
        { "a", 250_000 },
        { "\"", 125_000 },
        { "[", 250_000 },
        { "* ", 125_000 },
        { "CAST(", 12_500 },
        { "-\n\n", 75_000 },
        { "/*", 125_000 },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Very_long_repeated_text_is_checked_and_run_without_hanging(string part, int times)
    {
        string sql = "SELECT 1 " + string.Concat(Enumerable.Repeat(part, times));

        DashboardTestResult result = Test(json =>
        {
            json.FirstPanel()["targets"] = new JsonArray(Target(sql, "time series", "time", "aaaa"));
            json.FirstPanel()["title"] = sql;
        });

        Assert.Contains(result.Findings, finding => finding.RefId == "A" && finding.Severity == FindingSeverity.Error);
        Assert.Equal([], ResultColumn.Of(sql, DataSourcePlugin.Sqlite).Where(column => column.Name == "x"));
    }

    [Theory]
    [InlineData("a", "SELECT x{0} FROM t WHERE $__from", "time series", "time-column-missing", "query-failed")]
    [InlineData(" a", "SELECT SUM(x) AS x{0} FROM t WHERE $__from", "table", "query-failed")]
    [InlineData(" ", "SELECT AVG(x){0}/ 2 AS y FROM t WHERE $__from", "table", "query-failed", "column-cast")]
    public void Very_long_names_and_blanks_are_processed_without_hanging(string part, string sql, string type, params string[] rules)
    {
        DashboardTestResult result = Test(json =>
        {
            string text = string.Concat(Enumerable.Repeat(part, 500_000));
            json.FirstPanel()["targets"] = new JsonArray(Target(string.Format(null, sql, text), type, "a" + text[..(text.Length / 2)]));
        });

        Assert.Equal(rules, result.Findings.Where(finding => finding.PanelId == 1).Select(finding => finding.Rule));
    }

    [Fact]
    public void A_query_that_is_too_long_is_reported_and_not_run()
    {
        DashboardTestResult result = Test(json =>
        {
            json.SetSql($"SELECT '{new string('x', SqlText.MaxLength)}'");
            json.Variables()[1]!["query"] = $"SELECT '{new string('x', SqlText.MaxLength)}'";
        });

        Assert.Equal(["Panel 1", "user"], result.Findings.Where(finding => finding.Rule == "query-too-long").Select(finding => finding.Panel).Order());
        Assert.Empty(result.Queries);
    }

    [Fact]
    public void A_value_of_sixty_thousand_characters_is_inserted() => Assert.DoesNotContain(
        Test(json =>
        {
            json.Variables().Add(Variable("relation", "query", "SELECT printf('SELECT ''%.*c'' AS x', 60000, 'x')", variable => variable["datasource"] = Source()));
            json.SetSql("SELECT length(x) AS x, $__from AS f FROM (${relation:raw})");
        }).Findings,
        finding => finding.Severity == FindingSeverity.Error && finding.Rule != "query-value-lost");

    [Theory]
    [InlineData("constant")]
    [InlineData("custom")]
    public void Nested_variables_are_limited(string type)
    {
        DashboardTestResult result = Nested(i => Variable($"v{i}", type, i == 0 ? "xxxxxxxxxx" : Ten($"v{i - 1}")));

        Assert.Contains(result.Findings, finding => finding.Rule == "query-too-long");
    }

    [Fact]
    public void Nested_custom_all_values_are_limited()
    {
        DashboardTestResult result = Nested(i => Variable($"v{i}", "custom", "x", json =>
        {
            json["includeAll"] = true;
            json["allValue"] = i == 0 ? " " : Ten($"v{i - 1}");
            json["current"] = new JsonObject { ["value"] = "$__all" };
        }));

        Assert.Contains(result.Findings, finding => finding.Rule == "query-too-long");
    }

    [Theory]
    [InlineData("${all}")]
    [InlineData("${all:csv}")]
    [InlineData("$other")]
    public void A_custom_all_value_that_refers_to_itself_is_reported(string value)
    {
        DashboardTestResult result = Test(json =>
        {
            foreach ((string name, string all) in new[] { ("all", value), ("other", "$all") })
            {
                json.Variables().Add(Variable(name, "custom", "x", variable =>
                {
                    variable["includeAll"] = true;
                    variable["allValue"] = all;
                    variable["current"] = new JsonObject { ["value"] = "$__all" };
                }));
            }
            json.SetSql("SELECT '${all:raw}'");
        });

        Assert.Contains(result.Findings, finding => finding.Rule == "query-failed" && finding.PanelId == 1);
    }

    [Fact]
    public void A_long_chain_of_variables_does_not_crash_the_process()
    {
        const int Length = 30_000;
        DashboardTestResult result = Test(json =>
        {
            for (int i = 0; i < Length; i++)
                json.Variables().Add(Variable($"v{i}", "constant", i == Length - 1 ? "7" : $"$v{i + 1}"));
            json.SetSql("SELECT $v0 AS x");
        });

        Assert.Equal("SELECT 7 AS x", result.Queries[^1].Sql);
    }

    [Fact]
    public void Thousands_of_panels_and_variables_are_checked_without_hanging()
    {
        DashboardTestResult result = Test(json =>
        {
            for (int i = 0; i < 5_000; i++)
            {
                json.Variables().Add(Variable($"v{i}", "constant", "$v0"));
                JsonObject panel = Panel(i + 2, "text", i * 4);
                panel["targets"] = new JsonArray();
                panel["gridPos"] = new JsonObject { ["x"] = i % 2, ["y"] = 4, ["w"] = 1, ["h"] = 1_000_000 };
                json.Panels().Add(panel);
            }
        });

        Assert.Equal(4_998, result.Findings.Count(finding => finding.Rule == "panel-overlap"));
    }

    [Fact]
    public void A_slow_regex_of_a_variable_is_stopped() => Assert.Contains(
        Test(json =>
        {
            json.Variables()[1]!["query"] = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 9) SELECT printf('%.*c', 60, 'a') || x FROM c";
            json.Variables()[1]!["regex"] = "/^(a+)+$/";
        }).Findings,
        finding => finding.Rule == "variable-query-shape");

    [Theory]
    [InlineData("timeFrom")]
    [InlineData("timeShift")]
    public void An_out_of_range_panel_time_is_ignored(string key) =>
        Assert.Single(Test(json => json.FirstPanel()[key] = "2147483647y").Queries, query => query.PanelId == 1);

    public void Dispose() => _store.Dispose();

    private DashboardTestResult Nested(Func<int, JsonObject> variable) => Test(json =>
    {
        for (int i = 0; i < 10; i++)
            json.Variables().Add(variable(i));
        json.SetSql("SELECT '${v9:raw}'");
    });

    private static string Ten(string name) => string.Concat(Enumerable.Repeat($"${{{name}}}", 10));

    private DashboardTestResult Test(Action<JsonObject> change) =>
        Assert.Single(DashboardTest.Run([Document(change)], new DashboardTestOptions { Database = _store.Path }, CancellationToken.None));
}
