using Microsoft.Data.Sqlite;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>Converts SQLite's error codes to messages.</summary>
internal static class StoreErrors
{
    // Result codes: https://sqlite.org/rescode.html
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int Interrupt = 9;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>The exception for an error while reading; an interrupted query becomes a cancellation.</summary>
    public static Exception FromReading(SqliteException exception, string path) => exception.SqliteErrorCode switch
    {
        Interrupt => new OperationCanceledException("The query was stopped.", exception),
        Busy or Locked => new TokenDashboardException(
            ErrorCode.StoreLocked,
            $"'{path}' stayed locked by another process for more than {TokenStore.BusyTimeoutSeconds} seconds. Try again. If this persists, look for a program with an open transaction.",
            exception,
            path),
        NotADatabase or Corrupt => new TokenDashboardException(
            ErrorCode.StoreNotDatabase,
            $"'{path}' is not a SQLite database, or is damaged ({exception.Message}). Use the file in logging.sqlite.database of Observicia's configuration. "
            + "If this is the file, restore a backup, or use .recover of the sqlite3 shell. If it can be opened, Test-TokenStore shows the damage.",
            exception,
            path),
        CannotOpen or ReadOnly => CannotRead(exception, path),
        _ => new TokenDashboardException(
            ErrorCode.StoreReadFailed,
            $"'{path}' could not be read: {exception.Message.TrimEnd('.')}.",
            exception,
            path),
    };

    /// <summary>The exception for an error while writing.</summary>
    public static TokenDashboardException FromWriting(Exception exception, string path) => new(
        ErrorCode.StoreWriteFailed,
        (exception as SqliteException)?.SqliteErrorCode switch
        {
            Full => $"There is no disk space left for '{path}'. What was written is kept. Free some space, and run the command again.",
            ReadOnly or CannotOpen => $"This account has no write access to '{path}'. Grant write permission on the file and its folder.",
            _ => $"'{path}' could not be written: {exception.Message}",
        },
        exception,
        path);

    private static TokenDashboardException CannotRead(SqliteException exception, string path)
    {
        bool wal;
        try
        {
            // This process has no lock on a file that could not be opened, so closing it releases none.
            using FileStream file = RegularFile.Open(path, long.MaxValue);
            Span<byte> header = stackalloc byte[20];
            // Bytes 18 and 19 of the header are 2 in WAL mode: https://sqlite.org/fileformat.html
            wal = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header[18] == 2;
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            return new TokenDashboardException(
                ErrorCode.StoreAccessDenied,
                $"This account has no read access to '{path}'. Grant read permission on the file and its folder.",
                denied,
                path);
        }
        return wal
            ? new TokenDashboardException(
                ErrorCode.StoreWalFolderReadOnly,
                $"'{path}' is in WAL mode, and this account has no write access to its folder, where SQLite stores the shared-memory file of readers. "
                + "Make the folder writable for this account, or set the database back with 'PRAGMA journal_mode = DELETE'.",
                exception,
                path)
            : new TokenDashboardException(
                ErrorCode.StoreReadFailed,
                $"'{path}' could not be opened: {exception.Message.TrimEnd('.')}.",
                exception,
                path);
    }
}
