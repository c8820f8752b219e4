using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Testing;

namespace TokenDashboard.Tests.Engines.Sqlite;

public class StoreWriteConnectionTests
{
    [Fact]
    public void Late_work_is_rolled_back_and_eventually_committed()
    {
        using var store = new TestStore();
        using StoreWriteConnection connection = StoreWriteConnection.Open(store.Path, CancellationToken.None);
        void Work() => connection.InTransaction(() =>
        {
            connection.Execute("INSERT INTO telemetry (timestamp) VALUES ('2026-03-01T12:00:00')");
            Thread.Sleep(150);
            connection.ThrowIfLate();
        });

        Assert.Throws<TransactionLateException>(Work);
        Assert.Equal(0L, store.Query("SELECT count(*) FROM telemetry")[0]);
        for (int attempt = 0; attempt < 10 && Record.Exception(Work) is TransactionLateException; attempt++)
        {
        }
        Assert.Equal(1L, store.Query("SELECT count(*) FROM telemetry")[0]);
    }

    [Fact]
    public async Task Readers_that_block_the_commit_finish_first()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row());
        using StoreWriteConnection connection = StoreWriteConnection.Open(store.Path, CancellationToken.None);
        using TokenStore reader = store.Open();
        int runs = 0;
        Task writing = Task.CompletedTask;

        long rows = reader.ReadAtOnce(() =>
        {
            long before = reader.Rows().Last;
            // Starts after the read has its lock. Otherwise, the writer might finish before there is a reader.
            writing = Task.Run(() => connection.InTransaction(() =>
            {
                Interlocked.Increment(ref runs);
                connection.Execute("DELETE FROM telemetry");
            }), TestContext.Current.CancellationToken);
            Eventually.Holds(() => Volatile.Read(ref runs) > 2);
            Assert.Equal(before, reader.Rows().Last);
            return before;
        });
        await writing;

        Assert.Equal((1L, -1L), (rows, reader.Rows().Last));
    }
}
