using System.Globalization;
using ClickHouse.Driver.ADO.Readers;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.ClickHouse.Queries;

/// <summary>
/// Reads usage: the server makes sums by what a query tells apart. Durations come as a count for each bin of
/// <see cref="HistogramBins.Durations"/>, which the requests hold.
/// </summary>
internal sealed class ClickHouseUsage
{
    private static readonly (RequestText Text, string Column)[] Names =
    [
        (RequestText.User, "user"), (RequestText.Model, "model"), (RequestText.Provider, "provider"),
        (RequestText.RequestType, "request_type"), (RequestText.Transaction, "transaction_id"), (RequestText.Source, "source"),
    ];

    // How many seconds before 1970 the earliest time lies; and a multiple of every step that is more.
    private const long FirstSecond = -RequestTable.NoTime / 1_000_000;
    private const long Shift = 35_000L * UsageTables.Day;

    // A histogram of all bins takes 17 KB.
    private const long MostWholeHistograms = 10_000;

    private readonly ClickHouseServer _server;
    private readonly UsageScope _scope;
    private readonly IReadOnlyList<string>? _sources;
    private readonly ClickHouseParameters _parameters = new();
    private bool _isSummed;
    private int _step;
    private IReadOnlyList<ZoneClock>? _clocks;
    private List<(string Provider, string Model, long First, long Last)>? _models;
    private (DateTimeOffset From, DateTimeOffset Until)? _bounds;

    public ClickHouseUsage(ClickHouseServer server, UsageScope scope, IReadOnlyList<string>? sources) => (_server, _scope, _sources) = (server, scope, sources);

    /// <summary>Reads the usage.</summary>
    public UnreadableReport Read(Action<UsageRow> onRow)
    {
        var unreadable = new UnreadableReport();
        var row = new Row();
        foreach (bool _ in _server.Query(Statement(), _parameters, reader => Load(reader, row)))
        {
            if (row.HasTime)
            {
                unreadable.Add(row.Values);
                onRow(row);
            }
            else
            {
                unreadable.AddWithoutTime(row.Values);
            }
        }
        return unreadable;
    }

    private string Statement()
    {
        _isSummed = _scope.IsAboutSums && !_scope.NeedsRequests && Clocks().All(clock => clock.Offset % UsageTables.Quarter == 0 && (clock.Since < 0 || clock.Since % UsageTables.Quarter == 0));
        (string bucket, string start) = Starts();
        // The view would read requests for these, whose durations are counted faster one by one.
        _isSummed &= !_scope.NeedsUsers || _step == 0;
        var keys = new List<(string Name, string Value)> { ("k_has_time", ClickHouseConditions.HasTime), ("k_start", start), ("k_class", _scope.PriceChanges is null ? "0" : "input_class") };
        keys.AddRange(Names.Select(name => ($"k_{name.Column}", _scope.Texts.HasFlag(name.Text) ? name.Column : "''")));
        if (_scope.NeedsRequests)
            keys.AddRange([("k_request", "id"), ("k_request_source", "source")]);
        // What is the same in all rows need not be grouped by.
        string grouped = string.Join(", ", Distinct(keys)), named = string.Join(", ", keys.Select(key => $"{key.Value} AS {key.Name}"));
        string shown = $"toInt64(k_has_time), toInt64(k_class), {string.Join(", ", Names.Select(name => $"k_{name.Column}"))}, {string.Join(", ", ClickHouseMeasures.All.Select(measure => $"m_{measure.Name}"))}";
        string sums = string.Join(", ", ClickHouseMeasures.All.Select(measure => $"{ClickHouseMeasures.Aggregate(measure, measure.KnownBy is null ? measure.Name : $"ifNull({measure.Name}, 0)")} AS m_{measure.Name}"));
        string where = ClickHouseConditions.Of(_scope.Filter, _sources, _parameters);
        string requests = $"(SELECT {UsageTables.OfRequests}, request.duration_bin AS duration_bin{(_scope.NeedsRequests ? ", request.id AS id" : "")} FROM {RequestTable.Rows} WHERE {where})";
        if (!_isSummed)
        {
            return $"""
                SELECT {shown}, {Counted("sorted")}
                FROM (SELECT {named}, {sums}, {SortedBins} AS sorted FROM {requests} GROUP BY {grouped})
                {RequestTable.ReadSettings}
                """;
        }
        // Durations are counted in the requests, without regard to prices; the first row of a group has them.
        (string Name, string Value)[] timed = [("k_bucket", bucket), .. keys.Skip(3)];
        string inGroup = $"{ClickHouseMeasures.Key([.. Distinct(timed)])} AS k_group";
        string from = From(where), group = $"{string.Join(", ", timed.Select(key => $"{key.Value} AS {key.Name}"))}, {inGroup}";
        (string merged, string counted) = HistogramOf($"SELECT {group} FROM {from}");
        return $"""
            SELECT {shown}, bins, counts
            FROM (SELECT *, if(k_has_time AND row_number() OVER (PARTITION BY k_has_time, k_group) = 1, k_group, 0) AS k FROM (
                SELECT {named}, {bucket} AS k_bucket, {inGroup}, {sums} FROM {from} GROUP BY {grouped}, k_bucket, k_group)) AS used
            LEFT JOIN (SELECT k_group AS k, {counted} FROM (
                SELECT k_group, {merged} AS merged FROM (SELECT {group}, duration_bin FROM {requests} WHERE {ClickHouseConditions.HasTime}) GROUP BY k_group)) AS timed USING (k)
            {RequestTable.ReadSettings}
            """;
    }

