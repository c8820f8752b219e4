using System.Collections.Concurrent;
using System.Diagnostics;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>
/// Makes the readers of this process let go of a database together now and then. To the operating system they are one reader, and one
/// that comes joins the others even while another process waits to write: with enough of them, that would wait until it gives up.
/// Once all have let go, nobody comes before it has written. https://sqlite.org/lockingv3.html
/// </summary>
internal sealed class ReadGate
{
    private static readonly ConcurrentDictionary<string, ReadGate> Gates = new();

    // More at once would read no faster, and take the processor from whoever holds the lock for writing.
    private static readonly int MostInside = Math.Max(2, Environment.ProcessorCount);

    private static readonly TimeSpan OpenTime = RowScanner.UsualWindow;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly object _lock = new();
    private readonly LinkedList<Thread> _waiting = new();
    private readonly List<Thread> _inside = [];
    private long _opened;

    /// <summary>The gate of a database file.</summary>
    public static ReadGate Of(string path) => Gates.GetOrAdd(path, _ => new ReadGate());

    /// <summary>Waits until a short read may begin, first come, first served.</summary>
    public void Enter(CancellationToken cancellation)
    {
        lock (_lock)
        {
            LinkedListNode<Thread> me = _waiting.AddLast(Thread.CurrentThread);
            try
            {
                // Who reads within a read of another connection would wait for himself.
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

    /// <summary>Says that a read has ended, and its lock is gone.</summary>
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
