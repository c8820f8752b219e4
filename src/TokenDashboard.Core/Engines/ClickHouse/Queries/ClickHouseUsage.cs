using static TokenDashboard.Engines.ClickHouse.Queries.ClickHouseUsageRow;

namespace TokenDashboard.Engines.ClickHouse.Queries;

/// <summary>
/// Reads usage. The server computes sums for each combination of the values that a query distinguishes. Durations are returned as a count for each bin
/// of <see cref="HistogramBins.Durations"/>.
/// </summary>
internal sealed class ClickHouseUsage
{
    // The number of seconds from the earliest time to 1970, and a larger number that is a multiple of every step.
    private const long FirstSecond = -RequestTable.NoTime / 1_000_000;
    private const long Shift = 35_000L * UsageTables.Day;

    private static readonly string FirstTime = $"m_{Measures.FirstTicks.Name}";

    private readonly ClickHouseServer _server;
    private readonly UsageScope _scope;
    private readonly IReadOnlyList<string>? _sources;
    private ClickHouseParameters _parameters = new();
    private bool _isSummed;
    private int _step;
    private IReadOnlyList<ZoneClock>? _clocks;
    private Dictionary<(string Provider, string Model), (long First, long Last)>? _models;
    private (DateTimeOffset From, DateTimeOffset Until)? _bounds;

    public ClickHouseUsage(ClickHouseServer server, UsageScope scope, IReadOnlyList<string>? sources) => (_server, _scope, _sources) = (server, scope, sources);

    /// <summary>
    /// The number of histograms with all bins, of 17 KB each, that the server can always create at a time. It creates more only if all bins of the rows take
    /// as much memory.
    /// </summary>
    public required long MostWholeHistograms { get; init; }

    /// <summary>The number of groups above which the server finds the largest ones, if only these are needed.</summary>
    public required long MostGroupsSent { get; init; }

    /// <summary>Reads the usage.</summary>
    /// <returns>The unreadable values. Null if unknown models were found, so that all must be read again with their prices.</returns>
    public UnreadableReport? Read(Action<UsageRow> onRow)
    {
        (_parameters, _clocks, _bounds) = (new ClickHouseParameters(), null, null);
        bool isComplete = true;
        (string statement, bool isOfLargest) = Statement();
        var unreadable = new UnreadableReport();
        var row = new ClickHouseUsageRow();
        // The highest cost of each of the largest groups, if these were found by it.
        LargestNames? byCost = isOfLargest && _scope.Largest is { HighestRatesOf: not null, LeastCost: null } largest ? largest : null;
        var highestCosts = new Dictionary<string, double>();
        foreach (bool _ in _server.Query(statement, _parameters, row.Load))
        {
            if (row.HasTime)
            {
                // The price changes of the model are missing, because its requests have just arrived or are not in the sums.
                if (_scope.PriceChanges is not null && row.Values[Measures.Requests] > 0 && Models().TryAdd((row.Provider, row.Model), (Micros(Measures.FirstTicks), Micros(Measures.LastTicks))))
                    isComplete = false;
                unreadable.Add(row.Values);
                onRow(row);
                if (byCost is not null && string.Join('\0', NamesOf(byCost).Select(name => row.NameOf(name.Text))) is var names)
                    highestCosts[names] = highestCosts.GetValueOrDefault(names) + row.HighestCost;
            }
            else
            {
                unreadable.AddWithoutTime(row.Values);
            }
        }
        // No cost is negative.
        if (isOfLargest)
            unreadable.MostOmittedCost = byCost is null ? double.PositiveInfinity : highestCosts.Count < byCost.Count ? -1 : HighestCost.Most(highestCosts.Values.Min());
        return isComplete ? unreadable : null;

        long Micros(Measure time) => RequestTable.MicrosOf(new DateTimeOffset(row.Values[time], TimeSpan.Zero));
    }