    private static IEnumerable<string> Distinct(IEnumerable<(string Name, string Value)> keys) => keys.Where(key => key.Value is not ("0" or "''")).Select(key => key.Name);

    // Requests without a readable time belong to any range, and to no sum.
    private string From(string where)
    {
        string Seconds(DateTimeOffset? instant, long otherwise) => ((decimal)(instant is { } at ? RequestTable.MicrosOf(at) : otherwise) / 1_000_000).ToString(CultureInfo.InvariantCulture);
        TimeRange range = _scope.Filter.Range;
        return $"""
            (
                SELECT {UsageTables.Columns}
                FROM {UsageTables.Name}(since = {Seconds(range.Since, RequestTable.NoTime + 1)}, until = {Seconds(range.Until, RequestTable.LastTime + 1)}, step = {_step}, users = {(_scope.NeedsUsers ? 1 : 0)})
                WHERE {where}
                UNION ALL
                SELECT {UsageTables.OfRequests}
                FROM {RequestTable.Rows}
                WHERE {where} AND request.time = fromUnixTimestamp64Micro({RequestTable.NoTime}, 'UTC')
            )
            """;
    }

    // Counts in a row for all bins are made in a fourth of the time, but there must not be too many of them.
    private (string Merged, string Counted) HistogramOf(string rows)
    {
        long groups = _server.Query($"SELECT toInt64(uniq(k_group)) FROM ({rows})", _parameters, row => row.GetInt64(0)).Single();
        (int lowest, int count) = (HistogramBins.Durations.Lowest, HistogramBins.Durations.Highest - HistogramBins.Durations.Lowest + 1);
        return groups > MostWholeHistograms
            ? (SortedBins, Counted("merged"))
            : ($"countResample({lowest}, {lowest + count}, 1)(duration_bin)",
                $"arrayFilter((bin, count) -> count > 0, CAST(range({lowest}, {lowest + count}), 'Array(Int16)'), merged) AS bins, CAST(arrayFilter(count -> count > 0, merged), 'Array(Int64)') AS counts");
    }

    private static string SortedBins { get; } = string.Create(CultureInfo.InvariantCulture, $"arraySort(groupArrayIf(duration_bin, duration_bin > {RequestTable.NoBin}))");

    // The bins, and how often each is there, of the bins of all requests in order: to sort them takes a fourth of the time that a group for each bin takes.
    private static string Counted(string sorted) =>
        $"arrayCompact({sorted}) AS bins, CAST(if(empty({sorted}), [], arrayPopFront(arrayDifference(arrayConcat([1], arrayFilter((place, change) -> change != 0, arrayEnumerate({sorted}), arrayDifference({sorted})), [length({sorted}) + 1])))), 'Array(Int64)') AS counts";

    /// <summary>
    /// The second since 1970 at which the bucket of a row begins, which ends at changes of the zone's clock and at multiples of the scope's step;
    /// and at which the time begins in which it is summed up with others, which ends at changes of prices too.
    /// </summary>
    private (string Bucket, string Start) Starts()
    {
        _step = _scope.Step;
        if (_scope.Step == 0 && _scope.PriceChanges is null)
            return ("0", "0");
        // Shifted so that what is divided is not negative.
        string second = $"intDiv({RequestTable.Micros} - {RequestTable.NoTime}, 1000000) - {FirstSecond}";
        (DateTimeOffset from, DateTimeOffset until) = Bounds();
        var starts = new List<string>();
        if (_scope.Step > 0)
        {
            IReadOnlyList<ZoneClock> clocks = Clocks();
            // Sums of days of UTC are enough.
            if (clocks is [{ Offset: 0 }] && _step % UsageTables.Day == 0)
                _step = 0;
            string[] begins = [.. clocks.Select(clock => Number(Math.Max(clock.Since, -FirstSecond)))];
            string change = clocks.Count == 1 ? begins[0] : $"roundDown({second}, [{string.Join(", ", begins)}])";
            string offset = clocks.Count == 1 ? Number(clocks[0].Offset) : $"transform({change}, [{string.Join(", ", begins)}], [{string.Join(", ", clocks.Select(clock => Number(clock.Offset)))}], 0)";
            starts.Add($"intDiv({second} + {offset} + {Shift}, {_scope.Step}) * {_scope.Step} - {Shift} - {offset}");
            if (clocks.Count > 1)
                starts.Add(change);
        }
        string bucket = Latest(starts);
        long[] changes = [.. (_scope.PriceChanges is { } priceChanges ? Models().SelectMany(of => priceChanges(of.Provider, of.Model)) : []).Where(change => change > from && change <= until).Select(change => change.ToUnixTimeSeconds()).Distinct().Order()];
        if (changes.Length > 0)
        {
            starts.Add($"roundDown({second}, [{string.Join(", ", changes.Prepend(-FirstSecond).Select(Number))}])");
            if (changes.Any(change => change % UsageTables.Day != 0))
                _step = _step == 0 ? UsageTables.Quarter : _step;
            _isSummed &= changes.All(change => change % UsageTables.Quarter == 0);
        }
        if (QuarterPairs() is { } pairs)
        {
            _step = _step == 0 ? UsageTables.Quarter : _step;
            starts.Add($"if((toString(provider), toString(model)) IN ({pairs}), intDiv({second} + {Shift}, {UsageTables.Quarter}) * {UsageTables.Quarter} - {Shift}, -{FirstSecond})");
        }
        return (bucket, Latest(starts));
    }

