using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard.Engines.Sqlite.Queries;

/// <summary>
/// Reads the rollups of a time range in chunks, with <see cref="RollupPlanner"/>. A chunk has one UTC offset and is read in one short
/// transaction, which copies rollup rows and reads the requests of the gaps. Histograms are decoded afterwards.
/// </summary>
internal sealed class RollupChunks : IDisposable
{
    // The maximum number of requests of gaps in a chunk, because they are read in the transaction of the chunk.
    private const long LargestGap = 20_000;
    private const int RowsPerLook = 128;

    // The size of copies that fit in the processor's cache. Allocating memory takes longer than filling it.
    private const double UsualBytes = 1024 * 1024;
    private const int GapRow = -1;
    private const long FirstDays = 4 * RollupLevels.DaySeconds;
    private const long FirstWeeks = 4 * RollupLevels.WeekSeconds;
    private const long LongestLength = 800 * RollupLevels.DaySeconds;

    private readonly TokenStore _store;
    private readonly UsageScope _scope;
    private readonly RollupState _start;
    private readonly UnreadableReport _unreadable;
    private readonly Action<UsageRow> _onRow;
    private RollupRow _rows = new();
    private SqliteCommand? _command;

    // The positions at which a chunk must end. Partial seconds are separate chunks, which the planner treats as gaps.
    private readonly long[] _bounds;
    private readonly long _end;
    private readonly IReadOnlyList<ZoneClock> _clocks;

    // In a zone whose clock differs from UTC, no sum would be longer than a day's part. Chunks that end with their week or month need no step.
    private readonly Func<long, long>? _endOfBucket;
    private readonly int _step;

    // The chunks that were read after the rollups had been extended, in order.
    private readonly List<(long From, long Until, long Watermark)> _later = [];
    private RollupState? _now;
    private Dictionary<long, RollupGroup> _groups = [];

    // The bounds, and the times at which the price of a group changes. Otherwise, a week could have several prices.
    private long[] _cuts = [];
    private long _at;
    private long _length;

    public RollupChunks(TokenStore store, UsageScope scope, RollupState start, UnreadableReport unreadable, Action<UsageRow> onRow)
    {
        (_store, _scope, _start, _unreadable, _onRow) = (store, scope, start, unreadable, onRow);
        _length = scope.Step == 0 ? FirstWeeks : FirstDays;
        (_at, _end) = RollupStore.DataBounds(store);
        var cuts = new List<long> { 0, _end };
        foreach (DateTimeOffset bound in new[] { scope.Filter.Range.Since, scope.Filter.Range.Until }.OfType<DateTimeOffset>())
        {
            long second = RollupLevels.SecondOf(bound.UtcTicks);
            cuts.AddRange([second, bound.UtcTicks % TimeSpan.TicksPerSecond == 0 ? second : second + 1]);
        }
        if (scope.Filter.Range.Since is { } since)
            _at = Math.Max(_at, RollupLevels.SecondOf(since.UtcTicks));
        if (scope.Filter.Range.Until is { } until)
            _end = Math.Min(_end, RollupLevels.SecondOf(until.UtcTicks - 1) + 1);
        _bounds = [.. cuts.Append(_end).Order()];
        // Without a step, clock changes do not matter.
        _clocks = ZoneClock.Of(scope.Zone, InstantOf(_at), InstantOf(scope.Step > 0 ? _end : _at));
        _endOfBucket = _clocks.Any(clock => clock.Offset % RollupLevels.DaySeconds != 0) ? scope.EndOfBucket : null;
        _step = _endOfBucket is null ? scope.Step : 0;
    }

    /// <summary>Reads the next chunk, or a part of it.</summary>
    /// <returns>False if requests were changed since the start, or the rollups became unusable; null at the end.</returns>
    public bool? MoveNext()
    {
        if (_at >= _end)
            return null;
        _rows.Clear();
        if (!_store.ReadAtOnce(ReadChunk))
            return false;
        for (int row = 0; row < _rows.Count; row++)
        {
            _rows.LookAt(row);
            _unreadable.Add(_rows.Values);
            _onRow(_rows);
        }
        return true;
    }

