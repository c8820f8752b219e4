using System.Text.Json.Nodes;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;
using TokenDashboard.Tests.Engines.ClickHouse;
using TokenDashboard.Tests.Grafana.Rules;
using static TokenDashboard.Tests.Grafana.Rules.SampleDashboard;

namespace TokenDashboard.Tests.Grafana.Proof;

public class ClickHouseDashboardTests
{
    private const int Table = 1;
    private const int TimeSeries = 0;

    [ClickHouseFact]
    public void Numbers_of_all_types_are_read()
    {
        DashboardQueryResult result = Run("""
            SELECT toUInt64(18446744073709551615) AS a, toUInt64(7) AS b, toInt128(5) AS c, toUInt256('340282366920938463463374607431768211456') AS d,
              toDecimal256('1e40', 2) AS e, toFloat32(0.1) AS f, toBFloat16(1.5) AS g, true AS h, toInt64(-9) AS j,
              toNullable(toUInt64(18446744073709551615)) AS k, toLowCardinality(toInt16(3)) AS l
            """, out PluginResult plugin);

        Assert.Equal(FindingSeverity.Passed, result.Severity);
        Assert.Equal(
            [1.8446744073709552E+19, 7L, 5.0, 3.402823669209385E+38, 1E+40, 0.1, 1.5, 1L, -9L, 1.8446744073709552E+19, 3L],
            plugin.Columns.Select(column => column.Values[0]));
    }

    [ClickHouseFact]
    public void Values_of_all_types_are_read() => Assert.Equal([], Run("""
        SELECT [1, 2] AS a, map('k', 1) AS b, tuple(1, 'x') AS c, toUUID('00000000-0000-0000-0000-000000000001') AS d, toIPv4('1.2.3.4') AS e,
          CAST('x', 'Enum8(\'x\' = 1)') AS f, NULL AS g, toFixedString('ab', 2) AS h, (1.0, 2.0)::Point AS i, nan AS k, inf AS l,
          toDate32('1900-01-01') AS m, toDateTime64('2199-12-31 23:59:59', 3) AS n, 1::Variant(UInt8, String) AS o, '{"a": 1}'::JSON AS p, now64(9) AS q
        """, out _).Problems);

    [ClickHouseFact]
    public void A_statement_that_is_not_a_query_is_rejected_with_advice() => Assert.Contains(
        Test(ClickHouseEngine.Shared.NewDatabase(), "SELEC 1").Findings,
        finding => finding.Rule == "query-not-run" && finding.Message.Contains("begin with SELECT, WITH", StringComparison.Ordinal));

    [ClickHouseFact]
    public void A_second_statement_is_not_run()
    {
        string database = ClickHouseEngine.Shared.NewDatabase();
        Execute(database, "CREATE TABLE x (a Int32) ENGINE = MergeTree ORDER BY a");

        DashboardTestResult result = Test(database, "SELECT 1; DROP TABLE x");

        Assert.Contains(result.Findings, finding => finding.Rule == "query-not-run");
        Assert.DoesNotContain(Test(database, "SELECT count() FROM x SETTINGS max_threads = 1;").Findings, finding => finding.Severity == FindingSeverity.Error);
    }

    [ClickHouseFact]
    public void A_read_only_connection_rejects_writes_and_changes_of_readonly()
    {
        string database = ClickHouseEngine.Shared.NewDatabase();
        Execute(database, "CREATE TABLE x (a Int32) ENGINE = MergeTree ORDER BY a");
        using var server = new ClickHouseServer(ClickHouseAddress.Parse(database), null, CancellationToken.None) { OnlyReads = true };

        Assert.Equal(
            ErrorCode.StoreAccessDenied, Assert.Throws<TokenDashboardException>(() => server.Query("INSERT INTO x SELECT 1", new ClickHouseParameters(), _ => 0).Count()).Code);
        Assert.Throws<TokenDashboardException>(() => server.Query("SELECT 1 SETTINGS readonly = 0", new ClickHouseParameters(), _ => 0).Count());
        Assert.Equal(0, Assert.Single(server.Query("SELECT toInt64(count()) FROM x SETTINGS max_threads = 1", new ClickHouseParameters(), reader => reader.GetInt64(0))));
        // Other connections can still write.
        Execute(database, "DROP TABLE x");
    }

    [ClickHouseFact]
    public void An_unsupported_macro_is_not_an_error()
    {
        DashboardTestResult result = Test("SELECT $__columns(time, user, count()) FROM x");

        Assert.Equal("query-not-emulated", Assert.Single(result.Findings, finding => finding.Rule.StartsWith("query-", StringComparison.Ordinal)).Rule);
        DashboardQueryResult query = result.Queries[^1];
        Assert.Equal(FindingSeverity.Information, query.Severity);
        Assert.Equal(["The query uses the macro $__columns, and was not run."], query.Problems);
    }

