namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>Compares the rollups with the requests, one day at a time, so that memory is constant and reads are short.</summary>
internal sealed class RollupVerifier(TokenStore store)
{
    // Counted within a few milliseconds, so that no lock is held for long.
    private const ulong RowsPerCount = 100_000;

    /// <summary>The number of compared days in UTC. Days without data are skipped, because a request with a wrong clock can be thousands of years away.</summary>
    public long Days { get; private set; }

    /// <summary>The rows up to the watermark that are missing in the rollups or, if negative, missing in the table.</summary>
    public long UnknownRows { get; private set; }

    /// <summary>Whether the rollups changed while they were compared, so that there is no result.</summary>
    public bool Disturbed { get; private set; }

    /// <summary>The differences, by time. The action receives the number of compared requests, and of all requests.</summary>
    public IEnumerable<RollupDifference> Run(Action<long, long>? progress = null)
    {
        if (RollupState.Read(store) is not { IsUsable: true } state)
            yield break;
        HashSet<(RollupLevel Level, long Start)> stale = RollupStore.ReadStale(store);
        HashSet<long> staleDays = [.. stale.Select(each => RollupLevels.DayOf(each.Start))];
        long known = 0;
        (long from, long until) = RollupStore.DataBounds(store);
        RowRange rows = store.Rows();
        for (long day = from, next; day < until; day = next)
        {
            RollupBatch requests = ReadRequests(store, state, day, day + RollupLevels.DaySeconds);
            known += requests.Count;
            next = RollupStore.NextDay(store, day) ?? until;
            // A week is compared together with the last of its days, unless one of them is stale.
            long week = RollupLevels.WeekOf(day);
            bool hasWeek = (next >= until || RollupLevels.WeekOf(next) != week) && !staleDays.Any(each => RollupLevels.WeekOf(each) == week);
            foreach (RollupDifference difference in CompareDay(store, day, requests, hasWeek))
            {
                // Quarter-hours are stale individually, longer levels by day.
                if (difference.Key.Level == RollupLevel.Quarter ? !stale.Contains((difference.Key.Level, difference.Key.Start)) : !staleDays.Contains(day))
                    yield return difference;
            }
            Days++;
            progress?.Invoke(known, rows.Last - rows.First + 1);
        }
        known += ReadRequests(store, state, RollupSchema.NoTime, RollupSchema.NoTime + 1).Count;
        UnknownRows = CountRows(rows with { Last = Math.Min(state.Watermark, rows.Last) }) - known;
        // Refreshes only add rows. Other changes may have moved sums while they were read.
        Disturbed = RollupState.Read(store)?.Version != state.Version;
    }

    /// <summary>The correct rollups of the quarter-hours that start in [from, until).</summary>
    public static RollupBatch ReadRequests(TokenStore store, RollupState state, long from, long until)
    {
        var batch = new RollupBatch();
        using var scanner = new RowScanner(store, new RequestFilter(), RollupBatch.Texts, ranges: RowRange.Merge(RollupStore.ReadRanges(store, from, until)));
        scanner.ReadAll(row =>
        {
            long start = RollupBatch.QuarterOf(row);
            if (row.Id <= state.Watermark && start >= from && start < until)
                batch.Add(row);
        });
        return batch;
    }

    /// <summary>The sums of the day that starts at a second that differ from its requests and, if requested, the sums of its week that differ from its days.</summary>
    public static IEnumerable<RollupDifference> CompareDay(TokenStore store, long day, RollupBatch requests, bool hasWeek = true)
    {
        long week = RollupLevels.WeekOf(day);
        var found = new Dictionary<RollupKey, UsageAccumulator>();
        var removed = new Dictionary<RollupKey, UsageAccumulator>();
        foreach (RollupLevel level in Enum.GetValues<RollupLevel>().Where(level => hasWeek || level != RollupLevel.Week))
        {
            Dictionary<RollupKey, UsageAccumulator> sums = level == RollupLevel.RemovedQuarter ? removed : found;
            (long from, long until) = level == RollupLevel.Week ? (week, week + 1) : (day, day + RollupLevels.DaySeconds);
            RollupStore.ReadAllSums(store, level, from, until, new RequestFilter(), row => sums.Add(row.Key, row.ToAccumulator()));
        }
        Dictionary<RollupKey, UsageAccumulator> expected = RollupBatch.Longer(requests.Quarters.Concat(removed));
        if (hasWeek)
        {
            RollupStore.ReadAllSums(store, RollupLevel.Day, week, week + RollupLevels.WeekSeconds, new RequestFilter(), row =>
            {
                if (row.Key.Start != day)
                    RollupBatch.Of(expected, row.Key with { Level = RollupLevel.Week, Start = week }).Add(row.ToAccumulator());
            });
        }
        foreach ((RollupKey key, UsageAccumulator usage) in requests.Quarters)
            expected.Add(key, usage);
        return expected.Keys.Union(found.Keys).Where(key => hasWeek || key.Level != RollupLevel.Week)
            .Select(key => new RollupDifference(key, expected.GetValueOrDefault(key), found.GetValueOrDefault(key)))
            .Where(both => both.Expected is null || both.Found is null || !both.Expected.Matches(both.Found));
    }

    // SQLite counts rows faster than they can be read.
    private long CountRows(RowRange rows)
    {
        long count = 0;
        for (bool more = rows.First <= rows.Last; more;)
        {
            // Ids can have any gaps.
            long first = Math.Min(store.RowFrom(rows.First, otherwise: rows.Last), rows.Last);
            more = (ulong)(rows.Last - first) >= RowsPerCount;
            long last = more ? first + (long)RowsPerCount - 1 : rows.Last;
            count += store.Scalar<long>(string.Create(CultureInfo.InvariantCulture, $"SELECT count(*) FROM {TelemetrySql.Table} WHERE rowid BETWEEN {first} AND {last}"));
            rows = rows with { First = last + 1 };
        }
        return count;
    }
}

/// <summary>A rollup that differs from the requests; null for no row.</summary>
internal sealed record RollupDifference(RollupKey Key, UsageAccumulator? Expected, UsageAccumulator? Found);
