namespace TokenDashboard.Commands;

/// <summary>Gets the versions of dashboards on a Grafana server.</summary>
[Cmdlet(VerbsCommon.Get, "GrafanaDashboardVersion", HelpUri = TokenCmdlet.HelpFolder + "Get-GrafanaDashboardVersion.md")]
[OutputType(typeof(GrafanaDashboardVersion))]
public sealed class GetGrafanaDashboardVersionCommand : GrafanaCmdlet
{
    /// <summary>The uids of dashboards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true), ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServerCompleter)), PipedTextTransformation]
    public string[] Uid { get; set; } = [];

    /// <summary>The kind of a piped result of Publish-GrafanaDashboard, bound by property name. Only dashboards have versions.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)] public string? Kind { get; set; }

    private protected override void Process()
    {
        foreach (string uid in IsDashboard(Kind) ? Uid : [])
            Guard(() => WriteObject(Exporter.Versions(uid), enumerateCollection: true));
    }
}
