using System.Globalization;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>Where dashboards from a server stand in a folder here: in folders named like the server's, in files named like their uid.</summary>
internal static class DashboardFile
{
    /// <summary>The full path of a dashboard's file.</summary>
    internal static string PathOf(string root, IEnumerable<string> folders, string uid, string suffix = "") =>
        Path.GetFullPath(Path.Combine([root, .. folders.Select(FileName.Safe), $"{FileName.Of(uid)}{suffix}.json"]));

    /// <summary>The full path for a dashboard, where another one whose uid differs in case may stand: for many file systems those are one file.</summary>
    internal static string DistinctPathOf(string root, IEnumerable<string> folders, string uid)
    {
        string path = PathOf(root, folders, uid);
        string folder = Path.GetDirectoryName(path)!;
        string name = Path.GetFileName(path);
        bool taken = Directory.Exists(folder)
            && Directory.EnumerateFiles(folder).Select(Path.GetFileName).Any(other => name.Equals(other, StringComparison.OrdinalIgnoreCase) && name != other);
        return taken ? Path.Combine(folder, $"{FileName.Distinct(uid)}.json") : path;
    }

    /// <summary>Writes a backup beside those that are there; one of another server may have the same uid and version.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardWriteFailed"/>.</exception>
    internal static string WriteBackup(string root, IReadOnlyList<string> folders, string uid, long version, DashboardDocument document)
    {
        for (int count = 1; ; count++)
        {
            string number = count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{count}");
            string path = PathOf(root, folders, uid, string.Create(CultureInfo.InvariantCulture, $".v{version}{number}"));
            if (!File.Exists(path) || Holds(path, document.Json))
            {
                AtomicFile.WriteBelow(root, path, document.Json);
                return path;
            }
        }
    }

    /// <summary>Whether a file holds a text; one that cannot be read does not.</summary>
    internal static bool Holds(string path, string text)
    {
        try
        {
            return RegularFile.ReadText(path) == text;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
