namespace TokenDashboard.Store.Rollups;

/// <summary>Rows of <c>telemetry</c>, summed up in memory by quarter of an hour and group.</summary>
internal sealed class RollupBatch
{
    // A gap of so many rows of other quarters is cheaper to read than another range is to look up.
    private const long LargestGap = 500;

    private readonly Dictionary<(string, string, string, string), RollupGroup> _groups = [];
    private readonly Dictionary<long, List<RowRange>> _rows = [];

    /// <summary>Sums by the second at which the quarter begins.</summary>
    public Dictionary<(long Start, RollupGroup Group), RollupSums> Quarters { get; } = [];

    /// <summary>Requests with values that cannot be read, other than durations that are only missing.</summary>
    public Dictionary<(long Start, RollupGroup Group, UnreadableValue Kinds), long> Unreadable { get; } = [];

    /// <summary>In which rows the requests of a quarter are found.</summary>
    public IEnumerable<(long Start, RowRange Range)> Rows => _rows.SelectMany(start => start.Value.Select(range => (start.Key, range)));

    /// <summary>Number of rows added.</summary>
    public long Count { get; private set; }

    /// <summary>The row added last.</summary>
    public long LastRow { get; private set; }

    /// <summary>Whether a range goes on where another ended.</summary>
    public static bool Continues(RowRange range, long nextRow) => nextRow - range.Last <= LargestGap && nextRow >= range.First;

    /// <summary>The second at which a row's quarter begins.</summary>
    public static long QuarterOf(RequestRow row) =>
        row.IsTimeReadable ? RollupLevels.StartOf(RollupLevels.SecondOf(row.UtcTicks), RollupLevels.QuarterSeconds) : RollupSchema.NoTime;

    public void Add(RequestRow row)
    {
        Count++;
        LastRow = row.Id;
        long start = QuarterOf(row);
        AddRow(start, row.Id);
        if (!row.IsTimeReadable)
        {
            return;
        }
        RollupGroup group = GroupOf(row);
        if (!Quarters.TryGetValue((start, group), out RollupSums? sums))
        {
            Quarters.Add((start, group), sums = new RollupSums());
        }
        sums.Add(row);
        if ((row.Unreadable & ~UnreadableValue.MissingDuration) != UnreadableValue.None)
        {
            (long, RollupGroup, UnreadableValue) key = (start, group, row.Unreadable);
            Unreadable[key] = Unreadable.GetValueOrDefault(key) + 1;
        }
    }

    /// <summary>The sums of all pieces of time that count requests in the table.</summary>
    public List<(RollupLevel Level, long Start, RollupGroup Group, RollupSums Sums)> Pieces() =>
        [.. Quarters.Select(quarter => (RollupLevel.Quarter, quarter.Key.Start, quarter.Key.Group, quarter.Value)),
            .. LongerPieces(Quarters).Select(piece => (piece.Key.Level, piece.Key.Start, piece.Key.Group, piece.Value))];

    /// <summary>The sums of the longer pieces of time, from those of the quarters.</summary>
    public static Dictionary<(RollupLevel Level, long Start, RollupGroup Group), RollupSums> LongerPieces(
        IEnumerable<KeyValuePair<(long Start, RollupGroup Group), RollupSums>> quarters)
    {
        var longer = new Dictionary<(RollupLevel Level, long Start, RollupGroup Group), RollupSums>();
        void Add(RollupLevel level, long start, RollupGroup group, RollupSums sums)
        {
            (RollupLevel, long, RollupGroup) key = (level, RollupLevels.StartOf(start, level.Seconds()), level.HasUsers() ? group : group.OfAllUsers());
            if (!longer.TryGetValue(key, out RollupSums? all))
            {
                longer.Add(key, all = new RollupSums());
            }
            all.Add(sums);
        }
        foreach (((long start, RollupGroup group), RollupSums sums) in quarters)
        {
            Add(RollupLevel.Hour, start, group, sums);
            Add(RollupLevel.HourAllUsers, start, group, sums);
        }
        foreach (((RollupLevel level, long start, RollupGroup group), RollupSums sums) in longer.ToArray())
        {
            Add(level == RollupLevel.Hour ? RollupLevel.Day : RollupLevel.DayAllUsers, start, group, sums);
        }
        return longer;
    }

    private RollupGroup GroupOf(RequestRow row)
    {
        (string, string, string, string) names = (row.User, row.Model, row.Provider, row.RequestType);
        if (!_groups.TryGetValue(names, out RollupGroup? group))
        {
            _groups.Add(names, group = RollupGroup.Of(row));
        }
        return group;
    }

    private void AddRow(long start, long id)
    {
        if (!_rows.TryGetValue(start, out List<RowRange>? ranges))
        {
            _rows.Add(start, ranges = []);
        }
        if (ranges.Count > 0 && Continues(ranges[^1], id))
        {
            ranges[^1] = ranges[^1] with { Last = id };
        }
        else
        {
            ranges.Add(new RowRange(id, id));
        }
    }
}
