namespace TokenDashboard.Usage;

/// <summary>Usage per user: totals with rank, time series, and weekly patterns.</summary>
internal sealed class UserUsageQuery(IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, TimeZoneInfo zone, DayOfWeek firstDayOfWeek = DayOfWeek.Monday)
{
    /// <summary>The current time. A bucket that ends after it is partial.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Whether results have a total, and time series and patterns a subtotal after each user.</summary>
    public bool WithTotal { get; init; }

    public UsagePrices? Prices { get; init; }

    /// <summary>
    /// One row per user, by tokens or cost, largest first. A comparison is with the previous period of equal length, and includes users with usage
    /// only in that period. It is omitted if the first request of the stores is later than the start of that period.
    /// </summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.RangeRequired"/>: a comparison requires a time range with both ends.</exception>
    public QueryResult<UserTokenUsage> Totals(bool comparePrevious, bool byCost = false)
    {
        Dictionary<string, UsageAccumulator>? before = comparePrevious ? ReadPrevious(ComparedFigures.PreviousOf(filter.Range, stores)) : null;
        (Dictionary<(string User, string Provider, string Model), UsageAccumulator> groups, UnreadableReport unreadable) = Read();
        return Totals(groups, unreadable, before, byCost);
    }

    /// <summary>Usage by user, provider and model.</summary>
    internal (Dictionary<(string User, string Provider, string Model), UsageAccumulator> Groups, UnreadableReport Unreadable) Read() =>
        UsageGroups.Sum<(string, string, string)>(
            stores, filter, RequestText.User | RequestText.Provider | RequestText.Model, 0, zone, Prices, _ => row => (row.User, row.Provider, row.Model));

    /// <summary>Usage by user in the previous period; null if there is none to compare with.</summary>
    internal Dictionary<string, UsageAccumulator>? ReadPrevious(TimeRange? previous) => previous is null
        ? null
        : UsageGroups.Sum<string>(stores, filter with { Range = previous }, RequestText.User, 0, zone, Prices, _ => row => row.User).Groups;

    /// <summary>One row per user, as above, of usage that was read before.</summary>
    internal QueryResult<UserTokenUsage> Totals(
        Dictionary<(string User, string Provider, string Model), UsageAccumulator> groups, UnreadableReport unreadable, Dictionary<string, UsageAccumulator>? before, bool byCost = false)
    {
        ILookup<string, string> models = groups.Keys.ToLookup(key => key.User, key => key.Model);
        var users = groups.GroupBy(group => group.Key.User, group => group.Value).ToDictionary(user => user.Key, user => UsageGroups.Sum(user, Prices));
        foreach (string user in before?.Keys.Except(users.Keys).ToArray() ?? [])
            users.Add(user, UsageGroups.NewUsage(Prices));
        var all = UsageTotals.Of(users.Values, Prices);
        (DateTimeOffset? Start, DateTimeOffset? End) range = filter.Range.In(zone);
        IEnumerable<UserTokenUsage> rows = users
            .OrderByDescending(user => byCost ? UsageCost.Of(user.Value)?.Amount ?? -1 : user.Value.TotalTokens)
            .ThenBy(user => user.Key, NameOrder.ByCodePoint)
            .Select((user, index) => new UserTokenUsage(
                user.Key,
                index + 1,
                range,
                models[user.Key].Distinct().Order(NameOrder.ByCodePoint),
                user.Value,
                all,
                before is null ? null : before.GetValueOrDefault(user.Key) ?? UsageGroups.NewUsage(Prices)));
        return new QueryResult<UserTokenUsage>([.. rows], unreadable)
        {
            Total = !WithTotal || users.Count == 0 ? null : new UserTokenUsage(
                null, 0, range, groups.Keys.Select(key => key.Model).Distinct().Order(NameOrder.ByCodePoint), UsageGroups.Sum(users.Values, Prices), all,
                before is null ? null : UsageGroups.Sum(before.Values, Prices)) { IsTotal = true },
        };
    }

    /// <summary>One row per user and time unit, by user (most tokens first), then by time. Rows without usage are included only if they are filled.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.TooManyBuckets"/>: filling would add more than a million rows.</exception>
    public QueryResult<TokenUsage> Periods(TimeUnit unit, bool cumulative, bool fill) => ByUser([(UsageDimension)unit, UsageDimension.User], cumulative, fill);

    /// <summary>One row per user and hour of the week with usage, by user (most tokens first), then from the first day of the week on.</summary>
    public QueryResult<TokenUsage> Pattern() => ByUser([UsageDimension.Weekday, UsageDimension.HourOfDay, UsageDimension.User], cumulative: false, fill: false);

    private QueryResult<TokenUsage> ByUser(UsageDimension[] dimensions, bool cumulative, bool fill) =>
        new UsageQuery(dimensions, zone, firstDayOfWeek) { Now = Now, Fill = fill, WithTotal = WithTotal, Prices = Prices, ByUser = true, Cumulative = cumulative }.Run(stores, filter);
}
