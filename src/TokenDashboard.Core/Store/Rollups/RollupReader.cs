using System.Diagnostics;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>
/// Answers questions about sums from the rollups, and adds the requests they do not cover: those at the ends of the range, and those
/// written since the rollups were refreshed. It reads in short transactions, and the answer is exact all the same: each piece of time
/// is read as a whole and with the watermark of that moment, and of the rows written meanwhile those count that lie after it.
/// </summary>
internal sealed class RollupReader
{
    // A quarter of an hour is read as a whole, and so are several that have no more rows than this together.
    private const long RowsAtOnce = 20_000;

    // What this module does to a store for so long without a break is not normal.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly TokenStore _store;
    private readonly RollupQuestion _question;
    private readonly RollupState _start;
    private readonly Action<RollupRow> _onSum;
    private readonly Action<RequestRow> _onRow;
    private readonly UnreadableReport _unreadable = new();
    private readonly Queue<RollupRun> _runs = [];

    // What was read when the rollups had gone on since the beginning, the latest last.
    private readonly List<(long From, long Until, long Watermark)> _later = [];
    private RollupState _now;
    private Dictionary<long, RollupGroup> _groups = [];
    private HashSet<(RollupLevel Level, long Start)> _stale = [];
    private long _requests;
    private long _timedRequests;
    private long _damaged;
    private long _damagedWithoutDuration;

    private RollupReader(TokenStore store, RollupQuestion question, RollupState state, Action<RollupRow> onSum, Action<RequestRow> onRow) =>
        (_store, _question, _start, _now, _onSum, _onRow) = (store, question, state, state, onSum, onRow);

