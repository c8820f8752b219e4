using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Parameters;

/// <summary>Reads dashboard files; TokenCmdlet.ResolveFiles finds them.</summary>
internal static class DashboardFiles
{
    /// <summary>Reads one file.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardInvalid"/>.</exception>
    internal static DashboardDocument Read(string file)
    {
        try
        {
            return DashboardDocument.Parse(RegularFile.ReadText(file), file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenDashboardException(ErrorCode.DashboardInvalid, $"'{file}' could not be read: {exception.Message}", exception, file);
        }
    }
}
