namespace TokenDashboard.Engines.Sqlite;

/// <summary>Counts the rows that all threads read for a command. The action receives the count, only on the thread that created this object.</summary>
internal sealed class ReadProgress(Action<long> onRead)
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _rows;

    public void Add(long rows)
    {
        long read = Interlocked.Add(ref _rows, rows);
        if (Environment.CurrentManagedThreadId == _thread)
            onRead(read);
    }
}
