using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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
        Path.GetFullPath(Path.Combine([root, .. folders.Select(Safe), $"{NameOf(uid)}{suffix}.json"]));

    /// <summary>The full path for a dashboard, where another one whose uid differs in case may stand: for many file systems those are one file.</summary>
    internal static string DistinctPathOf(string root, IEnumerable<string> folders, string uid)
    {
        string path = PathOf(root, folders, uid);
        string folder = Path.GetDirectoryName(path)!;
        string name = Path.GetFileName(path);
        bool taken = Directory.Exists(folder)
            && Directory.EnumerateFiles(folder).Select(Path.GetFileName).Any(other => name.Equals(other, StringComparison.OrdinalIgnoreCase) && name != other);
        return taken ? Path.Combine(folder, $"{NameOf(uid)}-{Hash(uid)}.json") : path;
    }

    /// <summary>A file's name for a uid, without ending. What had to be changed has a hash, so that no two uids get one name.</summary>
    internal static string NameOf(string uid) => Safe(uid) is var name && name == uid ? name : $"{name}-{Hash(uid)}";

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

    private static string Hash(string uid) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(uid)), 0, 4).ToLowerInvariant();

    /// <summary>A title as the name of a folder: never a way out of the root, and one Windows takes too.</summary>
    private static string Safe(string title)
    {
        string name = string.Concat(title.Select(character => Unsafe.Contains(character) ? '_' : character)).Trim().TrimEnd('.', ' ');
        return name.Length == 0 ? "_" : IsDevice(name) ? $"_{name}" : name;
    }

    /// <summary>Whether Windows takes a name for a device's, whatever follows a dot: https://learn.microsoft.com/windows/win32/fileio/naming-a-file</summary>
    private static bool IsDevice(string name)
    {
        string device = name.Split('.')[0].TrimEnd().ToUpperInvariant();
        return device is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$" or ['C', 'O', 'M', _] or ['L', 'P', 'T', _]
            && (device.Length != 4 || char.IsDigit(device[3]) || device[3] is '\u00B9' or '\u00B2' or '\u00B3');
    }
}
