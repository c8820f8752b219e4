using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>Writes new dashboards to a path: a file, or a folder in which each dashboard has its own file.</summary>
internal static class DashboardFile
{
    /// <summary>Whether a path is that of a file. Any other path is a folder, which need not exist.</summary>
    public static bool IsFile(string path) => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    /// <summary>The file of a dashboard: the path itself, or the file with this name in the folder.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardWriteFailed"/>: the path looks like a file of another type.</exception>
    public static string PathOf(string path, string name)
    {
        // A path that ends in a slash has no extension.
        if (!IsFile(path) && Path.HasExtension(path) && !Directory.Exists(path))
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardWriteFailed,
                $"'{path}' is neither a .json file nor an existing folder. For a file, use a name that ends in .json. For a new folder, add a slash at the end.",
                target: path);
        }
        return IsFile(path) ? path : Path.Combine(path, name);
    }

    /// <summary>Throws if a file has content other than a version of a dashboard. A mistyped path must not overwrite a definition or a dashboard of someone else.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardExists"/>.</exception>
    public static void ThrowIfOther(string file, string uid)
    {
        if (File.Exists(file) && RegularFile.TryReadText(file) is not "" and var text && DashboardDocument.TryParse(text, file)?.Uid != uid)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardExists, $"'{file}' exists and is not the dashboard '{uid}'. Use another path, or use -Force to replace the file.", target: file);
        }
    }

    /// <summary>Writes a dashboard's file, unless it is up to date. The file that the user specified can be a link, a file in a folder cannot.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardWriteFailed"/>.</exception>
    public static bool Write(string path, string file, string json) =>
        IsFile(path) ? AtomicFile.WriteIfChanged(file, json) : AtomicFile.WriteBelow(path, file, json);
}
