using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>
/// Tells SQLite's files without opening them beside SQLite. On POSIX systems, to close any handle of a file releases the locks that this process has
/// on it, also those of another session's SQLite, and a store that is being written would be damaged: https://sqlite.org/howtocorrupt.html, section 2.2.
/// </summary>
internal static class SqliteFiles
{
    // A database consists of whole pages: https://sqlite.org/fileformat.html
    private const int SmallestPage = 512;

    // What SQLite writes beside a database: https://sqlite.org/tempfiles.html
    private static readonly string[] Suffixes = ["-journal", "-wal", "-shm"];

    /// <summary>Whether a file is a database, or may be one that SQLite cannot open.</summary>
    public static bool IsDatabase(string path) => JournalModeOf(path) is not null;

    /// <summary>Whether a file is a database in WAL mode.</summary>
    public static bool IsWriteAheadLogged(string path) => JournalModeOf(path) == "wal";

    /// <summary>Whether SQLite writes a file beside a database.</summary>
    public static bool IsBesideDatabase(string path) => DatabaseOf(path) is var database && database != path && IsDatabase(database);

    /// <summary>The path of the database that a file is beside by its name, or the path itself.</summary>
    public static string DatabaseOf(string path) =>
        Array.Find(Suffixes, suffix => path.EndsWith(suffix, StringComparison.Ordinal)) is { } found ? path[..^found.Length] : path;

    // Null for no database, and empty for what cannot be opened, is locked or damaged.
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
