using TokenDashboard.Grafana.DataSources;

namespace TokenDashboard.Commands;

/// <summary>Checks that Grafana can read the store: plugin, settings, health, and a query.</summary>
[Cmdlet(VerbsDiagnostic.Test, "GrafanaDataSource", HelpUri = TokenCmdlet.HelpFolder + "Test-GrafanaDataSource.md")]
[OutputType(typeof(GrafanaDataSourceReport))]
public sealed class TestGrafanaDataSourceCommand : GrafanaCmdlet
{
    /// <summary>The data source's uid.</summary>
    [Parameter(Position = 0), ValidatePattern(DashboardDocument.UidPattern), ArgumentCompleter(typeof(DataSourceUidCompleter))]
    public string Uid { get; set; } = DataSourcePlugin.Sqlite.DefaultUid;

    private protected override void Process() => WriteObject(Keep(new GrafanaDataSourceService(Server, Callbacks, Cancellation)).Test(Uid));
}
