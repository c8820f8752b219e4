using System.Runtime.InteropServices;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>Rows of <c>telemetry</c>, aggregated in memory by quarter-hour and group.</summary>
internal sealed class RollupBatch
{
    /// <summary>The texts that a scan must read.</summary>
    public const RequestText Texts = RequestText.User | RequestText.Model | RequestText.Provider | RequestText.RequestType;

    // Reading a gap of this many other rows is cheaper than looking up another range.
    private const long LargestGap = 500;

    private readonly Dictionary<(string, string, string, string, int), RollupGroup> _groups = [];
    private readonly Dictionary<long, List<RowRange>> _rows = [];

    public Dictionary<RollupKey, UsageAccumulator> Quarters { get; } = [];

    /// <summary>The rows with the requests of a quarter-hour.</summary>
    public IEnumerable<(long Start, RowRange Range)> Rows => _rows.SelectMany(start => start.Value.Select(range => (start.Key, range)));

    public long Count { get; private set; }

    public long FirstRow { get; private set; }

    public long LastRow { get; private set; }

    public static bool Continues(RowRange range, long nextRow) => nextRow >= range.First && (nextRow <= range.Last || (ulong)(nextRow - range.Last) <= LargestGap);

    /// <summary>The start of a row's quarter-hour in seconds.</summary>
    public static long QuarterOf(RequestRow row) =>
        row.IsTimeReadable ? RollupLevels.StartOf(RollupLevels.SecondOf(row.UtcTicks), RollupLevels.QuarterSeconds) : RollupSchema.NoTime;

    public void Add(RequestRow row)
    {
        if (Count++ == 0)
            FirstRow = row.Id;
        LastRow = row.Id;
        long start = QuarterOf(row);
        AddRow(start, row.Id);
        if (row.IsTimeReadable)
            Of(Quarters, new RollupKey(RollupLevel.Quarter, start, GroupOf(row))).Add(row);
    }

    /// <summary>The sums of longer levels, computed from those of quarter-hours.</summary>
    public static Dictionary<RollupKey, UsageAccumulator> Longer(IEnumerable<KeyValuePair<RollupKey, UsageAccumulator>> quarters)
    {
        var longer = new Dictionary<RollupKey, UsageAccumulator>();
        void Add(RollupLevel level, RollupKey key, UsageAccumulator usage) =>
            Of(longer, new RollupKey(level, RollupLevels.StartOf(key.Start, level.Seconds()), level <= RollupLevel.Week ? key.Group : key.Group.OfAllUsers())).Add(usage);
        foreach ((RollupKey key, UsageAccumulator usage) in quarters)
        {
            Add(RollupLevel.Hour, key, usage);
            Add(RollupLevel.HourAllUsers, key, usage);
        }
        foreach ((RollupLevel from, RollupLevel to) in ((RollupLevel, RollupLevel)[])
        [
            (RollupLevel.Hour, RollupLevel.SixHours), (RollupLevel.SixHours, RollupLevel.Day), (RollupLevel.Day, RollupLevel.Week),
            (RollupLevel.HourAllUsers, RollupLevel.SixHoursAllUsers), (RollupLevel.SixHoursAllUsers, RollupLevel.DayAllUsers),
        ])
        {
            foreach ((RollupKey key, UsageAccumulator usage) in longer.Where(sum => sum.Key.Level == from).ToArray())
                Add(to, key, usage);
        }
        return longer;
    }

    /// <summary>The sums of a key, initially without requests.</summary>
    public static UsageAccumulator Of(Dictionary<RollupKey, UsageAccumulator> sums, RollupKey key) =>
        CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _) ??= new UsageAccumulator();

    private RollupGroup GroupOf(RequestRow row)
    {
        (string, string, string, string, int) names = (row.User, row.Model, row.Provider, row.RequestType, InputSize.ClassOf(row.PromptTokens));
        return CollectionsMarshal.GetValueRefOrAddDefault(_groups, names, out _)
            ??= new RollupGroup(false, names.Item1, names.Item2, names.Item3, names.Item4, names.Item5);
    }

    private void AddRow(long start, long id)
    {
        List<RowRange> ranges = CollectionsMarshal.GetValueRefOrAddDefault(_rows, start, out _) ??= [];
        if (ranges.Count > 0 && Continues(ranges[^1], id))
            ranges[^1] = ranges[^1] with { Last = id };
        else
            ranges.Add(new RowRange(id, id));
    }
}
