using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Engines.Sqlite;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>
/// A copy of a database at one point in time, in a temporary file that only this account can read. The database can be written between the steps of
/// copying. SQLite then starts again. https://sqlite.org/backup.html
/// </summary>
internal sealed class StoreSnapshot : IDisposable
{
    private const string Prefix = "tokendashboard-", Extension = ".db";
    private const int FirstStep = 500;
    private const int LargestStep = 1 << 20;

    // The writer waits at most for one step.
    private static readonly TimeSpan UsualStep = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan YoungestLeftover = TimeSpan.FromHours(1);

    // Marks the file as in use until it is disposed or the process ends. On Linux, SQLite ignores this lock. On Windows, sharing the file does not allow deleting it.
    private readonly FileStream _held;

    private StoreSnapshot()
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"{Prefix}{Guid.NewGuid():N}{Extension}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
            (options.Share, options.UnixCreateMode) = (FileShare.None, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _held = new FileStream(Path, options);
        // On macOS, this lock would exclude those of SQLite, so only the age of the file shows that it is in use.
        if (OperatingSystem.IsMacOS())
            _held.Dispose();
    }

    internal string Path { get; }

    /// <exception cref="PluginException">The database is written too often, or the disk has no space for the copy.</exception>
    /// <exception cref="TokenDashboardException">The database cannot be read.</exception>
    internal static StoreSnapshot Take(string path, TimeSpan limit, CancellationToken cancellation)
    {
        RegularFile.RemoveLeftovers(System.IO.Path.GetTempPath(), Prefix, Extension, YoungestLeftover);
        var snapshot = new StoreSnapshot();
        try
        {
            snapshot.Copy(path, limit, cancellation);
            return snapshot;
        }
        catch
        {
            snapshot.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _held.Dispose();
        try
        {
            File.Delete(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The file is in use. A later run removes it.
        }
    }

    private void Copy(string path, TimeSpan limit, CancellationToken cancellation)
    {
        using TokenStore store = TokenStore.OpenDatabase(path, cancellation);
        using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ToString());
        copy.Open();
        raw.sqlite3_exec(copy.Handle, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
        sqlite3_backup backup = raw.sqlite3_backup_init(copy.Handle, "main", store.Handle, "main");
        try
        {
            long begun = Stopwatch.GetTimestamp();
            for (int pages = FirstStep; ;)
            {
                cancellation.ThrowIfCancellationRequested();
                (int code, TimeSpan elapsed) = store.Read(() =>
                {
                    long step = Stopwatch.GetTimestamp();
                    return (raw.sqlite3_backup_step(backup, pages), Stopwatch.GetElapsedTime(step));
                });
                switch (code)
                {
                    case raw.SQLITE_DONE:
                        return;
                    case raw.SQLITE_OK:
                        pages = (int)Math.Clamp(pages * Math.Clamp(UsualStep / elapsed, 0.25, 1.25), 1, LargestStep);
                        break;
                    case raw.SQLITE_BUSY or raw.SQLITE_LOCKED:
                        break;
                    case raw.SQLITE_FULL:
                        throw QueryGuard.Stopped($"takes long, and '{System.IO.Path.GetDirectoryName(Path)}' has no disk space for a copy of the database");
                    default:
                        store.Read<object?>(() => throw new SqliteException(raw.sqlite3_errstr(code).utf8_to_string(), code));
                        break;
                }
                if (Stopwatch.GetElapsedTime(begun) > limit)
                {
                    throw QueryGuard.Stopped(string.Create(CultureInfo.InvariantCulture,
                        $"takes long and would block the application, and copying the database took more than {limit.TotalSeconds} seconds, "
                            + $"or the application wrote too often. In WAL mode, no copy is needed"));
                }
            }
        }
        finally
        {
            raw.sqlite3_backup_finish(backup);
        }
    }
}
