using TokenDashboard.Grafana.Definitions;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Tests.Grafana.Rules;

/// <summary>The rules check the macros, tables and variable formats of the ClickHouse plugin.</summary>
public class ClickHouseRuleTests
{
    [Theory]
    [InlineData("SELECT count() FROM token_request", "time-filter-missing")]
    [InlineData("SELECT count() FROM token_request WHERE $__timeFilter(toDateTime(time))", "")]
    [InlineData("SELECT count() FROM token_request WHERE time >= $__fromTime", "")]
    [InlineData("SELECT $__timeInterval(time) AS time, count() FROM token_request GROUP BY 1", "time-filter-missing")]
    [InlineData("SELECT $__columns(time, model, count()) FROM token_request", "")]
    [InlineData("SELECT $__timeInterval() AS time, count() FROM token_request WHERE $__timeFilter(time)", "macro-arguments")]
    [InlineData("SELECT count() FROM token_request WHERE $__nothing(time)", "macro-unknown")]
    [InlineData("SELECT sum(requests) FROM token_usage(${previous:raw}, step = 0, users = 0) WHERE ${chosen:raw}", "")]
    [InlineData("SELECT count() FROM ${times:raw} AS times", "")]
    [InlineData("SELECT count() FROM token_request WHERE id = ${step:raw}", "time-filter-missing")]
    [InlineData("SELECT sum(number) FROM numbers(5)", "")]
    [InlineData("SELECT name FROM system.tables", "")]
    [InlineData("SELECT part FROM (SELECT [1] AS parts) ARRAY JOIN parts AS part", "")]
    [InlineData("SELECT model FROM token_request WHERE $__timeFilter(time) AND model IN ($model)", "variable-quotes")]
    [InlineData("SELECT model FROM token_request WHERE $__timeFilter(time) AND model IN (${model:sqlstring})", "")]
    [InlineData("SELECT model FROM token_request WHERE $__timeFilter(time) AND model IN (${model:singlequote})", "")]
    [InlineData("SELECT model FROM token_request WHERE $__timeFilter(time) AND model IN (${model:doublequote})", "variable-quotes")]
    [InlineData("SELECT model FROM token_request WHERE $__timeFilter(time) AND model IN (${model:pipe})", "variable-format")]
    public void Rules_check_the_SQL_of_ClickHouse(string sql, string rule)
    {
        DashboardDocument dashboard = DashboardDefinition.Read(
            new Dictionary<string, object?>
            {
                ["title"] = "Own",
                ["panels"] = new Dictionary<string, object?> { ["type"] = "table", ["title"] = "Own", ["description"] = "Own.", ["sql"] = sql },
            },
            plugin: DataSourcePlugin.ClickHouse).ToDocument()!;

        Assert.Equal(rule, string.Join(' ', DashboardRules.Check(new ReadDashboard(dashboard), []).Select(finding => finding.Rule)));
    }
}