    /// <summary>Whether a request was read, as a row or in a sum. Requests after the first watermark may have been aggregated since.</summary>
    public bool IsSummed(RequestRow row)
    {
        long second = RollupLevels.SecondOf(row.UtcTicks);
        int read = _later.FindLastIndex(chunk => second >= chunk.From && second < chunk.Until);
        long watermark = read < 0 ? _start.Watermark : _later[read].Watermark;
        return watermark != 0 && row.Id <= watermark;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _command?.Dispose();
    }

    private bool ReadChunk()
    {
        var watch = Stopwatch.StartNew();
        if (RollupState.Read(_store) is not { IsUsable: true } now || now.Changes != _start.Changes)
            return false;
        if (now.Version != _now?.Version)
        {
            _groups = RollupStore.ReadGroups(_store, _scope.Filter).Where(group => _scope.Counts(group.Value.Provider, group.Value.Model)).ToDictionary();
            if (_scope.NeedsQuarters is { } needsQuarters && _groups.Values.Any(group => needsQuarters(group.Provider, group.Model)))
            {
                // The first requests of such a model were added during the read.
                return false;
            }
            IEnumerable<DateTimeOffset> changes = _groups.Values.Select(group => (group.Provider, group.Model)).Distinct().SelectMany(of => _scope.PriceChanges?.Invoke(of.Provider, of.Model) ?? []);
            _cuts = [.. changes.Select(change => RollupLevels.SecondOf(change.UtcTicks)).Concat(_bounds).Order()];
            // The store may have its first request details by now.
            Prepare(_store.HasDetails);
        }
        _now = now;
        // Time without data is skipped.
        _at = Math.Max(_at, RollupStore.Next(_store, RollupLevels.StartOf(_at, RollupLevels.QuarterSeconds)) ?? _end);
        if (_at >= _end)
            return true;
        long until = Until(out int offset);
        // Longer levels also contain removed requests.
        bool quarters = !_scope.CountsRemoved && RollupStore.NextRemoved(_store, RollupLevels.StartOf(_at, RollupLevels.DaySeconds)) < until;
        _command!.Parameters["$first"].Value = _at;
        _command.Parameters["$last"].Value = until;
        _command.Parameters["$step"].Value = quarters ? RollupLevels.QuarterSeconds : _step;
        _command.Parameters["$offset"].Value = quarters ? 0 : offset;
        if (!Read(canBeShorter: until - _at > RollupLevels.QuarterSeconds, watch))
        {
            _rows.Clear();
            _length = Math.Max((until - _at) / 4, RollupLevels.QuarterSeconds);
            return true;
        }
        if (now.Watermark != _start.Watermark)
            _later.Add((_at, until, now.Watermark));
        double growth = Math.Min(RowScanner.UsualWindow / (watch.Elapsed + TimeSpan.FromTicks(1)), UsualBytes / (_rows.Bytes + 1));
        _length = (long)Math.Clamp((until - _at) * Math.Clamp(growth, 0.25, 8), RollupLevels.QuarterSeconds, LongestLength);
        _at = until;
        return true;
    }

    // The end of the chunk: whole days, hours or quarter-hours, as far as its length allows, or the position at which it must end.
    private long Until(out int offset)
    {
        ZoneClock clock = _clocks.First(clock => _at < clock.Until);
        offset = clock.Offset;
        long most = Math.Min(_cuts.First(cut => cut > _at), clock.Until), end = _at + _length;
        if (_endOfBucket is not null)
            most = Math.Min(most, RollupLevels.SecondOf(_endOfBucket(InstantOf(_at).UtcTicks)));
        if (most <= end)
            return most;
        foreach (int length in (ReadOnlySpan<int>)[RollupLevels.WeekSeconds, RollupLevels.DaySeconds, RollupLevels.SixHourSeconds, RollupLevels.HourSeconds, RollupLevels.QuarterSeconds])
        {
            if (RollupLevels.StartOf(end, length) is var start && start > _at)
                return start;
        }
        return end;
    }

