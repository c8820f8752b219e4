namespace TokenDashboard.Engines.Sqlite;

/// <summary>How SQLite keeps a store sound when a program dies: https://sqlite.org/pragma.html#pragma_journal_mode</summary>
public enum JournalMode : long
{
    /// <summary>A rollback journal, SQLite's default: a writer and readers wait for one another.</summary>
    Delete,

    /// <summary>A write-ahead log: nobody waits, but every reader must be allowed to write the folder.</summary>
    Wal,
}
