using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>The process-wide state of the included SQLite library.</summary>
internal static partial class SqliteEngine
{
    // https://sqlite.org/c3ref/c_config_covering_index_scan.html
    private const int ConfigMultiThread = 2;
    private const int ConfigMemoryStatus = 9;

    // https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html#sqlitefcntlhasmoved
    private const int FileHasMoved = 20;

    private static readonly Lazy<bool> Ready = new(SetUp);

    /// <summary>Opens a file or, without a path, a temporary database. It is not pooled, because a pool would keep the file open after the command ends.</summary>
    /// <exception cref="TokenDashboardException">The native library cannot be loaded on this machine, or a file of the database is a pipe.</exception>
    public static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        _ = Ready.Value;
        if (path.Length > 0)
            SqliteFiles.RejectPipes(path);
        // The time-out is short, so that waiting can be canceled.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 1 }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>Runs statements and discards their results.</summary>
    public static void Execute(this SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The rows that a query returns, read one by one.</summary>
    public static IEnumerable<T> Query<T>(this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
            yield return read(reader);
    }

    /// <summary>Whether the path no longer refers to the open file. Always false on Windows, where an open file cannot be moved.</summary>
    public static bool HasMoved(this SqliteConnection connection)
    {
        int moved = 0;
        _ = sqlite3_file_control(connection.Handle!.DangerousGetHandle(), 0, FileHasMoved, ref moved);
        return moved != 0;
    }

    // SQLitePCLRaw does not provide this function.
    [LibraryImport("e_sqlite3")] private static partial int sqlite3_file_control(nint connection, nint database, int operation, ref int result);

    private static bool SetUp()
    {
        try
        {
            Batteries_V2.Init();
        }
        catch (DllNotFoundException exception)
        {
            throw new TokenDashboardException(
                ErrorCode.SqliteUnavailable,
                $"SQLite's native library cannot be loaded on this platform ({RuntimeInformation.RuntimeIdentifier}). The module includes it for "
                + "Windows, Linux (glibc and musl) and macOS, on x64 and arm64. On these platforms, reinstall the module with all of its folders.",
                exception);
        }
        // Every connection belongs to one command on one thread, so it needs no lock for each column that is read. These
        // locks would take half the time of a scan. If the library is already in use, this fails without consequences.
        _ = raw.sqlite3_config(ConfigMultiThread);
        // Memory statistics are not needed, and require a lock for each allocation.
        _ = raw.sqlite3_config(ConfigMemoryStatus, 0);
        return true;
    }
}
