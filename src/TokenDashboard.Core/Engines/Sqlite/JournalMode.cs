namespace TokenDashboard;

/// <summary>How SQLite protects a store from crashes: https://sqlite.org/pragma.html#pragma_journal_mode</summary>
public enum JournalMode : long
{
    /// <summary>A rollback journal, SQLite's default. A writer and readers wait for each other.</summary>
    Delete,

    /// <summary>A write-ahead log. Writers and readers do not wait, but every reader needs write access to the folder.</summary>
    Wal,
}
