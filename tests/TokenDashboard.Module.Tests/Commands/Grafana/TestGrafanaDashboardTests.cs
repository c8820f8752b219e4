using System.Management.Automation;

namespace TokenDashboard.Module.Tests.Commands;

public sealed class TestGrafanaDashboardTests(SampleStore store) : IClassFixture<SampleStore>, IDisposable
{
    private const string Broken = """
        {"uid": "broken", "title": "Broken", "panels": [{"id": 1, "type": "piechart", "title": "Share", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
        "datasource": {"type": "frser-sqlite-datasource", "uid": "abc"}, "targets": [{"refId": "A", "queryType": "table", "timeColumns": [],
        "rawQueryText": "SELECT model, COUNT(*) AS n FROM telemetry GROUP BY 1", "queryText": "SELECT model, COUNT(*) AS n FROM telemetry GROUP BY 1"}]}]}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_built_in_dashboards_pass()
    {
        PSObject[] queries = [.. Run("Test-GrafanaDashboard -Database $database -Until 2026-11-01T00:00Z -Since 2026-10-25T00:00Z -Exclude query-no-rows").Succeeded()];

        Assert.All(queries, query => Assert.Equal("TokenDashboard.DashboardQueryResult", query.TypeNames[0]));
        Assert.Equal(
            [queries.Length, 0],
            Run("$all = Test-GrafanaDashboard -Database $database -Until 2026-11-01T00:00Z -Since 2026-10-25T00:00Z -Exclude query-no-rows; "
                + "@($all | Where-Object Severity -eq Passed).Count, @($all | Where-Object Severity -ge Information).Count").Succeeded().Select(count => (int)count.BaseObject));
        Assert.True(Value<bool>("Test-GrafanaDashboard -Database $database -Quiet"));
        Assert.True(Value<bool>("New-GrafanaDashboard | Test-GrafanaDashboard -SkipQuery -Quiet"));
    }

    [Theory]
    [InlineData("Test-GrafanaDashboard $folder/broken.json -SkipQuery -Quiet", false)]
    [InlineData("Test-GrafanaDashboard $folder/broken.json -SkipQuery -Quiet -Exclude *", true)]
    [InlineData("Test-GrafanaDashboard $folder/broken.json -SkipQuery -Quiet -Severity Error -Exclude rows-hidden", true)]
    [InlineData("Test-GrafanaDashboard $folder/broken.json -SkipQuery -Quiet -Severity Error", false)]
    [InlineData("Test-GrafanaDashboard $folder/missing.json -SkipQuery -Quiet -ErrorAction Ignore", false)]
    [InlineData("@() | Test-GrafanaDashboard -SkipQuery -Quiet", false)]
    [InlineData("New-GrafanaDashboard -Definition @{ titel = 'x' } -ErrorAction Ignore | Test-GrafanaDashboard -SkipQuery -Quiet", false)]
    public void Quiet_returns_only_whether_the_test_passed(string script, bool expected)
    {
        WriteBroken();

        Assert.Equal(expected, Value<bool>(script));
    }

    [Theory]
    [InlineData("Test-GrafanaDashboard $folder/*.json")]
    [InlineData("[System.IO.FileInfo]::new(\"$folder/broken.json\") | Test-GrafanaDashboard")]
    [InlineData("\"$folder/broken.json\" | Test-GrafanaDashboard")]
    public void Files_are_accepted_by_path_by_pattern_and_from_the_pipeline(string script)
    {
        WriteBroken();

        Assert.Equal("rows-hidden", Assert.Single(Run(script + " -SkipQuery -Severity Error").Succeeded()).Properties["Rule"].Value);
    }

    [Fact]
    public void Returns_findings_and_queries_with_their_SQL()
    {
        WriteBroken();

        PSObject[] output = [.. Run("Test-GrafanaDashboard $folder/broken.json -Database $database").Succeeded()];

        PSObject query = Assert.Single(output, item => item.TypeNames[0].EndsWith("DashboardQueryResult", StringComparison.Ordinal));
        Assert.True((int)query.Properties["Rows"].Value > 1);
        Assert.Contains("GROUP BY 1", (string)query.Properties["Sql"].Value, StringComparison.Ordinal);
        Assert.Contains(output, item => (string?)item.Properties["Rule"]?.Value == "panel-datasource-rule");
        Assert.Equal("query-result", query.Properties["Rule"].Value);
        Assert.Equal("model (Text), n (WholeNumber)", query.Properties["Columns"].Value.ToString());
        Assert.NotEmpty(query.Properties["Problems"].Value.ToString()!);
        Assert.All(output, item => Assert.NotEmpty((string)item.Properties["Message"].Value));
        Assert.All(output.Where(item => item != query), item => Assert.NotEmpty((string)item.Properties["Advice"].Value));
    }

    [Fact]
    public void Variables_accept_one_value_several_values_or_all()
    {
        const string Sql = "(Test-GrafanaDashboard -Database $database -Variable @{0} | Where-Object Panel -eq Totals).Sql";

        Assert.Contains("user IN ('O''Brien')", Value<string>(Sql.Replace("{0}", "{ user = 'O''Brien' }", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("IN ('1', 'b')", Value<string>(Sql.Replace("{0}", "{ user = 1, 'b' }", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("user IN (", Value<string>(Sql.Replace("{0}", "{ user = @() }", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Test-GrafanaDashboard $folder/missing.json", "DashboardNotFound")]
    [InlineData("Test-GrafanaDashboard $folder/text.json", "DashboardInvalid")]
    [InlineData("Test-GrafanaDashboard -Exclude no-such-rule", "DashboardRuleNotFound")]
    [InlineData("Test-GrafanaDashboard -Variable @{ nobody = 1 }", "DashboardVariableNotFound")]
    [InlineData("Test-GrafanaDashboard -Database $folder/missing.db", "StoreNotFound")]
    [InlineData("Test-GrafanaDashboard -Database $folder/text.json", "StoreNotDatabase")]
    [InlineData("Test-GrafanaDashboard -Last 7d -Since 1d", "RangeInvalid")]
    public void Invalid_input_has_a_stable_ErrorId(string script, string id)
    {
        File.WriteAllText(Path.Combine(_folder, "text.json"), "This is a text, and it is long enough to be no database at all.");

        Assert.Equal(id, Run(script).ErrorId);
    }

    [Fact]
    public void An_invalid_file_does_not_stop_the_test_of_others()
    {
        WriteBroken();
        File.WriteAllText(Path.Combine(_folder, "a.json"), "no");

        ModuleSession.Result result = Run("Test-GrafanaDashboard $folder/*.json -SkipQuery -Severity Error");

        Assert.Single(result.Errors);
        Assert.Single(result.Output);
    }

    [Theory]
    [InlineData("(New-GrafanaDashboard Overview).Json | Test-GrafanaDashboard -SkipQuery", "DashboardNotFound")]
    [InlineData("(New-GrafanaDashboard Overview).Json | Publish-GrafanaDashboard", "DashboardNotFound")]
    [InlineData("'[ { \"Name\": \"a\" } ]' | Publish-GrafanaAlertRule", "AlertRuleNotFound")]
    [InlineData("Export-GrafanaProvisioning $folder/out -AlertRule '{ \"Name\": \"a\" }'", "AlertRuleNotFound")]
    public void Content_passed_as_a_path_is_not_repeated_in_the_error(string script, string id)
    {
        ModuleSession.Result result = Run(script);

        Assert.Equal(id, result.ErrorId);
        string message = Assert.Single(result.Errors).ToString();
        Assert.Contains("path", message, StringComparison.Ordinal);
        Assert.DoesNotContain("drive", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 1, 200);
    }

    /// <summary>A variable that was never set must not select all dashboards.</summary>
    [Theory]
    [InlineData("Test-GrafanaDashboard -InputObject $null -SkipQuery")]
    [InlineData("Publish-GrafanaDashboard -InputObject $null")]
    [InlineData("Export-GrafanaProvisioning $folder/provisioning -Database $database -InputObject $null")]
    [InlineData("Compare-GrafanaDashboard -InputObject $null")]
    public void A_null_InputObject_is_rejected(string script)
    {
        ModuleSession.Result result = Run(script);

        Assert.StartsWith("ParameterArgumentValidationError", result.ErrorId, StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.False(Directory.Exists(Path.Combine(_folder, "provisioning")));
    }

    [Fact]
    public void Rules_are_completed() =>
        Assert.Equal(["query-text-missing", "query-texts-differ"], store.Session.Complete("Test-GrafanaDashboard -Exclude query-text"));

    [Fact]
    public void The_page_about_rules_matches_the_code()
    {
        string page = File.ReadAllText(Path.Combine(ModuleSession.RepositoryPath, "docs/dashboard-rules.md")).ReplaceLineEndings("\n");
        string[] rows = [.. page.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

        // This script writes the rows of the table on the page.
        Assert.Equal(Run("[System.AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.GetName().Name -eq 'TokenDashboard.Core' }[-1].GetType('TokenDashboard.Grafana.Rules.DashboardRules')::All "
            + "| ForEach-Object { \"| ``$($_.Id)`` | $($_.Severity) | $($_.Violation) $($_.Advice) |\" }").Succeeded().Select(row => row.ToString()), rows);
    }

    private void WriteBroken() => File.WriteAllText(Path.Combine(_folder, "broken.json"), Broken);

    private T Value<T>(string script) => (T)Assert.Single(Run(script).Succeeded()).BaseObject;

    private ModuleSession.Result Run(string script) => store.Session.Run(script, ("folder", _folder), ("database", store.Path));
}
