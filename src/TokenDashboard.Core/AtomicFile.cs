using System.Collections.Concurrent;

namespace TokenDashboard;

/// <summary>Writes files that other programs may read at the same time. A reader sees either the old or the new text, never a part.</summary>
internal static class AtomicFile
{
    private const string Prefix = ".tokendashboard-";
    private const string Suffix = ".tmp";

    // The temporary file of a run in progress is newer.
    private static readonly TimeSpan YoungestLeftover = TimeSpan.FromHours(1);

    private const int MostAttempts = 10;

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(25);

    // A folder is listed once, however many files are written into it.
    private static readonly ConcurrentDictionary<string, bool> Cleared = new(StringComparer.Ordinal);

    /// <summary>
    /// Writes a whole file as UTF-8 without a byte order mark, and returns whether it was written. Missing folders are created. A file that
    /// already has this content is not written, so file watchers see no change. A symbolic link is kept, and its target changes.
    /// </summary>
    /// <exception cref="TokenDashboardException">The file or its folder cannot be written.</exception>
    public static bool WriteIfChanged(string path, string text, ErrorCode code = ErrorCode.DashboardWriteFailed) =>
        Write(path, text, RegularFile.TargetOf, code);

    /// <summary>
    /// Works as <see cref="WriteIfChanged"/>, for a file with an untrusted name below a folder of the user. Links below
    /// that folder can lead out of it, so they are rejected.
    /// </summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.DashboardWriteFailed"/>: the path contains a link, or the file or its folder cannot be written.
    /// </exception>
    public static bool WriteBelow(string root, string path, string text)
    {
        ThrowIfLinked(root, path);
        // A link that replaces the file after the check is replaced too, not followed.
        return Write(path, text, Path.GetFullPath, ErrorCode.DashboardWriteFailed);
    }

    /// <summary>Throws if a file below a folder of the user, or a folder between them, is a link.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardWriteFailed"/>.</exception>
    public static void ThrowIfLinked(string root, string path)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        for (string? at = Path.GetFullPath(path); at is not null && at.Length > root.Length; at = Path.GetDirectoryName(at))
        {
            if (new FileInfo(at).LinkTarget is { } target)
            {
                throw new TokenDashboardException(
                    ErrorCode.DashboardWriteFailed,
                    $"'{path}' was not changed, because '{at}' is a link to '{target}'. Replace the link with a file or folder, or specify the target of the link.",
                    target: path);
            }
        }
    }

    private static bool Write(string path, string text, Func<string, string> resolve, ErrorCode code)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        try
        {
            string target = resolve(path);
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

    /// <summary>A rename is atomic only within one file system, so the temporary file is in the same folder. Temporary files of killed runs are removed.</summary>
    private static void Replace(string target, byte[] content)
    {
        string folder = Path.GetDirectoryName(target)!;
        if (Cleared.TryAdd(folder, true))
            RegularFile.RemoveLeftovers(folder, Prefix, Suffix, YoungestLeftover);
        string temporary = Path.Combine(folder, $"{Prefix}{Guid.NewGuid():N}{Suffix}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        // From the start, nobody who cannot read the old content can read the new.
        if (!OperatingSystem.IsWindows() && File.Exists(target))
            options.UnixCreateMode = File.GetUnixFileMode(target);
        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                // The system removes the permissions of the umask.
                if (!OperatingSystem.IsWindows() && options.UnixCreateMode is { } mode)
                    File.SetUnixFileMode(stream.SafeFileHandle, mode);
                stream.Write(content);
                // Without this, a power failure after the rename can leave an empty file under the final name.
                stream.Flush(flushToDisk: true);
            }
            Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Renames a file within its folder. Windows cannot rename or replace a file that another program has open, such as a virus scanner, or Grafana
    /// while it reads the file. Such programs close it soon, so the attempts take about as long as those of SQLite.
    /// </summary>
    public static void Move(string from, string to, bool overwrite)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                File.Move(from, to, overwrite);
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
                && OperatingSystem.IsWindows() && attempt < MostAttempts && (overwrite || !Path.Exists(to)))
            {
                Thread.Sleep(RetryPause * attempt);
            }
        }
    }
}