    private static string Latest(List<string> starts) =>
        starts.Count switch { 0 => "0", 1 => starts[0], _ => $"greatest({string.Join(", ", starts.Select(start => $"toInt64({start})"))})" };

    private IReadOnlyList<ZoneClock> Clocks() => _scope.Step == 0 ? [] : _clocks ??= Bounds() is var (from, until) ? ZoneClock.Of(_scope.Zone, from, until) : [];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    // The models whose price depends on the time of day.
    private string? QuarterPairs()
    {
        if (_scope.NeedsQuarters is not { } needsQuarters)
            return null;
        (string Provider, string Model)[] pairs = [.. Models().Where(of => needsQuarters(of.Provider, of.Model)).Select(of => (of.Provider, of.Model))];
        return pairs.Length == 0 ? null : string.Join(", ", pairs.Select(pair => $"({_parameters.Add(pair.Provider)}, {_parameters.Add(pair.Model)})"));
    }

    // The models, each with the times of its first and last request.
    private List<(string Provider, string Model, long First, long Last)> Models() => _models ??= [.. _server.Query(
        $"SELECT toString(provider), toString(model), min({Measures.FirstTicks.Name}), max({Measures.LastTicks.Name}) FROM {UsageTables.All()} WHERE {ClickHouseConditions.HasTime} GROUP BY provider, model",
        new ClickHouseParameters(), row => (row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)))];

    // Between which times there are requests of the scope.
    private (DateTimeOffset From, DateTimeOffset Until) Bounds() => _bounds ??= ReadBounds();

    private (DateTimeOffset From, DateTimeOffset Until) ReadBounds()
    {
        TimeRange range = _scope.Filter.Range;
        if (range is { Since: { } since, Until: { } until })
            return (since, until);
        DateTimeOffset At(long micros) => new(RequestTable.TicksOf(micros), TimeSpan.Zero);
        return (range.Since ?? At(Models().Select(of => of.First).DefaultIfEmpty().Min()), range.Until ?? At(Models().Select(of => of.Last).DefaultIfEmpty().Max()).AddTicks(TimeSpan.TicksPerMicrosecond));
    }

    private static bool Load(ClickHouseDataReader reader, Row row)
    {
        int column = 0;
        row.HasTime = reader.GetInt64(column++) != 0;
        row.Class = (int)reader.GetInt64(column++);
        for (int name = 0; name < Names.Length; name++)
            row.Texts[name] = reader.GetString(column++);
        MeasureValues values = row.Values;
        for (int i = 0; i < values.Integers.Length; i++)
            values.Integers[i] = reader.GetInt64(column++);
        for (int i = 0; i < values.Reals.Length; i++)
            values.Reals[i] = reader.GetDouble(column++);
        values[Measures.FirstTicks] = RequestTable.TicksOf(values[Measures.FirstTicks]);
        values[Measures.LastTicks] = RequestTable.TicksOf(values[Measures.LastTicks]);
        row.Bins = reader.GetFieldValue<short[]>(column++);
        row.Counts = reader.GetFieldValue<long[]>(column);
        row.Locate();
        return true;
    }

    private sealed class Row : UsageRow
    {
        public string[] Texts { get; } = new string[Names.Length];

        public bool HasTime { get; set; }

        public int Class { get; set; }

        public short[] Bins { get; set; } = [];

        public long[] Counts { get; set; } = [];

        public override string User => Texts[0];

        public override string Model => Texts[1];

        public override string Provider => Texts[2];

        public override string RequestType => Texts[3];

        public override string Transaction => Texts[4];

        public override string Source => Texts[5];

        public override int InputClass => Class;

        // The first request lies where all do: in one bucket, and where prices are the same.
        public void Locate() => UtcTicks = Values[Measures.FirstTicks];

        public override void AddDurationsTo(UsageAccumulator usage)
        {
            for (int i = 0; i < Bins.Length; i++)
                usage.Durations.Add(Bins[i], Counts[i]);
        }

        // Only rollups count sizes, which this engine does not have.
        public override void AddSizesTo(UsageAccumulator usage) => throw new NotSupportedException();
    }
}
