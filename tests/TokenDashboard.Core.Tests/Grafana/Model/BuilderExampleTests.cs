using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Tests.Grafana.Model;

/// <summary>The example of docs/dashboard-builder.md.</summary>
public class BuilderExampleTests
{
    [Fact]
    public void The_page_contains_the_compiled_code()
    {
        string page = Repository.Read("docs/dashboard-builder.md");
        string source = Repository.Read("tests/TokenDashboard.Core.Tests/Grafana/Model/BuilderExample.cs");

        string example = source[(source.IndexOf("begin\n", StringComparison.Ordinal) + 6)..source.IndexOf("// end", StringComparison.Ordinal)].Trim();

        Assert.Contains($"```csharp\n{example}\n```", page, StringComparison.Ordinal);
    }

    [Fact]
    public void All_queries_of_the_example_run_without_findings()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = "2026-03-04T12:00:00", Success = 0L });

        DashboardTestResult result = Assert.Single(DashboardTest.Run(
            [DashboardDocument.Parse(BuilderExample.Json, "example")],
            new DashboardTestOptions { Database = store.Path, Now = new DateTimeOffset(2026, 3, 5, 0, 0, 0, TimeSpan.Zero) },
            TestContext.Current.CancellationToken));

        Assert.DoesNotContain(result.Findings, finding => finding.Severity > FindingSeverity.Information);
        Assert.All(result.Queries, query => Assert.Equal(1, query.Rows));
    }

    [Fact]
    public void ToJson_returns_the_same_dashboard_as_ToDocument()
    {
        Assert.Equal(BuilderExample.Dashboard.ToDocument().Json, BuilderExample.Json);
        Assert.True(DashboardDocument.Parse(BuilderExample.Dashboard.ToJson(forSharing: true), "example").ForSharing);
        Assert.Equal(DashboardCatalog.Create("Users").Json, DashboardCatalog.Define("users").ToJson());
    }
}
