namespace TokenDashboard.Commands;

/// <summary>Gets the connections of this session to Grafana servers, without their secrets.</summary>
[Cmdlet(VerbsCommon.Get, "GrafanaConnection", HelpUri = TokenCmdlet.HelpFolder + "Get-GrafanaConnection.md")]
[OutputType(typeof(GrafanaConnection))]
public sealed class GetGrafanaConnectionCommand : TokenCmdlet
{
    /// <summary>The names to list. Wildcards are permitted.</summary>
    [Parameter(Position = 0), ArgumentCompleter(typeof(ConnectionCompleter)), SupportsWildcards, ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Returns only the default connection.</summary>
    [Parameter] public SwitchParameter Default { get; set; }

    private protected override void Process()
    {
        WildcardPattern[] patterns = [.. Name.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase))];
        WriteObject(
            SessionConnections.Current.All.Where(connection =>
                patterns.Any(pattern => pattern.IsMatch(connection.Name)) && (!Default || connection.IsDefault)),
            enumerateCollection: true);
        foreach (string name in Name.Where(name => !WildcardPattern.ContainsWildcardCharacters(name)))
            Guard(() => SessionConnections.Current.Find(name));
    }

    private protected override bool IsTerminating(TokenDashboardException exception) => false;
}
