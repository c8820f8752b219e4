using System.Management.Automation;
using TokenDashboard.Dashboards;

namespace TokenDashboard.Parameters;

/// <summary>Finds and reads the dashboard files a user's path means.</summary>
internal static class DashboardFiles
{
    /// <summary>A path that exists as it is written needs no wildcards; only then are brackets and asterisks read as such.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardNotFound"/>.</exception>
    internal static IReadOnlyList<string> Find(PSCmdlet cmdlet, string path)
    {
        string literal = cmdlet.GetUnresolvedProviderPathFromPSPath(path);
        if (File.Exists(literal))
        {
            return [literal];
        }
        if (WildcardPattern.ContainsWildcardCharacters(path))
        {
            try
            {
                List<string> files = [.. cmdlet.GetResolvedProviderPathFromPSPath(path, out _).Where(File.Exists)];
                if (files.Count > 0)
                {
                    return files;
                }
            }
            catch (ItemNotFoundException)
            {
                // Reported below.
            }
        }
        throw new TokenDashboardException(ErrorCode.DashboardNotFound, $"There is no file '{literal}'.", target: path);
    }

    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardInvalid"/>.</exception>
    internal static DashboardDocument Read(string file)
    {
        try
        {
            return DashboardDocument.Parse(File.ReadAllText(file), file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenDashboardException(ErrorCode.DashboardInvalid, $"'{file}' could not be read: {exception.Message}", exception, file);
        }
    }
}
