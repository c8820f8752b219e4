using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>
/// Detects SQLite's files without opening them outside SQLite. On POSIX systems, closing any handle of a file releases this process's locks on it,
/// including those of another session's SQLite. A store that is being written would be damaged: https://sqlite.org/howtocorrupt.html, section 2.2.
/// </summary>
internal static class SqliteFiles
{
    // A database consists of whole pages: https://sqlite.org/fileformat.html
    private const int SmallestPage = 512;

    // The files that SQLite writes next to a database: https://sqlite.org/tempfiles.html
    private static readonly string[] Suffixes = ["-journal", "-wal", "-shm"];

    /// <summary>Whether a file is a database, or may be a database that SQLite cannot open.</summary>
    public static bool IsDatabase(string path) => JournalModeOf(path) is not null;

    /// <summary>Whether a file is a database in WAL mode.</summary>
    public static bool IsWriteAheadLogged(string path) => JournalModeOf(path) == "wal";

    /// <summary>Whether a file is one that SQLite writes next to a database.</summary>
    public static bool IsNextToDatabase(string path) => DatabaseOf(path) is var database && database != path && IsDatabase(database);

    /// <summary>The path of the database to which a file belongs by its name, or the path itself.</summary>
    public static string DatabaseOf(string path) =>
        Array.Find(Suffixes, suffix => path.EndsWith(suffix, StringComparison.Ordinal)) is { } found ? path[..^found.Length] : path;

    /// <summary>Rejects a database if SQLite would wait for a pipe that is in the place of a file next to it.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.StoreNotDatabase"/>.</exception>
    public static void RejectPipes(string path)
    {
        // SQLite opens these files next to the target of a link, but does not follow links of their own.
        string database = RegularFile.WithoutLinks(path);
        if (Array.Find(Suffixes, suffix => IsPipe(database + suffix)) is { } found)
            throw StoreErrors.Problem(path, ErrorCode.StoreNotDatabase, $"cannot be opened, because '{database + found}' is a pipe, a socket or a device. Remove '{database + found}'.");
    }

    private static bool IsPipe(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: 0 } && !RegularFile.IsRegular(path);
        }
        catch (FileNotFoundException)
        {
            // The application creates and removes its journal in each transaction.
            return false;
        }
    }

    // Null if the file is not a database; empty if it cannot be opened, is locked or damaged.
    private static string? JournalModeOf(string path)
    {
        var file = new FileInfo(RegularFile.WithoutLinks(path));
        if (!file.Exists || file.Length == 0 || file.Length % SmallestPage != 0)
            return null;
        try
        {
            using SqliteConnection connection = SqliteEngine.Open(file.FullName, SqliteOpenMode.ReadOnly);
            return connection.Query("PRAGMA journal_mode", row => row.GetString(0)).Single();
        }
        catch (SqliteException exception)
        {
            return exception.SqliteErrorCode == raw.SQLITE_NOTADB ? null : "";
        }
    }
}
