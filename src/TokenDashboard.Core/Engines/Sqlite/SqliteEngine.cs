using System.Runtime.InteropServices;
using SQLitePCL;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>The process-wide state of the SQLite library this product carries.</summary>
internal static class SqliteEngine
{
    // https://sqlite.org/c3ref/c_config_covering_index_scan.html
    private const int ConfigMultiThread = 2;
    private const int ConfigMemoryStatus = 9;

    private static readonly Lazy<bool> Ready = new(SetUp);

    /// <summary>Makes sure the library is set up before the first connection.</summary>
    /// <exception cref="TokenDashboardException">The native library does not load on this machine.</exception>
    public static void Initialize() => _ = Ready.Value;

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
                $"SQLite's native library cannot be loaded on this platform ({RuntimeInformation.RuntimeIdentifier}). The module includes it for Windows, Linux (glibc and musl) and macOS, on x64 and arm64. On these platforms, reinstall the module with all of its folders.",
                exception);
        }
        // Every connection here belongs to one command on one thread, so it needs no lock of its own around each column that is read;
        // those locks would take half the time of a scan. Refused harmlessly where the library is in use already.
        _ = raw.sqlite3_config(ConfigMultiThread);
        // Nobody asks how much memory it uses, and counting that takes a lock at each allocation.
        _ = raw.sqlite3_config(ConfigMemoryStatus, 0);
        return true;
    }
}
