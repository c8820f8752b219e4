using System.Collections.Concurrent;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>
/// Makes the readers of this process release a database together at intervals. To the operating system, they are one reader, and a
/// reader that starts joins the others even if another process waits to write. With many readers, the writer would time out.
/// After all have released the database, no reader starts before the writer has written. https://sqlite.org/lockingv3.html
/// </summary>
internal sealed class ReadGate
{
    private static readonly ConcurrentDictionary<string, ReadGate> Gates = new();

    // More readers are not faster, and compete for the processor with the process that holds the write lock.
    private static readonly int MostInside = Math.Max(2, Environment.ProcessorCount);

    private static readonly TimeSpan OpenTime = RowScanner.UsualWindow;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly object _lock = new();
    private readonly LinkedList<Thread> _waiting = new();
    private readonly List<Thread> _inside = [];
    private long _opened;

    public static ReadGate Of(string path) => Gates.GetOrAdd(path, _ => new ReadGate());

    /// <summary>Waits until a short read may begin, in the order of arrival.</summary>
    public void Enter(CancellationToken cancellation)
    {
        lock (_lock)
        {
            LinkedListNode<Thread> me = _waiting.AddLast(Thread.CurrentThread);
            try
            {
                // A read within a read of another connection would deadlock.
                while ((_waiting.First != me || IsClosed) && !_inside.Contains(me.Value))
                {
                    cancellation.ThrowIfCancellationRequested();
                    Monitor.Wait(_lock, Step);
                }
                _opened = _inside.Count == 0 ? Stopwatch.GetTimestamp() : _opened;
                _inside.Add(me.Value);
            }
            finally
            {
                _waiting.Remove(me);
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>Signals that a read has ended and released its lock.</summary>
    public void Exit()
    {
        lock (_lock)
        {
            _inside.Remove(Thread.CurrentThread);
            Monitor.PulseAll(_lock);
        }
    }

    private bool IsClosed => _inside.Count >= MostInside || (_inside.Count > 0 && Stopwatch.GetElapsedTime(_opened) > OpenTime);
}
