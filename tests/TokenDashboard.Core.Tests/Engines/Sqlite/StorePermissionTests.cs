using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;

namespace TokenDashboard.Tests.Engines.Sqlite;

public partial class StorePermissionTests
{
    private const UnixFileMode OthersRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode OthersEnter = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    [Fact]
    public void A_WAL_database_in_a_read_only_folder_is_reported()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Permissions are taken away by a Linux call.");
            return;
        }
        using var store = new TestStore();
        using (SqliteConnection writer = store.Connect())
            writer.Execute("PRAGMA journal_mode = WAL");
        string folder = Path.GetDirectoryName(store.Path)!;
        File.SetUnixFileMode(store.Path, UnixFileMode.UserRead | OthersRead);
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute | OthersRead | OthersEnter);

        ErrorCode code = CodeSeenByAnotherUser(store.Path);
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        Assert.Equal(ErrorCode.StoreWalFolderReadOnly, code);
    }

    [Fact]
    public void A_file_without_read_permission_is_reported()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Permissions are taken away by a Linux call.");
            return;
        }
        using var store = new TestStore();
        File.SetUnixFileMode(
            Path.GetDirectoryName(store.Path)!,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | OthersRead | OthersEnter);
        File.SetUnixFileMode(store.Path, UnixFileMode.UserWrite);

        Assert.Equal(ErrorCode.StoreAccessDenied, CodeSeenByAnotherUser(store.Path));
    }

    [Fact]
    public void A_hot_journal_is_rolled_back_by_writers_and_reported_to_others()
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 2000).Select(_ => new TestStore.Row()));
        string copy = store.Path + ".copy";
        using (SqliteConnection writer = store.Connect())
        {
            // With a small cache, changes reach the file before the transaction ends.
            writer.Execute("PRAGMA cache_size = 1; BEGIN; UPDATE telemetry SET total_tokens = 1000");
            File.Copy(store.Path, copy);
            File.Copy(store.Path + "-journal", copy + "-journal");
        }
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(
                Path.GetDirectoryName(copy)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | OthersRead | OthersEnter);
            Assert.Equal(ErrorCode.StoreAccessDenied, CodeSeenByAnotherUser(copy));
        }

        using TokenStore open = TokenStore.Open(copy, CancellationToken.None);
        Assert.Equal(2000 * 15, TokenStoreInfo.Read(new SqliteStore(open)).TotalTokens);
        Assert.False(File.Exists(copy + "-journal"));
    }

    // The superuser may do anything. One of its threads with another file system identity may not.
    private static ErrorCode CodeSeenByAnotherUser(string path)
    {
        const uint Nobody = 65534;
        TokenDashboardException? failure = null;
        var thread = new Thread(() =>
        {
            _ = setfsuid(Nobody);
            failure = Record.Exception(() => TokenStore.Open(path, CancellationToken.None).Dispose()) as TokenDashboardException;
        });
        thread.Start();
        thread.Join();
        Assert.NotNull(failure);
        return failure.Code;
    }

    [LibraryImport("libc")]
    private static partial int setfsuid(uint uid);
}
