using System.Diagnostics;
using Microsoft.Data.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Store;

/// <summary>
/// Reads the requests of a filter in windows of row ids. Each window is a read of its own and takes about 50 ms, so a writer never
/// waits longer than that for the lock, however large the store is and however slowly the caller consumes. Rows written after the
/// scan began are left out, so the answer is that of one moment, unless rows are deleted meanwhile.
/// </summary>
internal sealed class RequestScanner : IDisposable
{
    private const long FirstWindow = 500;

    // Windows grow over gaps in the ids; this bounds what is read at once when a gap ends.
    private const long LargestWindow = 1 << 22;

    private static readonly TimeSpan Target = TimeSpan.FromMilliseconds(50);

    private readonly TokenStore _store;
    private readonly RequestFilter _filter;
    private readonly SqliteCommand _command;
    private readonly bool _newestFirst;
    private readonly RequestRow _row = new();
    private long _low;
    private long _high;
    private long _window = FirstWindow;

    /// <param name="store">The open store.</param>
    /// <param name="filter">Which requests.</param>
    /// <param name="texts">The texts that will be read of each row.</param>
    /// <param name="newestFirst">Whether ids run downwards.</param>
    public RequestScanner(TokenStore store, RequestFilter filter, RequestText texts, bool newestFirst = false)
    {
        _store = store;
        _filter = filter;
        _newestFirst = newestFirst;
        (IReadOnlyList<string> conditions, IReadOnlyDictionary<string, object> parameters) = filter.ToSql();
        string where = string.Join(" AND ", conditions.Prepend("rowid >= $low AND rowid <= $high"));
        _command = store.CreateCommand($"SELECT {RequestRow.Columns(texts)} FROM {TelemetrySql.Table} WHERE {where} ORDER BY rowid{(newestFirst ? " DESC" : "")}");
        foreach ((string name, object value) in parameters)
        {
            _command.Parameters.AddWithValue(name, value);
        }
        _command.Parameters.Add("$low", SqliteType.Integer);
        _command.Parameters.Add("$high", SqliteType.Integer);
        _low = store.Scalar<long>($"SELECT COALESCE(min(rowid), 0) FROM {TelemetrySql.Table}");
        _high = store.Scalar<long>($"SELECT COALESCE(max(rowid), -1) FROM {TelemetrySql.Table}");
    }

    /// <summary>What could not be read so far.</summary>
    public UnreadableReport Unreadable { get; } = new();


    /// <summary>Reads every window.</summary>
    public void ReadAll(Action<RequestRow> onRow)
    {
        while (ReadWindow(onRow))
        {
        }
    }

    /// <summary>Reads the next window and calls back for each of its requests.</summary>
    /// <returns>False when there was nothing left to read.</returns>
    public bool ReadWindow(Action<RequestRow> onRow)
    {
        if (_low > _high)
        {
            return false;
        }
        bool last = _high - _low < _window && _high - _low >= 0;
        long low = _newestFirst && !last ? _high - _window + 1 : _low;
        long high = _newestFirst || last ? _high : _low + _window - 1;
        var watch = Stopwatch.StartNew();
        _store.Read(() => Read(low, high, onRow));
        Resize(watch.Elapsed);
        if (last)
        {
            _low = 1;
            _high = 0;
        }
        else if (_newestFirst)
        {
            _high = low - 1;
        }
        else
        {
            _low = high + 1;
        }
        return true;
    }

    /// <summary>Reads the requests another statement selects (see <see cref="RequestRow.Columns"/>), without counting what is unreadable again.</summary>
    public void ReadRows(SqliteCommand command, Action<RequestRow> onRow) => _store.Read(() => Step(command, onRow));

    public void Dispose() => _command.Dispose();

    private bool Read(long low, long high, Action<RequestRow> onRow)
    {
        _command.Parameters["$low"].Value = low;
        _command.Parameters["$high"].Value = high;
        return Step(_command, row =>
        {
            Unreadable.Add(row.Unreadable);
            bool timeReadable = (row.Unreadable & UnreadableValue.Timestamp) == 0;
            if (timeReadable && _filter.Range.Contains(row.UtcTicks))
            {
                onRow(row);
            }
        });
    }

    private bool Step(SqliteCommand command, Action<RequestRow> onRow)
    {
        using SqliteDataReader reader = _store.ExecuteReader(command);
        if (!reader.HasRows)
        {
            return false;
        }
        // Executing has stepped to the first row already.
        var statement = new NativeStatement(reader.Handle!);
        int resultCode;
        do
        {
            _row.Load(statement);
            onRow(_row);
        }
        while (statement.Step(out resultCode));
        SqliteException.ThrowExceptionForRC(resultCode, command.Connection!.Handle);
        return true;
    }

    private void Resize(TimeSpan elapsed)
    {
        double factor = Math.Clamp(Target / (elapsed + TimeSpan.FromTicks(1)), 0.25, 8);
        _window = (long)Math.Clamp(_window * factor, FirstWindow, LargestWindow);
    }
}
