using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>
/// Reads rows in windows of row ids. Each window is a separate read of about 50 ms, so a writer does not wait much longer
/// for the lock, for any size of the store and any speed of the caller. Rows written after the scan began are omitted, so
/// the result is a snapshot, unless rows are deleted during the scan. After a window without matching rows, the scan continues at the
/// next existing row, because ids can have any gaps.
/// </summary>
internal sealed class RowScanner : IDisposable
{
    public static readonly TimeSpan UsualWindow = TimeSpan.FromMilliseconds(50);

    private const long FirstWindow = 500;

    // The number of rows between two checks of the clock.
    private const int RowsPerLook = 256;

    // The number of SQLite's steps between two checks if no rows match.
    private const int StepsPerLook = 20_000;

    // Windows grow while no rows are read. This limits the number of rows that are read when that ends.
    private const long LargestWindow = 1 << 22;

    private readonly TokenStore _store;
    private readonly SqliteCommand _command;
    private readonly bool _newestFirst;
    private readonly TimeSpan _target;
    private readonly RequestRow _row;
    private readonly Queue<RowRange> _ranges;
    private readonly TimeRange _time;
    private readonly UnreadableReport? _unreadable;
    private readonly Func<RequestRow, bool>? _concerns;
    private int _rowsOfWindow;
    private bool _isComplete;
    private long _low;
    private long _high;
    private long _window = FirstWindow;

    /// <summary>
    /// Reads the rows that a filter selects, including those without a readable time, or sorted ranges of ids without overlap. A window lasts
    /// <see cref="UsualWindow"/>, unless another duration is specified. If unreadable values are counted, rows outside of the time range are omitted and, of the
    /// others that are of interest, those without a readable time are only counted.
    /// </summary>
    public RowScanner(
        TokenStore store, RequestFilter filter, RequestText texts, bool newestFirst = false, List<RowRange>? ranges = null, TimeSpan? window = null,
        UnreadableReport? unreadable = null, Func<RequestRow, bool>? concerns = null)
    {
        _store = store;
        _newestFirst = newestFirst;
        _target = window ?? UsualWindow;
        (_time, _unreadable, _concerns) = (filter.Range, unreadable, concerns);
        List<RowRange> all = [.. (ranges ?? [store.Rows()]).Where(range => range.First <= range.Last)];
        if (newestFirst)
            all.Reverse();
        _ranges = new(all);
        // Checked after the last row, so that rows have no details if the details table does not exist yet.
        bool hasDetails = store.HasDetails;
        _row = new RequestRow(hasDetails);
        _command = store.CreateCommand("");
        _command.CommandText = $"""
            SELECT {RequestRow.Columns(texts, hasDetails)} FROM {TelemetrySql.Source(hasDetails)}
            WHERE {TelemetrySql.Table}.rowid >= $low AND {TelemetrySql.Table}.rowid <= $high AND {filter.ToSql(_command)}
            ORDER BY {TelemetrySql.Table}.rowid{(newestFirst ? " DESC" : "")}
            """;
        _command.Parameters.Add("$low", SqliteType.Integer);
        _command.Parameters.Add("$high", SqliteType.Integer);
        NextRange();
    }

    public void ReadAll(Action<RequestRow> onRow)
    {
        while (ReadWindow(onRow))
        {
        }
    }

    /// <summary>Reads the next window and invokes the callback for each of its rows.</summary>
    /// <returns>False if no rows were left.</returns>
    public bool ReadWindow(Action<RequestRow> onRow)
    {
        if (_isComplete)
            return false;
        bool last = _high - _low < _window && _high - _low >= 0;
        long low = _newestFirst && !last ? _high - _window + 1 : _low;
        long high = _newestFirst || last ? _high : _low + _window - 1;
        _command.Parameters["$low"].Value = low;
        _command.Parameters["$high"].Value = high;
        Action<RequestRow> onRowOfWindow = _unreadable is null ? onRow : row =>
        {
            if (_concerns?.Invoke(row) == false)
                return;
            _unreadable.Add(row.Values, row.Unreadable);
            if (row.IsTimeReadable && _time.Contains(row.UtcTicks))
                onRow(row);
        };
        bool complete = _store.ReadAtOnce(() =>
        {
            var watch = Stopwatch.StartNew();
            // On a busy machine, a window ends early.
            bool MayGoOn() => watch.Elapsed < _target * 2;
            bool isStopped = false;
            if (_window > FirstWindow)
                raw.sqlite3_progress_handler(_store.Handle, StepsPerLook, _ => (isStopped = !MayGoOn()) ? 1 : 0, null);
            try
            {
                return ReadRows(_command, onRowOfWindow, MayGoOn);
            }
            catch (OperationCanceledException) when (isStopped && !_store.Cancellation.IsCancellationRequested)
            {
                return false;
            }
            finally
            {
                raw.sqlite3_progress_handler(_store.Handle, 0, null, null);
                Resize(watch.Elapsed);
            }
        });
        _store.Report(_rowsOfWindow);
        // The next window is smaller.
        if (!complete && _rowsOfWindow == 0)
            return true;
        (long first, long end) = complete ? (low, high) : (_row.Id, _row.Id);
        bool isLast = _newestFirst ? first == _low : end == _high;
        if (_newestFirst && !isLast)
            _high = _rowsOfWindow > 0 ? first - 1 : _store.RowUpTo(first - 1, otherwise: _low);
        else if (!isLast)
            _low = _rowsOfWindow > 0 ? end + 1 : _store.RowFrom(end + 1, otherwise: _high);
        if (isLast || _low > _high)
            NextRange();
        return true;
    }

    /// <summary>Reads the rows that another statement selects. See <see cref="RequestRow.Columns"/>.</summary>
    public void ReadRows(SqliteCommand command, Action<RequestRow> onRow) => ReadRows(command, onRow, () => true);

    private bool ReadRows(SqliteCommand command, Action<RequestRow> onRow, Func<bool> mayGoOn)
    {
        _rowsOfWindow = 0;
        return _store.Read(() => _store.Step(command, statement =>
        {
            _row.Load(statement);
            onRow(_row);
            return ++_rowsOfWindow % RowsPerLook != 0 || mayGoOn();
        }));
    }

    public void Dispose() => _command.Dispose();

    private void NextRange()
    {
        _isComplete = !_ranges.TryDequeue(out RowRange range);
        (_low, _high) = range;
    }

    private void Resize(TimeSpan elapsed)
    {
        double factor = Math.Clamp(_target / (elapsed + TimeSpan.FromTicks(1)), 0.25, 8);
        _window = (long)Math.Clamp(_window * factor, FirstWindow, LargestWindow);
    }
}