    private (string Sql, bool IsOfLargest) Statement()
    {
        _isSummed = _scope.IsAboutSums && !_scope.NeedsRequests;
        (string start, long? mostStarts) = Start();
        // For these, the view would read requests and take longer.
        _isSummed &= !_scope.NeedsUsers || _step == 0;
        bool isAboutTransactions = _scope.Texts.HasFlag(RequestText.Transaction);
        GroupKeys Keys(string inputClass, RequestText texts) => new(
        [
            (GroupKeys.HasTime, ClickHouseConditions.HasTime), (GroupKeys.Start, start), ("k_class", inputClass),
            .. Names.Select(name => ($"k_{name.Column}", texts.HasFlag(name.Text) ? name.Column : "''")),
            .. _scope.NeedsRequests ? [("k_request", "id"), ("k_request_source", "source")] : Array.Empty<(string, string)>(),
        ], areMany: isAboutTransactions || _scope.NeedsRequests);
        GroupKeys keys = Keys(_scope.PriceChanges is null ? "0" : _isSummed ? "input_class" : ClickHouseMeasures.InputClass, _scope.Texts);
        string where = ClickHouseConditions.Of(_scope.Filter, _sources, _parameters);
        string from = _isSummed ? From(where) : $"{RequestTable.Rows} PREWHERE {where}";
        // If most groups are only for prices, histograms of larger groups take a fraction of the time and of the network.
        GroupKeys durationKeys = Keys("0", _scope.DurationTexts);
        // There are as many transactions as requests. Other groups are counted, because sending a few takes less time than finding the largest ones.
        (long groups, long durationGroups, long bins) = _isSummed || (_scope.Largest is not null && !isAboutTransactions) ? CountGroups(keys, durationKeys, from, mostStarts) : default;
        LargestNames? largest = isAboutTransactions || groups > MostGroupsSent ? _scope.Largest : null;
        string highest = "toFloat64(0)";
        if (largest?.HighestRatesOf is { } ratesOf)
        {
            // The rounding of this sum does not grow with the number of requests. If there are too many models, the server cannot find the groups.
            if (HighestCost.Of(_server, _scope.Filter, _sources, _isSummed, _parameters, ratesOf) is { } bound)
                highest = $"sumKahan({bound})";
            else
                largest = null;
        }
        if (largest is not null)
            from += $" {(_isSummed ? "WHERE" : "AND")} {IsLargest(largest, largest.HighestRatesOf is null ? Sum(largest.Measure) : highest, from)}";
        bool isSplit = groups > MostWholeHistograms && durationKeys.Grouped != keys.Grouped;
        (string merged, string counted) = _isSummed
            ? HistogramOf(Math.Min(durationGroups, largest?.Count ?? long.MaxValue), bins) : ($"{UsageTables.SortedBins} AS merged", UsageTables.Counted("merged"));
        string sums = $"{Sums()}, {highest} AS m_highest_cost";
        string sql = isSplit
            ? $"""
                {Select(keys, from, sums, "CAST([], 'Array(Int16)') AS bins, CAST([], 'Array(UInt32)') AS counts")}
                UNION ALL
                {Select(durationKeys, from, $"{Sum(Measures.FirstTicks)} AS {FirstTime}, {merged}", counted, hasSums: false)}
                """
            : Select(keys, from, $"{sums}, {merged}", counted);
        return ($"{sql}\n{RequestTable.ReadSettings}", largest is not null);
    }

    // Without sums, a row has only durations and the time of its first request.
    private static string Select(GroupKeys keys, string from, string aggregates, string histogram, bool hasSums = true)
    {
        string Value(string name, string type) => hasSums || name == FirstTime ? name : $"to{type}(0)";
        return $"""
            SELECT toInt64({GroupKeys.HasTime}), toInt64(k_class), {string.Join(", ", Names.Select(name => $"k_{name.Column}"))},
                {string.Join(", ", ClickHouseMeasures.All.Select(measure => Value($"m_{measure.Name}", measure.IsReal ? "Float64" : "Int64")))},
                {Value("m_without_cached", "Int64")}, {Value("m_highest_cost", "Float64")}, {histogram}
            FROM (SELECT {keys.Selected}, {aggregates} FROM {from} GROUP BY {keys.Grouped})
            """;
    }

    private string Sums()
    {
        string sums = string.Join(", ", ClickHouseMeasures.All.Select(measure => $"{Sum(measure)} AS m_{measure.Name}"));
        // Sums of rows, because the row of a sum cannot tell which requests have prompt tokens.
        string unknown = _isSummed ? $"{Measures.Requests.Name} - {Measures.CachedRequests.Name}" : $"1 - {ClickHouseMeasures.Of(Measures.CachedRequests)}";
        return $"{sums}, toInt64(sumIf({unknown}, {PriceView.OtherPrompt} > 0)) AS m_without_cached";
    }

    private static IEnumerable<(RequestText Text, string Column)> NamesOf(LargestNames largest) => Names.Where(name => largest.Names.HasFlag(name.Text));

    private string Sum(Measure measure) => _isSummed ? ClickHouseMeasures.Aggregate(measure, measure.Name) : ClickHouseMeasures.Aggregate(measure);