    // False if there is too much to read at once.
    private bool Read(bool canBeShorter, Stopwatch watch)
    {
        var gaps = new HashSet<(long First, long Last)>();
        var ranges = new List<RowRange>();
        int looked = 0;
        bool complete = true;
        _store.Step(_command!, statement =>
        {
            complete = !canBeShorter || ++looked % RowsPerLook != 0 || watch.Elapsed < RowScanner.UsualWindow * 2;
            if (statement.Integer(0) == GapRow)
            {
                gaps.Add((statement.Integer(1), statement.Integer(2)));
                if (statement.Type(3) != raw.SQLITE_NULL)
                    ranges.Add(new RowRange(statement.Integer(3), statement.Integer(4)));
            }
            // Removed requests cannot be read, so a quarter-hour counts by its start.
            else if (_groups.TryGetValue(statement.Integer(2), out RollupGroup? group) && (statement.Integer(0) != (long)RollupLevel.RemovedQuarter
                || (_scope.CountsRemoved && _scope.Filter.Range.Contains(RollupLevels.TicksOf(statement.Integer(1))))))
            {
                _rows.Copy(statement, group);
            }
            return complete;
        });
        ranges = RowRange.Merge(ranges);
        if (!complete || (canBeShorter && ranges.Sum(range => range.Last - range.First + 1) > LargestGap))
            return false;
        (long First, long Last)[] sorted = [.. gaps.Order()];
        bool Concerns(RequestRow row)
        {
            if (!row.IsTimeReadable || row.Id > _now!.Watermark || !_scope.Counts(row.Provider, row.Model))
                return false;
            long second = RollupLevels.SecondOf(row.UtcTicks);
            return Array.Exists(sorted, gap => second >= gap.First && second < gap.Last);
        }
        if (ranges.Count > 0)
        {
            using var scanner = new RowScanner(_store, _scope.Filter, _scope.Texts, ranges: ranges, unreadable: _unreadable, concerns: Concerns);
            scanner.ReadAll(_onRow);
        }
        return true;
    }

    private static DateTimeOffset InstantOf(long second) => new(Math.Clamp(RollupLevels.TicksOf(second), 0, DateTime.MaxValue.Ticks), TimeSpan.Zero);

    // One statement, so that the planner is prepared and run once. It returns the gaps first.
    private void Prepare(bool hasDetails)
    {
        _rows.Dispose();
        _rows = new RollupRow([.. Measures.All.Where(measure => hasDetails || !MeasureSql.IsDetail(measure))]);
        string[] columns = _rows.Columns.Split(", ");
        _command?.Dispose();
        _command = _store.CreateCommand(string.Create(CultureInfo.InvariantCulture, $"""
            WITH RECURSIVE segment(first, last, step, utc_offset) AS (VALUES ($first, $last, $step, $offset)), reading(users, singly) AS (VALUES ($users, FALSE)),
            {RollupPlanner.Pieces()}
            SELECT {GapRow}, gap.first, gap.last, first_row, last_row{string.Concat(columns.Skip(5).Select(_ => ", NULL"))}
            FROM gap LEFT JOIN {RollupSchema.Rows} ON start > gap.first - {RollupLevels.QuarterSeconds} AND start < gap.last WHERE gap.first < gap.last
            UNION ALL
            SELECT {string.Join(", ", columns.Select(column => column == "NULL" ? column : $"sums.{column}"))}
            FROM piece CROSS JOIN {RollupSchema.Sums} AS sums ON sums.level = piece.level AND sums.start >= piece.start AND sums.start < piece.end
            WHERE NOT {RollupPlanner.IsStale("sums")}
            """));
        foreach (string name in new[] { "$first", "$last", "$step", "$offset" })
            _command.Parameters.Add(name, SqliteType.Integer);
        _command.Parameters.AddWithValue("$users", _scope.NeedsUsers ? 1 : 0);
    }
}
