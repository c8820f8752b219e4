namespace TokenDashboard.Usage;

/// <summary>Aggregates usage by any combination of dimensions, in one pass over the requests.</summary>
internal sealed class UsageQuery
{
    internal const int MaxFilledRows = 1_000_000;

    private readonly HashSet<UsageDimension> _dimensions;
    private readonly TimeZoneInfo _zone;
    private readonly DayOfWeek _firstDayOfWeek;
    private readonly TimeBuckets? _buckets;
    private readonly bool _sessions;

    /// <summary>Creates a query by dimensions. Without dimensions, it returns one row. Buckets and weeks are those of the time zone.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GroupingInvalid"/>: the query has two time units.</exception>
    public UsageQuery(IEnumerable<UsageDimension> groupBy, TimeZoneInfo zone, DayOfWeek firstDayOfWeek = DayOfWeek.Monday)
    {
        _dimensions = [.. groupBy];
        _zone = zone;
        _firstDayOfWeek = firstDayOfWeek;
        UsageDimension[] units = [.. _dimensions.Where(dimension => dimension <= UsageDimension.Session)];
        if (units.Length > 1)
        {
            throw new TokenDashboardException(
                ErrorCode.GroupingInvalid,
                $"Usage can be grouped by only one time unit, not by {string.Join(" and ", units)}.");
        }
        _sessions = units is [UsageDimension.Session];
        _buckets = _sessions ? new TimeBuckets(TimeUnit.Hour, TimeZoneInfo.Utc) : units.Length == 1 ? new TimeBuckets((TimeUnit)units[0], zone, firstDayOfWeek) : null;
    }

    /// <summary>The current time. A bucket that ends after it is partial.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Whether to include buckets without requests, over the time range (or over the data if it is open).</summary>
    public bool Fill { get; init; }

    /// <summary>Whether the result has a total and, with time and names, a subtotal after each bucket or, with <see cref="ByUser"/>, after each user.</summary>
    public bool WithTotal { get; init; }

    /// <summary>Whether rows are first sorted by user, most tokens first.</summary>
    internal bool ByUser { get; init; }

    /// <summary>Whether rows have the cumulative tokens and cost of their user.</summary>
    internal bool Cumulative { get; init; }

    /// <summary>The prices; null for usage without its cost.</summary>
    public UsagePrices? Prices { get; init; }

    /// <summary>
    /// The maximum number of rows, and the measure that ranks them; null for all. This is a hint. If there are many groups, such as transactions, which are as
    /// many as requests, it saves memory and time. In other cases, the result can have more rows.
    /// </summary>
    public (int Count, UsageOrder Order)? Largest { get; init; }

    /// <summary>The times of the first and the last request of stores, including removed ones; null without requests.</summary>
    public static (DateTimeOffset? First, DateTimeOffset? Last) TimesOf(IReadOnlyList<ITelemetryStore> stores)
    {
        var scope = new UsageScope(new RequestFilter(), RequestText.None, Step: 0, TimeZoneInfo.Utc, CountsRemoved: true);
        MeasureValues values = UsageGroups.Read(
            stores, scope, new UnreadableReport(), () => new MeasureValues(), (_, part) => row => part.Add(row.Values), (all, part) => all.Add(part));
        return (values.Time(Measures.FirstTicks), values.Time(Measures.LastTicks));
    }

