namespace TokenDashboard.Grafana.DataSources;

/// <summary>Warnings about a store that is also on this machine, under the path given to Grafana.</summary>
internal static class StoreWarnings
{
    /// <summary>Where a SQLite file says how it is written: 2 is with a write-ahead log.</summary>
    private const int WriteVersionOffset = 18;

    /// <summary>What may fail in Grafana; empty for a sound store, and for a path that means nothing here.</summary>
    internal static IEnumerable<string> Of(string database)
    {
        if (Path.IsPathFullyQualified(database) && IsWriteAheadLogged(database) && !OthersMayWrite(Path.GetDirectoryName(database)!))
        {
            yield return $"The store '{database}' is in WAL mode, and only its owner may write its folder. Grafana cannot open it from another account: give Grafana's "
                + "account write permission on the folder, or change the journal mode with Optimize-TokenStore -JournalMode Delete.";
        }
    }

    private static bool IsWriteAheadLogged(string database)
    {
        try
        {
            using FileStream stream = RegularFile.Open(database, long.MaxValue);
            Span<byte> header = stackalloc byte[WriteVersionOffset + 1];
            return stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header[WriteVersionOffset] == 2;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Grafana may see the path elsewhere; only Grafana can tell.
            return false;
        }
    }

    /// <summary>Windows has no such bits; there, and in a folder of a group, nothing is known.</summary>
    private static bool OthersMayWrite(string folder) =>
        OperatingSystem.IsWindows() || (File.GetUnixFileMode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0;
}