    /// <summary>Reads what a question needs, from the rollups where the store has them and they can answer.</summary>
    /// <param name="store">The open store.</param>
    /// <param name="question">The question.</param>
    /// <param name="begin">Called first, and again whenever what the other callbacks were given is to be forgotten.</param>
    /// <param name="onSum">Called for each sum.</param>
    /// <param name="onRow">Called for each request.</param>
    /// <returns>What could not be read.</returns>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreLocked"/>: requests were changed all the time. Or another of the codes that begin with <c>Store</c>.
    /// </exception>
    public static UnreadableReport Read(TokenStore store, RollupQuestion question, Action begin, Action<RollupRow> onSum, Action<RequestRow> onRow)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; store.Cancellation.WaitHandle.WaitOne(Pause))
        {
            store.Cancellation.ThrowIfCancellationRequested();
            begin();
            RollupState? state = RollupState.Read(store);
            UnreadableReport? report = question.IsAboutSums && state is { IsUsable: true }
                ? new RollupReader(store, question, state, onSum, onRow).Answer()
                : ReadAll(store, question, state, onSum, onRow);
            if (report is not null)
            {
                report.LacksRemoved = question.CountsRemoved && state is not null && store.Read(() => LacksRemoved(store, question));
                return report;
            }
        }
        throw new TokenDashboardException(
            ErrorCode.StoreLocked,
            $"Requests in '{store.Path}' are being changed without a break, by Import-TokenUsage or by Optimize-TokenStore -Rebuild. Ask again when that has ended.",
            target: store.Path);
    }

    /// <summary>
    /// The rows in which the requests of a range are found, for questions the rollups cannot answer; null for all rows.
    /// </summary>
    public static List<RowRange>? RangesOf(TokenStore store, TimeRange range)
    {
        if ((range.Since is null && range.Until is null) || RollupState.Read(store) is not { IsUsable: true } state || state.Watermark == 0)
        {
            return null;
        }
        (long from, long until) = QuartersOf(range);
        return RowRange.Merge([.. RollupQueries.ReadRanges(store, from, until), .. RangesWithoutTime(store), state.After(store)]);
    }

    // Reads every request; null where the answer is to be begun anew.
    private static UnreadableReport? ReadAll(TokenStore store, RollupQuestion question, RollupState? state, Action<RollupRow> onSum, Action<RequestRow> onRow)
    {
        RequestFilter filter = question.Filter;
        using var scanner = new RequestScanner(store, filter, question.Texts, ranges: RangesOf(store, filter.Range));
        scanner.ReadAll(onRow);
        if (!question.IsAboutSums)
        {
            return scanner.Unreadable;
        }
        if (question.CountsRemoved && state is not null)
        {
            ReadRemoved(store, filter, onSum);
        }
        // Nobody removes requests while the rollups cannot be used; but they may have become usable.
        return RollupState.Read(store) is not { } now || (now.Changes == (state?.Changes ?? 0) && now.Removals == (state?.Removals ?? 0)) ? scanner.Unreadable : null;
    }

    // The sums of removed requests are all that is left of them.
    private static void ReadRemoved(TokenStore store, RequestFilter filter, Action<RollupRow> onSum)
    {
        Dictionary<long, RollupGroup> groups = store.Read(() => RollupQueries.ReadGroups(store, filter));
        (long from, long until) = store.Read(() => RollupQueries.DataBounds(store));
        while (from < until)
        {
            from = store.Read(() => RollupQueries.ReadRun(store, RollupLevel.RemovedQuarter, from, until, RollupQueries.Window, groups, sum =>
            {
                if (filter.Range.Contains(sum.UtcTicks))
                {
                    onSum(sum);
                }
            }));
        }
    }

    // Of removed requests only sums of quarters of an hour are left.
    private static bool LacksRemoved(TokenStore store, RollupQuestion question)
    {
        TimeRange range = question.Filter.Range;
        if (question.IsAboutSums)
        {
            return IsCut(range.Since) || IsCut(range.Until);
        }
        (long from, long until) = QuartersOf(range);
        return RollupQueries.HasRemoved(store, from, until);

        bool IsCut(DateTimeOffset? bound) => bound is { } time && RequestRemover.QuarterOf(time) is var quarter && quarter != time
            && RollupQueries.HasRemoved(store, quarter.ToUnixTimeSeconds(), quarter.ToUnixTimeSeconds() + 1);
    }

    // The seconds in which the quarters of an hour begin that a range has a part of.
    private static (long From, long Until) QuartersOf(TimeRange range) => (
        range.Since is { } since ? RollupLevels.StartOf(RollupLevels.SecondOf(since.UtcTicks), RollupLevels.QuarterSeconds) : RollupSchema.NoTime + 1,
        range.Until is { } end ? RollupLevels.SecondOf(end.UtcTicks - 1) + 1 : long.MaxValue);

    private static List<RowRange> RangesWithoutTime(TokenStore store) => RollupQueries.ReadRanges(store, RollupSchema.NoTime, RollupSchema.NoTime + 1);

    // Null where the answer is to be begun anew.
    private UnreadableReport? Answer()
    {
        bool unchanged = InRead(() =>
        {
            Learn();
            foreach (RollupRun run in Plan().Runs)
            {
                _runs.Enqueue(run);
            }
        });
        while (unchanged && _runs.Count > 0)
        {
            unchanged = InRead(ReadRuns);
        }
        if (!unchanged || !ReadAfter())
        {
            return null;
        }
        long onlyMissing = Math.Max(0, _requests - _timedRequests - _damagedWithoutDuration);
        _unreadable.Add(UnreadableValue.MissingDuration, onlyMissing);
        _unreadable.Add(UnreadableValue.None, Math.Max(0, _requests - _damaged - onlyMissing));
        return _unreadable;
    }

    private RollupPlan Plan()
    {
        (long Day, bool HasRemoved) known = (long.MinValue, false);
        bool HasRemoved(long start)
        {
            long day = RollupLevels.StartOf(start, RollupLevels.DaySeconds);
            if (day != known.Day)
            {
                known = (day, RollupQueries.FirstRemoved(_store, day) < day + RollupLevels.DaySeconds);
            }
            return known.HasRemoved;
        }
        // Longer pieces count what was removed, and so do the numbers of unreadable values.
        return new RollupPlan(
            _question.Filter.Range, RollupQueries.DataBounds(_store), _question.NeedsUsers, _question.BoundaryAfter,
            (level, start) => _stale.Contains((level, start)) || (!_question.CountsRemoved && HasRemoved(start)));
    }

    /// <summary>Does a piece of reading in one short transaction.</summary>
    /// <returns>False where requests were changed since the answer began, or the rollups can no longer be used.</returns>
    private bool InRead(Action read)
    {
        return _store.ReadAtOnce(() =>
        {
            if (RollupState.Read(_store) is not { IsUsable: true } now || now.Changes != _start.Changes)
            {
                return false;
            }
            if (now.Version != _now.Version)
            {
                Learn();
            }
            _now = now;
            read();
            return true;
        });
    }

    private void Learn()
    {
        _groups = RollupQueries.ReadGroups(_store, _question.Filter);
        _stale = RollupQueries.ReadStale(_store);
    }

    private void ReadRuns()
    {
        var watch = Stopwatch.StartNew();
        do
        {
            (RollupLevel? level, long from, long until) = _runs.Dequeue();
            long end = level is { } sums ? ReadSums(sums, from, until, RollupQueries.Window - watch.Elapsed) : ReadRequests(from, until);
            if (_now.Watermark != _start.Watermark)
            {
                _later.Add((from, end, _now.Watermark));
            }
            if (end < until)
            {
                _runs.Enqueue(new RollupRun(level, end, until));
            }
        }
        while (_runs.Count > 0 && watch.Elapsed < RollupQueries.Window);
    }

    private long ReadSums(RollupLevel level, long from, long until, TimeSpan window)
    {
        // Quarters of which requests were removed since the answer began still count these.
        bool IsStale(long start) => level == RollupLevel.Quarter && _stale.Contains((level, start));
        void Count(RollupRow sum)
        {
            if (!IsStale(sum.Start))
            {
                _requests += sum.Requests;
                _timedRequests += sum.TimedRequests;
                _onSum(sum);
            }
        }
        long end = RollupQueries.ReadRun(_store, level, from, until, window, _groups, Count);
        if (level == RollupLevel.Quarter)
        {
            ReadRemoved(from, end, Count);
            for (long start = from; start < end; start += RollupLevels.QuarterSeconds)
            {
                if (IsStale(start))
                {
                    _runs.Enqueue(new RollupRun(null, start, start + RollupLevels.QuarterSeconds));
                }
            }
        }
        RollupQueries.ReadUnreadable(_store, from, end, count =>
        {
            if (!IsStale(count.Start) && _groups.ContainsKey(count.Group))
            {
                _unreadable.Add(count.Kinds, count.Requests);
                _damaged += count.Requests;
                _damagedWithoutDuration += (count.Kinds & (UnreadableValue.Duration | UnreadableValue.MissingDuration)) == UnreadableValue.None ? 0 : count.Requests;
            }
        });
        return end;
    }

    private long ReadRequests(long from, long until)
    {
        var ranges = new List<RowRange>();
        long end = RollupQueries.ReadRanges(_store, from, until, ranges, rows => rows > RowsAtOnce);
        bool Concerns(RequestRow row) => row.IsTimeReadable && RollupBatch.QuarterOf(row) is var start && start >= from && start < end;
        using var scanner = new RequestScanner(_store, _question.Filter, _question.Texts, ranges: RowRange.Merge(ranges), concerns: Concerns) { Unreadable = _unreadable };
        scanner.ReadAll(_onRow);
        ReadRemoved(from, end, sum =>
        {
            // Of what was removed no requests are left to read, so its quarters count by their beginning.
            if (_question.Filter.Range.Contains(sum.UtcTicks))
            {
                _requests += sum.Requests;
                _timedRequests += sum.TimedRequests;
                _onSum(sum);
            }
        });
        return end;
    }

    private void ReadRemoved(long from, long until, Action<RollupRow> onSum)
    {
        if (_question.CountsRemoved)
        {
            RollupQueries.ReadRun(_store, RollupLevel.RemovedQuarter, from, until, TimeSpan.MaxValue, _groups, onSum);
        }
    }

    // Reads the rows that are not summed up, and those without a time.
    private bool ReadAfter()
    {
        List<RowRange> ranges = RowRange.Merge([.. RangesWithoutTime(_store), _start.After(_store)]);
        using var scanner = new RequestScanner(_store, _question.Filter, _question.Texts, ranges: ranges, concerns: row => !row.IsTimeReadable || !IsSummed(row)) { Unreadable = _unreadable };
        scanner.ReadAll(_onRow);
        // A row that came, was summed up and removed while the answer was read has been seen nowhere.
        return RollupState.Read(_store) is { IsUsable: true } now && now.Changes == _start.Changes
            && (now.Removals == _start.Removals || now.Watermark == _start.Watermark);
    }

    private bool IsSummed(RequestRow row)
    {
        long second = RollupLevels.SecondOf(row.UtcTicks);
        int read = _later.FindLastIndex(piece => second >= piece.From && second < piece.Until);
        long watermark = read < 0 ? _start.Watermark : _later[read].Watermark;
        return watermark != 0 && row.Id <= watermark;
    }
}
