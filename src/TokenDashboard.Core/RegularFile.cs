using System.Formats.Tar;

namespace TokenDashboard;

/// <summary>
/// Reads files that anybody may have made. Opening a pipe waits for its writer, and a device may have no end: only regular files are
/// opened, and of them no more is read than was asked for.
/// </summary>
public static class RegularFile
{
    /// <summary>The most that is read of a dashboard, of definitions or of a provisioning file.</summary>
    public const long MaxDocumentBytes = 64L * 1024 * 1024;

    /// <summary>Opens a file to read. It may be written, renamed or removed meanwhile.</summary>
    /// <param name="path">The file, or a link to it.</param>
    /// <param name="maxBytes">The largest size that is opened.</param>
    /// <exception cref="IOException">There is none, it is larger, or it is a pipe, a socket or a device.</exception>
    /// <exception cref="UnauthorizedAccessException">This account may not read it.</exception>
    public static FileStream Open(string path, long maxBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var link = new FileInfo(path);
        string target = link.LinkTarget is null ? link.FullName : link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        // Of a folder, and of what is missing, it throws.
        long length = new FileInfo(target).Length;
        if (length > maxBytes)
            throw TooLarge(path, maxBytes);
        // Pipes, sockets and devices have no size.
        if (length == 0 && !IsRegular(target))
            throw NotRegular(path);
        var stream = new FileStream(target, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!stream.CanSeek)
        {
            // A pipe that took the file's place just now.
            stream.Dispose();
            throw NotRegular(path);
        }
        return stream;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, or a link to it.</param>
    /// <param name="maxBytes">The largest size that is read.</param>
    /// <exception cref="IOException">As <see cref="Open"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">This account may not read it.</exception>
    public static byte[] ReadBytes(string path, long maxBytes)
    {
        using FileStream stream = Open(path, maxBytes);
        using var content = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        // Files that grow, and those of /proc, hold more than their size says.
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            content.Write(buffer.AsSpan(0, read));
            if (content.Length > maxBytes)
                throw TooLarge(path, maxBytes);
        }
        return content.ToArray();
    }

    /// <summary>Reads a file of UTF-8, or of what its byte order mark says.</summary>
    /// <param name="path">The file, or a link to it.</param>
    /// <param name="maxBytes">The largest size that is read.</param>
    /// <exception cref="IOException">As <see cref="Open"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">This account may not read it.</exception>
    public static string ReadText(string path, long maxBytes = MaxDocumentBytes)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(path, maxBytes)));
        return reader.ReadToEnd();
    }

    /// <summary>Whether a file holds exactly these bytes, however large it is.</summary>
    /// <exception cref="IOException">As <see cref="Open"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">This account may not read it.</exception>
    internal static bool Holds(string path, byte[] content)
    {
        using FileStream stream = Open(path, long.MaxValue);
        byte[] held = new byte[content.Length];
        return stream.Length == content.Length && stream.ReadAtLeast(held, held.Length, throwOnEndOfStream: false) == held.Length && held.AsSpan().SequenceEqual(content);
    }

    /// <summary>What a file is, without opening it. .NET tells it nowhere but in the entry it would write for it into an archive.</summary>
    private static bool IsRegular(string path)
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
