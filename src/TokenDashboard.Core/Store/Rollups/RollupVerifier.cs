using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>Compares the rollups with the requests, a day at a time, so that memory stays flat and no read is long.</summary>
internal sealed class RollupVerifier(TokenStore store, CancellationToken cancellation)
{
    private const RequestText GroupTexts = RequestText.User | RequestText.Model | RequestText.Provider | RequestText.RequestType;

    private readonly Dictionary<long, RollupGroup> _groups = [];

    /// <summary>Days of UTC the rollups hold something of.</summary>
    public long Days { get; private set; }

    /// <summary>Rows of the table up to the watermark that the rollups do not know of (or, negative, know of and are gone).</summary>
    public long UnknownRows { get; private set; }

    /// <summary>Whether the rollups changed while they were compared, so that the answer is none.</summary>
    public bool Disturbed { get; private set; }

    /// <summary>The differences, by time.</summary>
    /// <param name="progress">Is told how many days of how many are done.</param>
    public IEnumerable<RollupDifference> Run(Action<long, long>? progress = null)
    {
        if (RollupState.Read(store) is not { } state)
        {
            yield break;
        }
        HashSet<(RollupLevel Level, long Start)> stale = store.Read(() => RollupQueries.ReadStale(store));
        long known = 0;
        (long from, long until) = store.Read(() => RollupQueries.DataBounds(store));
        for (long day = from; day < until; day += RollupLevels.DaySeconds)
        {
            cancellation.ThrowIfCancellationRequested();
            RollupBatch requests = ReadRequests(state, day);
            known += requests.Count;
            foreach (RollupDifference difference in CompareDay(day, requests).Where(difference => !stale.Contains((difference.Level, difference.Start))))
            {
                yield return difference;
            }
            Days++;
            progress?.Invoke(Days, (until - from) / RollupLevels.DaySeconds);
        }
        known += ReadRequests(state, RollupSchema.NoTime).Count;
        UnknownRows = CountRows(state.Watermark) - known;
        // Refreshes only add; what else happened may have moved sums while they were read.
        Disturbed = RollupState.Read(store)?.Version != state.Version;
    }

    private IEnumerable<RollupDifference> CompareDay(long day, RollupBatch requests)
    {
        long end = day + RollupLevels.DaySeconds;
        Dictionary<(RollupLevel Level, long Start, RollupGroup Group), RollupSums> removed = ReadSums(RollupLevel.RemovedQuarter, day, end);
        Dictionary<(RollupLevel Level, long Start, RollupGroup Group), RollupSums> found = ReadSums(RollupLevel.Quarter, day, end);
        foreach (RollupLevel level in StoreOptimizer.LongerLevels)
        {
            foreach (((RollupLevel, long, RollupGroup) key, RollupSums sums) in ReadSums(level, day, end))
            {
                found.Add(key, sums);
            }
        }
        var expected = requests.Quarters.ToDictionary(quarter => (RollupLevel.Quarter, quarter.Key.Start, quarter.Key.Group), quarter => quarter.Value);
        IEnumerable<KeyValuePair<(long Start, RollupGroup Group), RollupSums>> parts = requests.Quarters
            .Concat(removed.Select(quarter => KeyValuePair.Create((quarter.Key.Start, quarter.Key.Group), quarter.Value)));
        foreach (((RollupLevel, long, RollupGroup) key, RollupSums sums) in RollupBatch.LongerPieces(parts))
        {
            expected.Add(key, sums);
        }
        return RollupDifference.Between(expected, found);
    }

    private RollupBatch ReadRequests(RollupState state, long day)
    {
        long end = day == RollupSchema.NoTime ? day + 1 : day + RollupLevels.DaySeconds;
        List<RowRange> ranges = RollupQueries.ReadRanges(store, day, end);
        var batch = new RollupBatch();
        using var scanner = new RowScanner(store, new RequestFilter(), GroupTexts, ranges: RowRange.Merge(ranges));
        scanner.ReadAll(row =>
        {
            long start = RollupBatch.QuarterOf(row);
            if (row.Id <= state.Watermark && start >= day && start < end)
            {
                batch.Add(row);
            }
        });
        return batch;
    }

    private Dictionary<(RollupLevel Level, long Start, RollupGroup Group), RollupSums> ReadSums(RollupLevel level, long from, long until)
    {
        var sums = new Dictionary<(RollupLevel Level, long Start, RollupGroup Group), RollupSums>();
        for (long next = from; next < until;)
        {
            next = store.Read(() =>
            {
                if (_groups.Count == 0 || next == from)
                {
                    ReadGroups();
                }
                return RollupQueries.ReadRun(store, level, next, until, RowScanner.UsualWindow, _groups, row => sums.Add((level, row.Start, row.Group), row.ToSums()));
            });
        }
        return sums;
    }

    private void ReadGroups()
    {
        foreach ((long id, RollupGroup group) in RollupQueries.ReadGroups(store, new RequestFilter()))
        {
            _groups[id] = group;
        }
    }

    private long CountRows(long last)
    {
        long count = 0;
        RowRange rows = store.Rows();
        using var scanner = new RowScanner(store, new RequestFilter(), RequestText.None, ranges: [rows with { Last = Math.Min(last, rows.Last) }]);
        scanner.ReadAll(_ => count++);
        return count;
    }
}
