namespace TokenDashboard.Commands;

/// <summary>The addresses of the commands' pages on the web, for <c>Get-Help -Online</c>.</summary>
internal static class HelpPage
{
    /// <summary>The folder of the pages, below the manifest's ProjectUri.</summary>
    internal const string Folder = "https://github.com/TokenDashboard/TokenDashboard/blob/main/docs/commands/";
}
