using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard.Engines.Sqlite.Queries;

/// <summary>
/// The rows that can be among those with the largest keys, selected by the maxima in rollups, so that the ten largest of millions of requests
/// require only the rows of a few quarter-hours.
/// </summary>
/// <param name="Ranges">The rows, and others between them.</param>
/// <param name="Least">A key that the last of the largest requests reaches; null if these are all requests that the filter selects.</param>
/// <param name="Unreadable">The unreadable values of all requests that the filter selects.</param>
/// <param name="State">The rollups that selected the rows.</param>
internal sealed record LargestRows(List<RowRange> Ranges, long? Least, UnreadableReport Unreadable, RollupState State)
{
    /// <summary>The maximum number of requests. With more, it takes longer to select the quarter-hours than to read all rows, unless there are millions.</summary>
    public const int Most = 200;

    // If more keys are equal, most quarter-hours contain one of them.
    private const int MostEqual = 1000;

    /// <summary>Selects the rows of the largest requests; null if the rollups are not sufficient. The key of a sum must be the largest key of its requests.</summary>
    public static LargestRows? Find(TokenStore store, RequestFilter filter, Func<UsageRow, long> keyOf, int count)
    {
        // Removed requests have no rows.
        var scope = new UsageScope(filter, RequestText.None, RollupLevels.DaySeconds, TimeZoneInfo.Utc, CountsRemoved: false);
        if (!scope.IsAboutSums || RollupState.Read(store) is not { IsUsable: true } state || state.Watermark == 0 || state.Watermark > store.LastRow)
            return null;
        var found = new Candidates(count);
        void Add(UsageRow row) => found.Add(row is RollupRow { Key: var sum }
            ? new Candidate(keyOf(row), sum.Start, sum.Start + sum.Level.Seconds(), Id: 0)
            : new Candidate(keyOf(row), Start: 0, End: 0, row.Id));
        if (UsageReader.ReadChunks(store, scope, state, Add) is not { } unreadable)
            return null;
        Dictionary<long, RollupGroup> groups = RollupStore.ReadGroups(store, filter);
        foreach (RollupLevel level in (RollupLevel[])[scope.NeedsUsers ? RollupLevel.Hour : RollupLevel.HourAllUsers, RollupLevel.Quarter])
        {
            // The sums are parts of the previous ones, so their least key is higher.
            ILookup<bool, Candidate> isLonger = found.Largest().ToLookup(candidate => candidate.End - candidate.Start > level.Seconds());
            if (isLonger.Sum(candidates => candidates.Count()) > count + MostEqual)
                return null;
            found = new Candidates(count);
            foreach (Candidate candidate in isLonger[false])
                found.Add(candidate);
            foreach ((long start, long end) in isLonger[true].Select(candidate => (candidate.Start, candidate.End)).Distinct())
                RollupStore.ReadAllSums(store, level, start, end, groups, Add);
        }
        IEnumerable<RowRange> ranges = found.Largest().Select(candidate => (candidate.Start, candidate.End, candidate.Id)).Distinct().SelectMany(
            of => of.End == 0 ? [new RowRange(of.Id, of.Id)] : RollupStore.ReadRanges(store, of.Start, of.End));
        return new LargestRows(RowRange.Merge(ranges), found.Least, unreadable, state);
    }

    // A request, or a sum of requests.
    private readonly record struct Candidate(long Key, long Start, long End, long Id);

    // Each candidate has a request with its key, and no other has it, so that the key of the last candidate is not above that of the last of the largest requests.
    private sealed class Candidates(int count)
    {
        private readonly PriorityQueue<long, long> _largest = new();
        private readonly List<Candidate> _all = [];

        /// <summary>The least key of the largest candidates; null if they are fewer than requests are needed.</summary>
        public long? Least => _largest.Count == count ? _largest.Peek() : null;

        public void Add(Candidate candidate)
        {
            if (candidate.Key < Least)
                return;
            _all.Add(candidate);
            _largest.Enqueue(candidate.Key, candidate.Key);
            if (_largest.Count > count)
                _largest.Dequeue();
        }

        public IEnumerable<Candidate> Largest() => _all.Where(candidate => !(candidate.Key < Least));
    }
}
