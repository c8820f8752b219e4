using System.Globalization;
using TokenDashboard.Dashboards;

namespace TokenDashboard.Grafana;

/// <summary>Where dashboards from a server stand in a folder here: in folders named like the server's, in files named like their uid.</summary>
internal static class DashboardFile
{
    /// <summary>The characters no file system this product runs on may have in a name.</summary>
    private static readonly System.Buffers.SearchValues<char> Unsafe =
        System.Buffers.SearchValues.Create([.. "/\\:*?\"<>|", .. Enumerable.Range(0, 32).Select(code => (char)code)]);

    /// <summary>The full path of a dashboard's file.</summary>
    internal static string PathOf(string root, IEnumerable<string> folders, string uid, string suffix = "") =>
        Path.GetFullPath(Path.Combine([root, .. folders.Select(Safe), $"{Safe(uid)}{suffix}.json"]));

    /// <summary>Writes a backup beside those that are there; one of another server may have the same uid and version.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardWriteFailed"/>.</exception>
    internal static string WriteBackup(string root, IReadOnlyList<string> folders, string uid, long version, DashboardDocument document)
    {
        for (int count = 1; ; count++)
        {
            string number = count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{count}");
            string path = PathOf(root, folders, uid, string.Create(CultureInfo.InvariantCulture, $".v{version}{number}"));
            if (!File.Exists(path) || File.ReadAllText(path) == document.Json)
            {
                AtomicFile.WriteIfChanged(path, document.Json);
                return path;
            }
        }
    }

    /// <summary>A title as the name of a folder: never a way out of the root, and one Windows takes too.</summary>
    private static string Safe(string title)
    {
        string name = string.Concat(title.Select(character => Unsafe.Contains(character) ? '_' : character)).Trim().TrimEnd('.');
        return name.Length == 0 ? "_" : name;
    }
}
