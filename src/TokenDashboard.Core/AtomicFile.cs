using System.Collections.Concurrent;

namespace TokenDashboard;

/// <summary>Writes files that other programs may read at the same time. A reader sees either the old or the new text, never a part.</summary>
internal static class AtomicFile
{
    // The temporary file of a run in progress is newer.
    private static readonly TimeSpan YoungestLeftover = TimeSpan.FromHours(1);

    // Hidden files by folder before the first write. A folder is listed once, however many files are written into it.
    private static readonly ConcurrentDictionary<string, string[]> Hidden = new(StringComparer.Ordinal);

    /// <summary>
    /// Writes a whole file as UTF-8 without a byte order mark, and returns whether it was written. Missing folders are created. A file that
    /// already has this content is not written, so file watchers see no change. A symbolic link is kept, and its target changes.
    /// </summary>
    /// <exception cref="TokenDashboardException">The file or its folder cannot be written.</exception>
    public static bool WriteIfChanged(string path, string text, ErrorCode code = ErrorCode.DashboardWriteFailed)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        try
        {
            string target = RegularFile.TargetOf(path);
            if (File.Exists(target) && RegularFile.Holds(target, content))
                return false;
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            Replace(target, content);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenDashboardException(
                code,
                $"'{path}' could not be written: {exception.Message} Check that the folder exists, that this account can write to it, "
                + "and that no other program uses the file.",
                exception,
                path);
        }
    }

    /// <summary>
    /// Works as <see cref="WriteIfChanged"/>, for a file with an untrusted name below a folder of the user. Links below
    /// that folder can lead out of it, so they are rejected.
    /// </summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.DashboardWriteFailed"/>: the path contains a link, or the file or its folder cannot be written.
    /// </exception>
    public static bool WriteBelow(string root, string path, string text)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        for (string? at = Path.GetFullPath(path); at is not null && at.Length > root.Length; at = Path.GetDirectoryName(at))
        {
            if (new FileInfo(at).LinkTarget is { } target)
            {
                throw new TokenDashboardException(
                    ErrorCode.DashboardWriteFailed,
                    $"'{path}' was not written, because '{at}' is a link to '{target}'. Replace the link with a file or folder, or specify the target of the link.",
                    target: path);
            }
        }
        return WriteIfChanged(path, text);
    }

    /// <summary>A rename is atomic only within one file system, so the temporary file is in the same folder. Temporary files of killed runs are removed.</summary>
    private static void Replace(string target, byte[] content)
    {
        string folder = Path.GetDirectoryName(target)!, name = $".{Path.GetFileName(target)}.", random = Path.GetRandomFileName();
        string temporary = Path.Combine(folder, name + random);
        foreach (string file in Hidden.GetOrAdd(folder, static folder => [.. RegularFile.List(folder, ".*")]))
        {
            if (file.Length == temporary.Length && Path.GetFileName(file).StartsWith(name, StringComparison.Ordinal))
                RegularFile.RemoveLeftover(file, YoungestLeftover);
        }
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(content);
                // Without this, a power failure after the rename can leave an empty file under the final name.
                stream.Flush(flushToDisk: true);
            }
            if (!OperatingSystem.IsWindows() && File.Exists(target))
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
