using System.Globalization;
using ClickHouse.Driver.ADO.Readers;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.ClickHouse.Queries;

/// <summary>
/// Reads usage: the server makes sums by what a query tells apart. Durations come as a count for each bin of
/// <see cref="HistogramBins.Durations"/>, which the rows hold.
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
    private const long Shift = 35_000L * 86_400;

    private readonly ClickHouseServer _server;
    private readonly UsageScope _scope;
    private readonly IReadOnlyList<string>? _sources;
    private readonly ClickHouseParameters _parameters = new();

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
        string where = ClickHouseConditions.Of(_scope.Filter, _sources, _parameters);
        var keys = new List<(string Name, string Value)> { ("k_has_time", ClickHouseConditions.HasTime), ("k_start", Start()), ("k_class", _scope.PriceChanges is null ? "0" : ClickHouseMeasures.InputClass) };
        keys.AddRange(Names.Select(name => ($"k_{name.Column}", _scope.Texts.HasFlag(name.Text) ? name.Column : "''")));
        if (_scope.NeedsRequests)
            keys.AddRange([("k_request", "id"), ("k_request_source", "source")]);
        // What is the same in all rows need not be grouped by.
        string grouped = string.Join(", ", keys.Where(key => key.Value is not ("0" or "''")).Select(key => key.Name));
        string named = string.Join(", ", keys.Select(key => $"{key.Value} AS {key.Name}"));
        string shown = $"toInt64(k_has_time), toInt64(k_class), {string.Join(", ", Names.Select(name => $"k_{name.Column}"))}";
        // To sort the bins of a group takes a fourth of the time that a group for each bin takes. Runs of equal bins are counted.
        return $"""
            SELECT {shown}, {string.Join(", ", ClickHouseMeasures.All.Select(measure => $"m_{measure.Name}"))}, arrayCompact(bins),
                CAST(arrayPopFront(arrayDifference(arrayConcat([1], arrayFilter((place, change) -> change != 0, arrayEnumerate(bins), arrayDifference(bins)), [length(bins) + 1]))), 'Array(UInt64)')
            FROM
            (
                SELECT {named}, {string.Join(", ", ClickHouseMeasures.All.Select(measure => $"{ClickHouseMeasures.Aggregate(measure)} AS m_{measure.Name}"))},
                    arraySort(groupArrayIf(duration_bin, duration_ms IS NOT NULL)) AS bins
                FROM {RequestTable.Rows}
                WHERE {where}
                GROUP BY {grouped}
            )
            """;
    }

    /// <summary>
    /// The second since 1970 at which the time begins in which a row is summed up with others: at changes of the zone's clock, of prices,
    /// and at multiples of the scope's step.
    /// </summary>
    private string Start()
    {
        if (_scope.Step == 0 && _scope.PriceChanges is null)
            return "0";
        // Shifted so that what is divided is not negative.
        string second = $"intDiv({RequestTable.Micros} - {RequestTable.NoTime}, 1000000) - {FirstSecond}";
        (DateTimeOffset from, DateTimeOffset until) = Bounds();
        var starts = new List<string>();
        if (_scope.Step > 0)
        {
            IReadOnlyList<ZoneClock> clocks = ZoneClock.Of(_scope.Zone, from, until);
            string[] begins = [.. clocks.Select(clock => Number(Math.Max(clock.Since, -FirstSecond)))];
            string change = clocks.Count == 1 ? begins[0] : $"roundDown({second}, [{string.Join(", ", begins)}])";
            string offset = clocks.Count == 1 ? Number(clocks[0].Offset) : $"transform({change}, [{string.Join(", ", begins)}], [{string.Join(", ", clocks.Select(clock => Number(clock.Offset)))}], 0)";
            starts.Add($"intDiv({second} + {offset} + {Shift}, {_scope.Step}) * {_scope.Step} - {Shift} - {offset}");
            if (clocks.Count > 1)
                starts.Add(change);
        }
        long[] changes = [.. (_scope.PriceChanges?.Invoke() ?? []).Where(change => change > from && change <= until).Select(change => change.ToUnixTimeSeconds()).Distinct().Order()];
        if (changes.Length > 0)
            starts.Add($"roundDown({second}, [{string.Join(", ", changes.Prepend(-FirstSecond).Select(Number))}])");
        if (QuarterPairs() is { } pairs)
            starts.Add($"if((toString(provider), toString(model)) IN ({pairs}), intDiv({second} + {Shift}, 900) * 900 - {Shift}, -{FirstSecond})");
        return starts.Count switch { 0 => "0", 1 => starts[0], _ => $"greatest({string.Join(", ", starts.Select(start => $"toInt64({start})"))})" };
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    // The models whose price depends on the time of day.
    private string? QuarterPairs()
    {
        if (_scope.NeedsQuarters is not { } needsQuarters)
            return null;
        (string Provider, string Model)[] pairs = [.. _server.Query(
            $"SELECT DISTINCT toString(provider), toString(model) FROM {RequestTable.Name}", new ClickHouseParameters(), row => (row.GetString(0), row.GetString(1))).Where(pair => needsQuarters(pair.Item1, pair.Item2))];
        return pairs.Length == 0 ? null : string.Join(", ", pairs.Select(pair => $"({_parameters.Add(pair.Provider)}, {_parameters.Add(pair.Model)})"));
    }

    // Between which times there are requests of the scope.
    private (DateTimeOffset From, DateTimeOffset Until) Bounds()
    {
        TimeRange range = _scope.Filter.Range;
        if (range is { Since: { } since, Until: { } until })
            return (since, until);
        (long first, long last) = _server.Query(
            $"SELECT toUnixTimestamp64Micro(min(time)), toUnixTimestamp64Micro(max(time)) FROM {RequestTable.Name} WHERE {ClickHouseConditions.HasTime}",
            new ClickHouseParameters(), row => (row.GetInt64(0), row.GetInt64(1))).Single();
        DateTimeOffset At(long micros) => new(RequestTable.TicksOf(micros), TimeSpan.Zero);
        return (range.Since ?? At(first), range.Until ?? At(last).AddTicks(TimeSpan.TicksPerMicrosecond));
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
        row.Counts = reader.GetFieldValue<ulong[]>(column);
        row.Locate();
        return true;
    }

    private sealed class Row : UsageRow
    {
        public string[] Texts { get; } = new string[Names.Length];

        public bool HasTime { get; set; }

        public int Class { get; set; }

        public short[] Bins { get; set; } = [];

        public ulong[] Counts { get; set; } = [];

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
                usage.Durations.Add(Bins[i], (long)Counts[i]);
        }

        // Only rollups count sizes, which this engine does not have.
        public override void AddSizesTo(UsageAccumulator usage) => throw new NotSupportedException();
    }
}