    /// <summary>Runs the query. Rows are sorted by time, then by tokens in descending order.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GroupingInvalid"/>: filling requires a time unit. <see cref="ErrorCode.TooManyBuckets"/>: filling would add more than a
    /// million rows. One of the <c>Store</c> codes: a read failed.
    /// </exception>
    public QueryResult<TokenUsage> Run(IReadOnlyList<ITelemetryStore> stores, RequestFilter filter)
    {
        (IReadOnlyList<UsageGroup> groups, UsageAccumulator? whole, UnreadableReport unreadable) = Read(stores, filter);
        var all = UsageTotals.Of(whole is null ? groups.Select(group => group.Usage) : [whole], Prices);
        bool hasTotal = WithTotal && _dimensions.Count > 0 && (groups.Count > 0 || whole?.Requests > 0);
        bool hasSubtotals = hasTotal && (ByUser || (_buckets is not null && _dimensions.Count > 1));
        string groupedBy = string.Join(", ", _dimensions.Order());
        (DateTimeOffset? since, DateTimeOffset? until) = filter.Range.In(_zone);
        TokenUsage Row(UsageKey key, UsageAccumulator usage, bool isTotal)
        {
            (DateTimeOffset Start, DateTimeOffset End)? bounds = isTotal && key.BucketTicks == 0 ? null
                : _sessions ? (LocalTime.At(key.BucketTicks, _zone), LocalTime.At(SessionBlocks.EndOf(key.BucketTicks), _zone))
                : _buckets?.Bounds(key.BucketTicks);
            bool isPartial = bounds is { } bucket && filter.Range.Cuts(bucket.Start, bucket.End, Now);
            string groups = !isTotal ? groupedBy : bounds is not null ? groupedBy.Split(',')[0] : key.User is not null ? nameof(UsageDimension.User) : "";
            return new TokenUsage(key, bounds?.Start ?? since, bounds?.End ?? until, isPartial, usage, all) { IsTotal = isTotal, GroupedBy = groups };
        }
        IEnumerable<TokenUsage> Rows(IGrouping<UsageKey, UsageGroup> part)
        {
            TokenUsage? subtotal = hasSubtotals ? Row(part.Key, UsageGroups.Sum(part.Select(group => group.Usage), Prices), isTotal: true) : null;
            long tokens = 0;
            decimal? cost = Prices is null ? null : 0;
            string? currency = null;
            foreach (UsageGroup group in part)
            {
                TokenUsage row = Row(group.Key, group.TakeUsage(), isTotal: false);
                if (Cumulative)
                {
                    cost = row.Currency is { } of && (row.Cost is null || (currency ??= of) != of) ? null : cost + (row.Cost ?? 0);
                    (row.CumulativeTokens, row.CumulativeCost) = (tokens += row.TotalTokens, cost);
                }
                yield return row;
            }
            if (subtotal is not null)
                yield return subtotal;
        }
        TokenUsage? total = hasTotal ? Row(default, whole ?? UsageGroups.Sum(groups.Select(group => group.Usage), Prices), isTotal: true) : null;
        IEnumerable<IGrouping<UsageKey, UsageGroup>> parts = !ByUser
            ? groups.GroupBy(group => new UsageKey(group.Key.BucketTicks))
            : groups.GroupBy(group => new UsageKey(0, group.Key.User)).OrderByDescending(user => user.Sum(group => group.Usage.TotalTokens)).ThenBy(user => user.Key.User, NameOrder.ByCodePoint);
        return new QueryResult<TokenUsage>([.. parts.SelectMany(Rows)], unreadable)
        {
            Total = total,
            OmittedCurrencies = UsageCost.Of(whole)?.Currency?.Split(", ") ?? [],
        };
    }

    // If the groups are not complete, the usage of all groups is provided.
    internal (IReadOnlyList<UsageGroup> Groups, UsageAccumulator? All, UnreadableReport Unreadable) Read(IReadOnlyList<ITelemetryStore> stores, RequestFilter filter)
    {
        if (Fill && (_buckets is null || _sessions))
        {
            throw new TokenDashboardException(
                ErrorCode.GroupingInvalid, "Empty buckets can be filled only if usage is grouped by a time unit, such as Hour or Day.");
        }
        RequestText texts = _dimensions.Aggregate(RequestText.None, (all, dimension) => all | RequestTexts.Of(dimension));
        UsageAccumulator? all = null;
        Dictionary<UsageKey, UsageAccumulator> groups;
        UnreadableReport unreadable;
        if (Largest is { } largest && UsageOrdering.SumOf(largest.Order) is { } measure && Step == 0 && LargestGroups.CanFind(stores, texts, measure, Prices))
        {
            (groups, all, unreadable) = new LargestGroups(stores, filter, texts, Keys, Prices).Find(measure, largest.Count);
        }
        else
        {
            (groups, unreadable) = UsageGroups.Sum(stores, filter, texts, Step, _sessions ? TimeZoneInfo.Utc : _zone, Prices, Keys, endOfBucket: EndOfBucket, cycle: Cycle);
        }
        if (_dimensions.Count == 0 && groups.Count == 0)
            groups.Add(default, UsageGroups.NewUsage(Prices));
        if (_sessions)
            groups = SessionBlocks.Of(groups);
        if (Fill)
            FillBuckets(groups, _buckets!, filter.Range);
        IEnumerable<UsageGroup> sorted = groups.Select(group => new UsageGroup(group.Key, group.Value)).OrderBy(group => group.Key.BucketTicks)
            .ThenBy(group => group.Key.CyclePlace(_firstDayOfWeek)).ThenByDescending(group => group.Usage.TotalTokens).ThenBy(group => group, UsageGroup.ByName);
        return ([.. sorted], all, unreadable);
    }

