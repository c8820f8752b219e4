using SQLitePCL;

namespace TokenDashboard.Store;

/// <summary>The process-wide state of the SQLite library this product carries.</summary>
internal static class SqliteEngine
{
    // https://sqlite.org/c3ref/c_config_covering_index_scan.html
    private const int ConfigMultiThread = 2;

    static SqliteEngine()
    {
        Batteries_V2.Init();
        // Every connection here belongs to one command on one thread, so it needs no lock of its own around each column that is read;
        // those locks would take half the time of a scan. Refused harmlessly where the library is in use already.
        _ = raw.sqlite3_config(ConfigMultiThread);
    }

    /// <summary>Makes sure the library is set up before the first connection.</summary>
    public static void Initialize()
    {
        // Calling any member runs the static constructor once.
    }
}
