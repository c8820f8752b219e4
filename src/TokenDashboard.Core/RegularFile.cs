using System.Formats.Tar;

namespace TokenDashboard;

/// <summary>
/// Reads untrusted files. Opening a pipe waits for its writer, and a device can be endless, so only regular files are
/// opened, and only up to a limit.
/// </summary>
internal static class RegularFile
{
    /// <summary>The maximum size of a dashboard, a file of definitions or a provisioning file.</summary>
    public const long MaxDocumentBytes = 64L * 1024 * 1024;

    // As on Linux. Windows follows more, and macOS fewer.
    private const int MostLinks = 40;

    private static readonly EnumerationOptions Listable = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    /// <summary>Opens a file, or the target of a link, for reading, up to a maximum size. Other programs can write, rename or remove it at the same time.</summary>
    /// <exception cref="IOException">The file does not exist or is too large, or the path is a pipe, a socket or a device.</exception>
    /// <exception cref="UnauthorizedAccessException">This account cannot read the file.</exception>
    public static FileStream Open(string path, long maxBytes)
    {
        string target = ThrowIfNone(path, maxBytes);
        var stream = new FileStream(target, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!stream.CanSeek)
        {
            // A pipe may just have replaced the file.
            stream.Dispose();
            throw NotRegular(path);
        }
        return stream;
    }

    /// <summary>
    /// Throws the same exceptions as <see cref="Open"/> if the path is not a regular file, without opening it. Returns the file, or the target of the
    /// link.
    /// </summary>
    public static string ThrowIfNone(string path, long maxBytes = long.MaxValue)
    {
        string target = TargetOf(path);
        // It throws for a folder and for a missing file.
        long length = new FileInfo(target).Length;
        if (length > maxBytes)
            throw TooLarge(path, maxBytes);
        // Pipes, sockets and devices have no size.
        return length > 0 || IsRegular(target) ? target : throw NotRegular(path);
    }