    [ClickHouseFact]
    public void A_timeout_of_the_server_is_a_failed_query()
    {
        DashboardFinding finding = Assert.Single(
            Test("SELECT sum(sleepEachRow(0.05)) AS x FROM numbers(60) SETTINGS max_execution_time = 1, max_block_size = 1").Findings,
            finding => finding.Rule.StartsWith("query-", StringComparison.Ordinal));

        Assert.Equal("query-failed", finding.Rule);
        Assert.Contains("stopped the query because it took too long: ", finding.Message, StringComparison.Ordinal);
        Assert.Contains("TIMEOUT_EXCEEDED", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("30 seconds", finding.Message, StringComparison.Ordinal);
    }

    [ClickHouseFact]
    public void A_query_that_exceeds_QueryTimeout_is_stopped()
    {
        DashboardDocument document = Document("SELECT sum(sleepEachRow(0.05)) AS x FROM numbers(60) SETTINGS max_block_size = 1");
        var options = new DashboardTestOptions { Database = ClickHouseEngine.Shared.NewDatabase(), QueryTimeout = TimeSpan.FromSeconds(0.5) };

        DashboardFinding finding = Assert.Single(
            Assert.Single(DashboardTest.Run([document], options, CancellationToken.None)).Findings, finding => finding.Rule == "query-stopped" && finding.PanelId is not null);

        Assert.StartsWith("The query ran for more than 0.5 seconds.", finding.Message, StringComparison.Ordinal);
    }

    // Many texts, one long text, and long arrays, of which a table shows only a part. Each only just exceeds its limit.
    [ClickHouseFact]
    public void A_result_that_is_too_large_is_stopped()
    {
        foreach (string sql in (string[])
        [
            "SELECT repeat('x', 1000000) AS x FROM numbers(270)",
            "SELECT arrayStringConcat(arrayMap(number -> repeat('x', 1000000), range(20))) AS x SETTINGS max_result_bytes = 0",
            "SELECT range(1000000) AS x FROM numbers(70)",
        ])
        {
            DashboardFinding finding = Assert.Single(Test(sql).Findings, finding => finding.Rule.StartsWith("query-", StringComparison.Ordinal));

            Assert.Equal("query-stopped", finding.Rule);
            Assert.StartsWith("The query returns more than 256 MiB", finding.Message, StringComparison.Ordinal);
        }
    }

    [ClickHouseFact]
    public void A_query_with_a_failed_variable_is_not_run()
    {
        DashboardTestResult result = Test("SELECT 1 AS x WHERE 'u1' IN (${user:sqlstring})", variable: "SELECT nothing FROM nowhere");

        DashboardFinding[] findings = [.. result.Findings.Where(finding => finding.Rule.StartsWith("query-", StringComparison.Ordinal))];
        Assert.Equal([("query-failed", "user"), ("query-variable-failed", "Panel")], findings.Select(finding => (finding.Rule, finding.Panel == "user" ? "user" : "Panel")));
        Assert.Equal(FindingSeverity.Information, result.Queries[^1].Severity);
        Assert.Equal(["The query of the variable 'user' failed, so this query was not run."], result.Queries[^1].Problems);
        // A specified value does not need the list.
        Assert.Equal(1, Test("SELECT 1 AS x WHERE 'u1' IN (${user:sqlstring})", variable: "SELECT nothing FROM nowhere", chosen: "u1").Queries[^1].Rows);
    }

    [ClickHouseFact]
    public void A_null_time_is_reported_as_lost() => Assert.Contains(
        Test("SELECT NULL::Nullable(DateTime) AS time, 1 AS x", format: TimeSeries).Findings, finding => finding.Rule == "query-time-lost");

    [ClickHouseFact]
    public void The_first_column_contains_the_values_of_a_variable()
    {
        DashboardTestResult result = Test("SELECT ${user:sqlstring} AS x", variable: "SELECT number AS __text, concat('u', toString(number)) AS __value, 1 AS other FROM numbers(2)");

        Assert.Equal("SELECT '0','1' AS x", result.Queries[^1].Sql);
        Assert.DoesNotContain(result.Findings, finding => finding.Rule == "variable-query-shape");
    }

    [ClickHouseFact]
    public void A_conditional_filter_is_omitted_when_all_values_are_selected()
    {
        const string sql = "SELECT 1 AS x WHERE $__conditionalAll('u1' IN (${user:sqlstring}), $user)";

        Assert.Equal("SELECT 1 AS x WHERE 1=1", Test(sql).Queries[^1].Sql);
        Assert.Equal("SELECT 1 AS x WHERE 'u1' IN ('u0')", Test(sql, chosen: "u0").Queries[^1].Sql);
    }

    [ClickHouseFact]
    public void Several_values_without_a_format_are_quoted() => Assert.Equal("SELECT 1 AS x WHERE 'u1' IN ('u0','u1')", Test("SELECT 1 AS x WHERE 'u1' IN ($user)").Queries[^1].Sql);

    [Theory]
    [InlineData("SELECT $__timeFilter(a), $__interval, $__from, '$__nope', $__conditionalAll(a IN (${user:sqlstring}), $user) -- $__nope")]
    [InlineData("SELECT $__columns(a, b, c), $__timeFilter(${user:sqlstring})")]
    [InlineData("SELECT $__timeTo(if(a = ',', b, c)), ${user:sqlstring} /* $__timeTo(a, b) */")]
    [InlineData("SELECT $__fromTime IN ($user)", "variable-quotes")]
    [InlineData("SELECT $__fromTime AND ${user:sqlstring} AND $__nope", "macro-unknown")]
    [InlineData("SELECT $__timeFilter($__wrong(a)) AND ${user:sqlstring}", "macro-unknown")]
    [InlineData("SELECT $__timeFilter() AND ${user:sqlstring}", "macro-arguments")]
    [InlineData("SELECT $__timeFilter($__timeFrom(a, b)) AND ${user:sqlstring}", "macro-arguments")]
    public void Macros_are_checked_without_a_database(string sql, params string[] rules) =>
        Assert.Equal(rules, DashboardRules.Check(new ReadDashboard(Document(sql)), ["sample"]).Select(finding => finding.Rule));

    // The main assertion is that the checks end.
    [Theory]
    [MemberData(nameof(HostileDashboardTests.Texts), MemberType = typeof(HostileDashboardTests))]
    [InlineData("'", 500_000)]
    [InlineData("\\'", 250_000)]
    [InlineData("/* ", 250_000)]
    [InlineData("; ", 250_000)]
    [InlineData("$a$", 250_000)]
    [InlineData("$__timeTo(", 50_000)]
    [InlineData("$__fromTime(", 50_000)]
    [InlineData("$__conditionalAll(", 50_000)]
    [InlineData("$__conditionalAll(a, $b) ", 40_000)]
    public void Very_long_repeated_text_is_checked_without_hanging(string part, int times)
    {
        string sql = "SELECT 1 " + string.Concat(Enumerable.Repeat(part, times));

        Assert.Contains(DashboardRules.Check(new ReadDashboard(Document(sql)), ["sample"]), finding => finding.Rule == "variable-unused");
        // The macros are replaced from the last to the first, up to a limit.
        Assert.StartsWith("SELECT 1 " + part, ConditionalAll.Apply(sql, new Dictionary<string, VariableValue>()), StringComparison.Ordinal);
        Assert.Equal(sql.Length, ClickHouseText.Blank(sql).Length);
        // Comments can be nested.
        Assert.Equal(!part.StartsWith("/*", StringComparison.Ordinal), ClickHouseText.IsOneStatement(sql));
        var window = new TimeWindow(DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow);
        Assert.True(Record.Exception(() => ClickHouseMacros.Apply(sql, window, 1000)) is null or PluginException);
    }

    private static DashboardQueryResult Run(string sql, out PluginResult plugin)
    {
        string database = ClickHouseEngine.Shared.NewDatabase();
        using var proof = new ClickHouseProof(database, null, CancellationToken.None);
        DashboardDocument document = Document(sql);
        ReadTarget target = Assert.Single(new ReadDashboard(document).Panels).Targets[0];
        var view = new BrowserView { Dashboard = document, Window = new TimeWindow(DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow), TimeZone = TimeZoneInfo.Utc };
        plugin = proof.Run(target, sql, view, TimeSpan.FromSeconds(30));
        return Test(database, sql).Queries[^1];
    }

    private static DashboardTestResult Test(string sql, int format = Table, string? variable = null, string? chosen = null) =>
        Test(ClickHouseEngine.Shared.NewDatabase(), sql, format, variable, chosen);

    private static DashboardTestResult Test(string database, string sql, int format = Table, string? variable = null, string? chosen = null)
    {
        Dictionary<string, IReadOnlyList<string>> variables = chosen is null ? [] : new() { ["user"] = [chosen] };
        return Assert.Single(DashboardTest.Run([Document(sql, format, variable)], new DashboardTestOptions { Database = database, Variables = variables }, CancellationToken.None));
    }

    // The sample dashboard for ClickHouse.
    private static DashboardDocument Document(string sql, int format = Table, string? variable = null) => SampleDashboard.Document(json =>
    {
        static JsonObject Source() => new() { ["type"] = DataSourcePlugin.ClickHouse.Id, ["uid"] = "${datasource}" };

        json.Variables()[0]!["query"] = DataSourcePlugin.ClickHouse.Id;
        json.Variables()[1]!["datasource"] = Source();
        json.Variables()[1]!["query"] = variable ?? "SELECT concat('u', toString(number)) FROM numbers(2)";
        json.FirstPanel()["datasource"] = Source();
        json.FirstPanel()["type"] = "table";
        json.FirstPanel()["targets"] = new JsonArray(new JsonObject { ["refId"] = "A", ["datasource"] = Source(), ["rawSql"] = sql, ["format"] = format });
    });

    private static void Execute(string database, string sql)
    {
        using var server = new ClickHouseServer(ClickHouseAddress.Parse(database), null, CancellationToken.None);
        server.Execute(sql);
    }
}
