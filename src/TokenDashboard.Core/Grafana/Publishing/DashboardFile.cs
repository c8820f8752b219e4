using System.Globalization;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>The files of a server's dashboards: in folders named like the server's, named like their uid.</summary>
internal static class DashboardFile
{
    internal static string PathOf(string root, IEnumerable<string> folders, string uid, string suffix = "") =>
        Path.GetFullPath(Path.Combine([root, .. folders.Select(FileName.Safe), $"{FileName.Of(uid)}{suffix}.json"]));

    /// <summary>The full path of a dashboard's file, distinct from that of a uid that differs only in case: for many file systems those are one file.</summary>
    internal static string DistinctPathOf(string root, IEnumerable<string> folders, string uid)
    {
        string path = PathOf(root, folders, uid);
        string folder = Path.GetDirectoryName(path)!;
        string name = Path.GetFileName(path);
        bool taken = Directory.Exists(folder)
            && Directory.EnumerateFiles(folder).Select(Path.GetFileName).Any(other => name.Equals(other, StringComparison.OrdinalIgnoreCase) && name != other);
        return taken ? Path.Combine(folder, $"{FileName.Distinct(uid)}.json") : path;
    }

    /// <summary>Writes a backup beside existing ones; one of another server may have the same uid and version.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardWriteFailed"/>.</exception>
    internal static string WriteBackup(string root, IReadOnlyList<string> folders, string uid, long version, DashboardDocument document)
    {
        for (int count = 1; ; count++)
        {
            string number = count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{count}");
            string path = PathOf(root, folders, uid, string.Create(CultureInfo.InvariantCulture, $".v{version}{number}"));
            if (!File.Exists(path) || ProvisioningFolder.Read(path) == document.Json)
            {
                AtomicFile.WriteBelow(root, path, document.Json);
                return path;
            }
        }
    }
}
