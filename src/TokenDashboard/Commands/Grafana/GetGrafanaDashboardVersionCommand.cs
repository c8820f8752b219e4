using System.Management.Automation;
using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.Publishing;

namespace TokenDashboard.Commands;

/// <summary>Gets the versions in the history of dashboards on a Grafana server.</summary>
[Cmdlet(VerbsCommon.Get, "GrafanaDashboardVersion", HelpUri = HelpPage.Folder + "Get-GrafanaDashboardVersion.md")]
[OutputType(typeof(GrafanaDashboardVersion))]
public sealed class GetGrafanaDashboardVersionCommand : GrafanaCmdlet
{
    private GrafanaExporter? _exporter;
    private bool _prepared;

    /// <summary>The uids of dashboards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Uid { get; set; } = [];

    private protected override void Process()
    {
        _exporter ??= new GrafanaExporter(Server, Callbacks, Cancellation);
        _exporter.Prepare();
        _prepared = true;
        foreach (string uid in Uid)
        {
            Guard(() => WriteObject(_exporter.Versions(uid), enumerateCollection: true));
        }
    }

    /// <summary>One dashboard's trouble is one error record; a server that gives none of them ends the command.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => !_prepared || exception.Code.EndsEverything();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _exporter?.Dispose();
        }
        base.Dispose(disposing);
    }
}