    // The seconds of the clock at whose multiples a key can change: those of buckets, or of the hours of the day. Sessions begin at hours in
    // UTC, which can be any quarter-hour in other time zones.
    private int Step => _sessions && (_dimensions.Contains(UsageDimension.HourOfDay) || _dimensions.Contains(UsageDimension.Weekday)) ? 900
        : _dimensions.Contains(UsageDimension.HourOfDay) ? Math.Min(3600, _buckets?.Step ?? 3600)
        : _dimensions.Contains(UsageDimension.Weekday) ? Math.Min(86400, _buckets?.Step ?? 86400) : _buckets?.Step ?? 0;

    // The seconds of the clock after which keys repeat.
    private int Cycle => _buckets is not null ? 0 : _dimensions.Contains(UsageDimension.Weekday) ? 7 * 86400 : _dimensions.Contains(UsageDimension.HourOfDay) ? 86400 : 0;

    // Weeks and longer buckets. With an hour or a weekday, the key can also change within a bucket.
    private Func<long, long>? EndOfBucket =>
        _buckets is { IsLong: true } && !_dimensions.Contains(UsageDimension.HourOfDay) && !_dimensions.Contains(UsageDimension.Weekday) ? _buckets.Copy().EndOf : null;

    private Func<UsageRow, UsageKey> Keys(ITelemetryStore store)
    {
        // Buckets cache the last bucket, so each thread has its own copy.
        TimeBuckets? buckets = _buckets?.Copy();
        bool user = _dimensions.Contains(UsageDimension.User), model = _dimensions.Contains(UsageDimension.Model), provider = _dimensions.Contains(UsageDimension.Provider);
        bool type = _dimensions.Contains(UsageDimension.RequestType), transaction = _dimensions.Contains(UsageDimension.Transaction), source = _dimensions.Contains(UsageDimension.Source);
        bool weekday = _dimensions.Contains(UsageDimension.Weekday), hour = _dimensions.Contains(UsageDimension.HourOfDay);
        // Only one request of each hour is converted.
        var hours = new TimeBuckets(TimeUnit.Hour, _zone);
        (long hourStart, DateTimeOffset local) = (-1L, default(DateTimeOffset));
        DateTimeOffset Local(UsageRow row)
        {
            if (hours.StartOf(row.UtcTicks) is var start && start != hourStart)
                (hourStart, local) = (start, LocalTime.At(row.UtcTicks, _zone));
            return local;
        }
        return row => new UsageKey(
            buckets?.StartOf(row.UtcTicks) ?? 0,
            user ? row.User : null,
            model ? row.Model : null,
            provider ? row.Provider : null,
            type ? row.RequestType : null,
            transaction ? row.Transaction : null,
            source ? store.Source ?? row.Source : null,
            weekday ? Local(row).DayOfWeek : null,
            hour ? (sbyte)Local(row).Hour : null);
    }

    private void FillBuckets(Dictionary<UsageKey, UsageAccumulator> groups, TimeBuckets buckets, TimeRange range)
    {
        // If usage is grouped only by time, a time range without requests still has its buckets.
        UsageKey[] names = _dimensions.Count == 1 ? [default] : [.. groups.Keys.Select(key => key with { BucketTicks = 0 }).Distinct()];
        bool open = range.Since is null || range.Until is null;
        if (names.Length == 0 || (groups.Count == 0 && open))
            return;
        long first = range.Since?.UtcTicks ?? groups.Keys.Min(key => key.BucketTicks);
        long end = range.Until?.UtcTicks ?? groups.Keys.Max(key => key.BucketTicks) + 1;
        var starts = new List<long>();
        for (long start = buckets.StartOf(first); start < end; start = buckets.EndOf(start))
        {
            starts.Add(start);
            // An excessive number of rows is reported before they are created.
            if ((long)starts.Count * names.Length > MaxFilledRows)
            {
                throw new TokenDashboardException(
                    ErrorCode.TooManyBuckets,
                    $"Filling empty buckets would add more than {MaxFilledRows} rows. Use a shorter time range, a larger time unit, or fewer dimensions.");
            }
        }
        foreach (long start in starts)
        {
            foreach (UsageKey name in names)
                groups.TryAdd(name with { BucketTicks = start }, UsageGroups.NewUsage(Prices));
        }
    }
}