    private string IsLargest(LargestNames largest, string measure, string from)
    {
        string names = string.Join(", ", NamesOf(largest).Select(name => name.Column));
        string selected = largest.LeastCost is { } cost
            ? $"HAVING {measure} >= {_parameters.Add("Float64", HighestCost.Least(cost))}"
            : $"ORDER BY {measure} DESC, {Sum(Measures.TotalTokens)} DESC, {names} LIMIT {_parameters.Add((long)largest.Count)}";
        // With GLOBAL, one query can read a Distributed table of several shards twice.
        return $"({names}) GLOBAL IN (SELECT {names} FROM {from} {(_isSummed ? "WHERE" : "AND")} {ClickHouseConditions.HasTime} GROUP BY {names} {selected})";
    }

    // Requests without a readable time belong to any range, but to no sum.
    private string From(string where) => $"""
        (
            SELECT {UsageTables.Columns}
            FROM {UsageTables.In(_scope.Filter.Range, _step, _scope.NeedsUsers)}
            WHERE {where}
            UNION ALL
            SELECT {UsageTables.OfRequests}
            FROM {RequestTable.Rows}
            WHERE {where} AND request.time = fromUnixTimestamp64Micro({Number(RequestTable.NoTime)}, 'UTC')
        )
        """;

    // The groups, the groups with durations, and the bins of all rows. They are only counted if there can be many.
    private (long Groups, long DurationGroups, long Bins) CountGroups(GroupKeys keys, GroupKeys durationKeys, string from, long? mostStarts)
    {
        long few = Math.Min(MostWholeHistograms, MostGroupsSent);
        long most = MostGroups(_scope.Texts, mostStarts) ?? long.MaxValue, mostDurations = MostGroups(_scope.DurationTexts, mostStarts) ?? long.MaxValue;
        // Reading the durations separately takes less time than counting.
        bool isDecided = most <= few || (_scope.Largest is null && mostDurations <= few);
        return isDecided ? (most, mostDurations, 0) : _server.Query(
            $"SELECT toInt64(uniq({keys.Grouped})), toInt64(uniq({durationKeys.Grouped})), {(_isSummed ? "toInt64(sum(length(duration_bins)))" : "toInt64(0)")} FROM {from}",
            _parameters, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2))).Single();
    }

    // An array of counts for all bins costs least, but all of them must not take much more memory than the bins of all rows.
    private (string Merged, string Counted) HistogramOf(long groups, long bins)
    {
        (int first, int last) = (HistogramBins.Durations.Lowest, HistogramBins.Durations.Highest);
        (string lowest, string end) = (Number(first), Number(last + 1));
        return groups > MostWholeHistograms && groups * (last - first) > 2 * bins
            ? ("groupArrayArray(duration_bins) AS bins, groupArrayArray(duration_counts) AS counts", "bins, counts")
            : ($"sumResampleArray({lowest}, {end}, 1)(duration_counts, duration_bins) AS merged",
                $"arrayFilter((bin, count) -> count > 0, CAST(range({lowest}, {end}), 'Array(Int16)'), merged) AS bins, CAST(arrayFilter(count -> count > 0, merged), 'Array(UInt32)') AS counts");
    }

    // The number of groups if every model is used in every period and class of input size.
    private long? MostGroups(RequestText texts, long? mostStarts) => texts == RequestText.None ? mostStarts
        : (texts & ~(RequestText.Model | RequestText.Provider)) == 0 ? mostStarts * Models().Count * (_scope.PriceChanges is null ? 1 : InputSize.Ranges.Count) : null;

    /// <summary>
    /// The start, in seconds since 1970, of the period in which rows are aggregated. Such periods end at changes of the zone's clock, at
    /// multiples of the scope's step, and at changes of prices.
    /// </summary>
    /// <returns>The start in SQL, and the maximum number of starts, which is null if unknown.</returns>
    private (string Sql, long? Most) Start()
    {
        _step = _scope.Step;
        long? most = 1;
        if (_scope.Step == 0 && _scope.PriceChanges is null)
            return ("0", most);
        // Shifted so that the dividend is not negative.
        string second = $"intDiv({RequestTable.Micros} - {Number(RequestTable.NoTime)}, 1000000) - {FirstSecond}";
        (DateTimeOffset from, DateTimeOffset until) = Bounds();
        var starts = new List<string>();
        if (_scope.Step > 0)
        {
            IReadOnlyList<ZoneClock> clocks = Clocks();
            string[] begins = [.. clocks.Select(clock => Number(Math.Max(clock.Since, -FirstSecond)))];
            string change = clocks.Count == 1 ? begins[0] : $"roundDown({second}, [{string.Join(", ", begins)}])";
            string offset = clocks.Count == 1
                ? Number(clocks[0].Offset)
                : $"transform({change}, [{string.Join(", ", begins)}], [{string.Join(", ", clocks.Select(clock => Number(clock.Offset)))}], 0)";
            string local = $"{second} + {offset} + {Shift}";
            if (_scope.Cycle > 0)
            {
                most = _scope.Cycle / _step;
                starts.Add($"intDiv(({local}) % {_scope.Cycle}, {_step})");
            }
            else
            {
                most += clocks.Count + ((until - from).Ticks / TimeSpan.TicksPerSecond / _step);
                starts.Add($"intDiv({local}, {_step}) * {_step} - {Shift} - {offset}");
                if (clocks.Count > 1)
                    starts.Add(change);
            }
            // Sums of UTC days are sufficient.
            if (clocks is [{ Offset: 0 }] && _step % UsageTables.Day == 0)
                _step = 0;
        }
        IEnumerable<DateTimeOffset> prices = _scope.PriceChanges is { } priceChanges ? Models().Keys.SelectMany(of => priceChanges(of.Provider, of.Model)) : [];
        long[] changes = [.. prices.Where(change => change > from && change <= until).Select(change => change.ToUnixTimeSeconds()).Distinct().Order()];
        most = _scope.Cycle > 0 ? most * (changes.Length + 1) : most + changes.Length;
        if (changes.Length > 0)
        {
            starts.Add($"roundDown({second}, [{string.Join(", ", changes.Prepend(-FirstSecond).Select(Number))}])");
            if (changes.Any(change => change % UsageTables.Day != 0))
                _step = _step == 0 ? UsageTables.Hour : _step;
        }
        // Sums cannot be divided at clock changes, local midnights and price changes within them. There are none before 1970.
        long[] ends = [.. changes, .. Clocks().SelectMany(clock => new[] { clock.Offset, Math.Max(0, clock.Since) })];
        _isSummed &= ends.All(end => end % UsageTables.Quarter == 0);
        if (_step > UsageTables.Quarter && ends.Any(end => end % UsageTables.Hour != 0))
            _step = UsageTables.Quarter;
        if (QuarterPairs() is { } pairs)
        {
            most = null;
            _step = _step == 0 ? UsageTables.Quarter : Math.Min(_step, UsageTables.Quarter);
            starts.Add($"if((toString(provider), toString(model)) IN ({pairs}), intDiv({second} + {Shift}, {UsageTables.Quarter}) * {UsageTables.Quarter} - {Shift}, -{FirstSecond})");
        }
        // The place in a cycle is not a time.
        string all = string.Join(", ", starts.Select(start => $"toInt64({start})"));
        string sql = starts.Count switch { 0 => "0", 1 => starts[0], _ => _scope.Cycle > 0 ? $"({all})" : $"greatest({all})" };
        return (sql, most);
    }

    private IReadOnlyList<ZoneClock> Clocks() => _scope.Step == 0 ? [] : _clocks ??= Bounds() is var (from, until) ? ZoneClock.Of(_scope.Zone, from, until) : [];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    // The models whose price depends on the time of day.
    private string? QuarterPairs()
    {
        if (_scope.NeedsQuarters is not { } needsQuarters)
            return null;
        (string Provider, string Model)[] pairs = [.. Models().Keys.Where(of => needsQuarters(of.Provider, of.Model))];
        return pairs.Length == 0 ? null : string.Join(", ", pairs.Select(pair => $"({_parameters.Add(pair.Provider)}, {_parameters.Add(pair.Model)})"));
    }

    // The models, each with the times of its first and last request.
    private Dictionary<(string Provider, string Model), (long First, long Last)> Models() => _models ??= _server.Query(
        $"SELECT toString(provider), toString(model), min({Measures.FirstTicks.Name}), max({Measures.LastTicks.Name}) FROM {UsageTables.All()} WHERE {ClickHouseConditions.HasTime} "
            + "GROUP BY provider, model",
        new ClickHouseParameters(), row => ((row.GetString(0), row.GetString(1)), (row.GetInt64(2), row.GetInt64(3)))).ToDictionary();

    // The times between which the scope contains requests.
    private (DateTimeOffset From, DateTimeOffset Until) Bounds() => _bounds ??= ReadBounds();

    private (DateTimeOffset From, DateTimeOffset Until) ReadBounds()
    {
        TimeRange range = _scope.Filter.Range;
        if (range is { Since: { } since, Until: { } until })
            return (since, until);
        DateTimeOffset At(long micros) => new(RequestTable.TicksOf(micros), TimeSpan.Zero);
        return (range.Since ?? At(Models().Values.Select(of => of.First).DefaultIfEmpty().Min()),
            range.Until ?? At(Models().Values.Select(of => of.Last).DefaultIfEmpty().Max()).AddTicks(TimeSpan.TicksPerMicrosecond));
    }
}