    /// <summary>Reads a file. Throws the same exceptions as <see cref="Open"/>.</summary>
    public static byte[] ReadBytes(string path, long maxBytes)
    {
        using FileStream stream = Open(path, maxBytes);
        using var content = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        // Growing files, and files in /proc, contain more than their size.
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            content.Write(buffer.AsSpan(0, read));
            if (content.Length > maxBytes)
                throw TooLarge(path, maxBytes);
        }
        return content.ToArray();
    }

    /// <summary>
    /// Reads a file in UTF-8, or in the encoding of its byte order mark. Throws the same exceptions as <see cref="Open"/>, and an IOException for invalid
    /// bytes, unless replacement characters are permitted.
    /// </summary>
    public static string ReadText(string path, long maxBytes = MaxDocumentBytes, bool replacesInvalid = false)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(path, maxBytes)), replacesInvalid ? Encoding.UTF8 : StrictUtf8);
        try
        {
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException exception)
        {
            // Otherwise, replacement characters would be published.
            throw new IOException($"'{path}' is not in UTF-8. Save it in UTF-8, or in another encoding with a byte order mark.", exception);
        }
    }

    /// <summary>The text of a file; null if it cannot be read.</summary>
    internal static string? TryReadText(string path)
    {
        try
        {
            return ReadText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether a file contains exactly these bytes, for any size. Throws the same exceptions as <see cref="Open"/>.</summary>
    internal static bool Holds(string path, byte[] content)
    {
        using FileStream stream = Open(path, long.MaxValue);
        byte[] held = new byte[content.Length];
        return stream.Length == content.Length && stream.ReadAtLeast(held, held.Length, throwOnEndOfStream: false) == held.Length && held.AsSpan().SequenceEqual(content);
    }

    /// <summary>The full path of a file, or of the target of a link.</summary>
    /// <exception cref="IOException">Links form a loop.</exception>
    public static string TargetOf(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is null)
            return file.FullName;
        FileSystemInfo target = file.ResolveLinkTarget(returnFinalTarget: true)!;
        // On Windows, .NET returns a target on a network share as UNC\server\share, without the backslashes before it.
        return OperatingSystem.IsWindows() && target.ToString() is ['U', 'N', 'C', '\\', ..] and var share ? $@"\{share[3..]}" : target.FullName;
    }

    /// <summary>The files of a folder that match a pattern; none if the folder is missing or this account cannot list it.</summary>
    public static IEnumerable<string> List(string folder, string pattern) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern, Listable) : [];

    /// <summary>Removes the temporary files of killed runs in a folder that have a GUID between a prefix and a suffix, unless they are newer than an age, or in use.</summary>
    public static void RemoveLeftovers(string folder, string prefix, string suffix, TimeSpan youngest)
    {
        foreach (string file in List(folder, "*" + suffix))
        {
            string name = Path.GetFileName(file);
            if (name.Length > prefix.Length + suffix.Length && name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(suffix, StringComparison.Ordinal)
                && Guid.TryParseExact(name[prefix.Length..^suffix.Length], "N", out _))
            {
                RemoveLeftover(file, youngest);
            }
        }
    }

    /// <summary>Removes a regular file, unless it is newer than an age, or a running process has it open without sharing.</summary>
    private static void RemoveLeftover(string path, TimeSpan youngest)
    {
        try
        {
            if (File.GetLastWriteTimeUtc(path) >= DateTime.UtcNow - youngest || new FileInfo(path).LinkTarget is not null)
                return;
            ThrowIfNone(path);
            // Windows does not delete an open file.
            if (!OperatingSystem.IsWindows())
                new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The file belongs to another run or account.
        }
    }

    /// <summary>The full path of a file with all links resolved, including links to folders, so that a file has one path for all ways to it.</summary>
    public static string WithoutLinks(string path)
    {
        int left = MostLinks;
        return WithoutLinks(Path.GetFullPath(path), ref left);
    }

    // Without a limit, a few links that lead to each other repeatedly would take years. A disk that is mounted in a folder of Windows can be a link to itself.
    private static string WithoutLinks(string path, ref int left)
    {
        if (Path.GetDirectoryName(path) is not { } folder)
            return path;
        string file = Path.Combine(WithoutLinks(folder, ref left), Path.GetFileName(path));
        try
        {
            string target = Path.TrimEndingDirectorySeparator(TargetOf(file));
            return target == file || left-- <= 0 ? file : WithoutLinks(target, ref left);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Links form a loop. Opening the file reports the error.
            return file;
        }
    }

    /// <summary>A full path in the case of the names on disk. On Windows and macOS, a file is also found by names in another case.</summary>
    public static string InStoredCase(string path)
    {
        if (PathComparison == StringComparison.Ordinal || !Path.Exists(path))
            return path;
        if (Path.GetDirectoryName(path) is not { } folder)
            return path is [_, ':', ..] ? path.ToUpperInvariant() : path;
        string name = Path.GetFileName(path);
        string?[] alike =
            [.. Directory.EnumerateFileSystemEntries(folder, "*", Listable).Select(Path.GetFileName).Where(other => name.Equals(other, StringComparison.OrdinalIgnoreCase))];
        // Folders can be case-sensitive there, too.
        return Path.Combine(InStoredCase(folder), alike is [{ } stored] ? stored : name);
    }

    /// <summary>The comparison of full paths. On Windows and macOS, file names are not case-sensitive.</summary>
    public static StringComparison PathComparison => OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>The type of a file, without opening it. In .NET, only an archive entry for the file provides it.</summary>
    public static bool IsRegular(string path)
    {
        if (OperatingSystem.IsWindows())
            return true;
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
            writer.WriteEntry(path, "file");
        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry() is { EntryType: TarEntryType.RegularFile };
    }

    private static IOException TooLarge(string path, long maxBytes) =>
        new($"'{path}' is larger than {(maxBytes >= 1 << 20 ? $"{maxBytes >> 20} MiB" : $"{maxBytes} bytes")}, the maximum for such a file.");

    private static IOException NotRegular(string path) => new($"'{path}' is a pipe, a socket or a device. Use a regular file.");
}
