using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.Sqlite;

public partial class StorePermissionTests
{
    private const UnixFileMode OthersRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode OthersEnter = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    [Fact]
    public void A_database_in_WAL_mode_in_a_folder_that_cannot_be_written_is_explained()
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
    public void A_file_that_may_not_be_read_is_explained()
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
    public void What_a_killed_program_left_half_written_is_taken_back_by_who_may_write_and_explained_to_others()
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 2000).Select(_ => new TestStore.Row()));
        string copy = store.Path + ".copy";
        using (SqliteConnection writer = store.Connect())
        {
            // With a small cache changes get into the file before the transaction has ended.
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

    // The superuser may do anything; one thread of his with another identity towards the file system may not.
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
