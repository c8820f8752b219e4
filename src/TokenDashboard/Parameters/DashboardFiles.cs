using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Parameters;

/// <summary>Reads dashboard files; TokenCmdlet.ResolveFiles finds them.</summary>
internal static class DashboardFiles
{
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardInvalid"/>.</exception>
    internal static DashboardDocument Read(string file) => DashboardDocument.Parse(DefinitionInput.ReadText(file, ErrorCode.DashboardInvalid), file);
}
