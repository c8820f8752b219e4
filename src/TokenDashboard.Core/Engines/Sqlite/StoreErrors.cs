using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>Creates the errors of stores, including those for SQLite's error codes: https://sqlite.org/rescode.html</summary>
internal static class StoreErrors
{
    /// <summary>An error of a file. The path is the subject of the sentence.</summary>
    public static TokenDashboardException Problem(string path, ErrorCode code, string problem, Exception? exception = null) => new(code, $"'{path}' {problem}", exception, path);

    // SQLITE_MAX_PATHNAME of SQLite's files on Unix, and MAX_PATH on Windows, with room for the suffix of a journal: https://sqlite.org/src/file/src/os_unix.c
    private const int LongestPath = 500;
    private const int LongestWindowsPath = 250;

    private static readonly string TooLong =
        $"its path is too long for SQLite, which allows about {(OperatingSystem.IsWindows() ? $"{LongestWindowsPath} characters" : $"{LongestPath} bytes")}. Use a shorter path.";

    private static bool IsTooLong(string path) => OperatingSystem.IsWindows() ? path.Length > LongestWindowsPath : Encoding.UTF8.GetByteCount(path) > LongestPath;

    /// <summary>The exception for an error during a read. An interrupted query becomes a cancellation.</summary>
    public static Exception FromReading(SqliteException exception, string path, TimeSpan? patience = null) => exception.SqliteErrorCode switch
    {
        raw.SQLITE_CANTOPEN when IsTooLong(path) => Problem(path, ErrorCode.StoreReadFailed, $"could not be opened: {TooLong}", exception),
        raw.SQLITE_INTERRUPT => new OperationCanceledException("The query was stopped.", exception),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => Problem(
            path, ErrorCode.StoreLocked,
            $"was locked by another process for more than {(patience?.TotalSeconds ?? TokenStore.BusyTimeoutSeconds).ToString(CultureInfo.InvariantCulture)} seconds. Try again. If this persists, "
                + "look for a program with an open transaction.", exception),
        raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT => Problem(
            path, ErrorCode.StoreNotDatabase,
            $"is not a SQLite database, or is damaged ({exception.Message}). Use the file in logging.sqlite.database of Observicia's configuration. "
            + "If this is the file, restore a backup, or use .recover of the sqlite3 shell."
            // Any other file cannot be opened.
            + (exception.SqliteErrorCode == raw.SQLITE_CORRUPT ? " If it can be opened, Test-TokenStore shows the damage." : ""), exception),
        raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY => CannotOpen(exception, path),
        _ => Problem(path, ErrorCode.StoreReadFailed, $"could not be read: {exception.Message.TrimEnd('.')}.", exception),
    };

    /// <summary>The exception for an error during a write.</summary>
    public static TokenDashboardException FromWriting(Exception exception, string path) => Problem(
        path, ErrorCode.StoreWriteFailed,
        (exception as SqliteException)?.SqliteErrorCode switch
        {
            raw.SQLITE_FULL =>
                "could not be written: there is no disk space left. Requests that were written before are kept, but an incomplete new store is not. Free some space, and run the command again.",
            raw.SQLITE_CANTOPEN when IsTooLong(path) => $"could not be written: {TooLong}",
            raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN => "could not be written: this account has no write access. Grant write permission on the file and its folder.",
            _ => $"could not be written: {exception.Message}",
        },
        exception);

    private static TokenDashboardException CannotOpen(SqliteException exception, string path)
    {
        bool wal;
        try
        {
            // Closing it would release this process's locks on it. Here, however, SQLite could not open it.
            using FileStream file = RegularFile.Open(path, long.MaxValue);
            Span<byte> header = stackalloc byte[20];
            // Bytes 18 and 19 of the header are 2 in WAL mode: https://sqlite.org/fileformat.html
            wal = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header[18] == 2;
        }
        catch (UnauthorizedAccessException denied)
        {
            return Problem(path, ErrorCode.StoreAccessDenied, "could not be read: this account has no read access. Grant read permission on the file and its folder.", denied);
        }
        catch (IOException problem)
        {
            // For example, a program on Windows has the file open and shares it with no other.
            return Problem(path, ErrorCode.StoreReadFailed, $"could not be opened: {problem.Message}", problem);
        }
        return wal
            ? Problem(
                path, ErrorCode.StoreWalFolderReadOnly,
                "is in WAL mode, and this account has no write access to its folder, where SQLite stores the shared-memory file of readers. "
                + "Assign a common group to this account and the application's account, and to the folder with the setgid bit, and set the file's mode to 0660 or 0664. "
                + "Or leave WAL mode with 'PRAGMA journal_mode = DELETE'.", exception)
            : Problem(path, ErrorCode.StoreReadFailed, $"could not be opened: {exception.Message.TrimEnd('.')}.", exception);
    }
}
