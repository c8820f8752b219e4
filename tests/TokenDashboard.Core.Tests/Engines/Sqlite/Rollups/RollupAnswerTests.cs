using CsCheck;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Telemetry;
using TokenDashboard.Tests.Usage;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.Sqlite.Rollups;

/// <summary>Queries return the same results from rollups as from requests, whether the requests came before or after the refresh.</summary>
public class RollupAnswerTests
{
    // Shorter durations are not distinguished.
    private const double OneNanosecond = 1e-6;

    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"];

    internal static readonly Gen<TestStore.Row> DamagedRow = Gen.Select(RandomStore.Row, Gen.Int[0, 40], (row, damage) => damage switch
    {
        0 => row with { Timestamp = "yesterday" },
        1 => row with { Prompt = -5L },
        2 => row with { Total = "many" },
        3 => row with { Duration = null },
        4 => row with { Duration = "slow", Success = null },
        5 => row with { User = null, Model = null },
        6 => row with { Timestamp = "2026-03-29T01:00:00" },
        7 => row with { Timestamp = "2026-03-29T00:59:59.999999" },
        _ => row,
    });

    private static readonly Gen<DateTimeOffset?> Instant = Gen.OneOf(
        Gen.Const((DateTimeOffset?)null),
        Gen.DateTime[new DateTime(2026, 1, 1), new DateTime(2027, 1, 1)].Select(time => (DateTimeOffset?)new DateTimeOffset(time, TimeSpan.Zero)),
        Gen.Int[0, 400].Select(hours => (DateTimeOffset?)new DateTimeOffset(2026, 3, 20, 0, 0, 0, TimeSpan.Zero).AddMinutes(hours * 45)));

    internal static readonly Gen<RequestFilter> Filter = Gen.Select(
        Instant, Instant, Gen.OneOfConst(Array.Empty<string>(), ["alice"], ["*r*", ""]), Gen.OneOfConst(Array.Empty<string>(), ["claude"]), Gen.OneOfConst(Array.Empty<string>(), ["t1"]))
        .Select((since, until, user, model, transaction) => new RequestFilter
        {
            Range = since is null || until is null || since < until ? new TimeRange(since, until) : TimeRange.All,
            User = user,
            Model = model,
            Transaction = transaction.Length > 0 && user.Length > 0 ? transaction : [],
        });

    private static readonly Gen<UsageDimension[]> Grouping = Gen.Select(
        Gen.OneOfConst(
            Array.Empty<UsageDimension>(), [UsageDimension.Hour], [UsageDimension.Day], [UsageDimension.Week], [UsageDimension.Month],
            [UsageDimension.Minute], [UsageDimension.Year], [UsageDimension.Weekday, UsageDimension.HourOfDay], [UsageDimension.Session],
            [UsageDimension.Weekday], [UsageDimension.Month, UsageDimension.Weekday]),
        Gen.OneOfConst(UsageDimension.User, UsageDimension.Model, UsageDimension.Provider, UsageDimension.RequestType).HashSet[0, 3],
        (unit, names) => unit.Concat(names).ToArray());

    [Fact]
    public void Rollups_match_requests_for_every_grouping_range_zone_and_filter() => Gen.Select(
        DamagedRow.Array[0, 60], DamagedRow.Array[0, 20], DamagedRow.Array[0, 10], Gen.Select(Grouping, Filter, Gen.OneOfConst(Zones)).Array[12]).ForAll(
        (before, between, after, queries) =>
        {
            using var plain = new TestStore();
            using var summed = new TestStore();
            plain.Insert([.. before, .. between, .. after]);
            summed.Insert(before);
            Optimize(summed);
            summed.Insert(between);
            Optimize(summed);
            summed.Insert(after);
            foreach ((UsageDimension[] groupBy, RequestFilter filter, string zone) in queries)
            {
                AssertSame(plain, summed, store => new UsageQuery(groupBy, TimeZoneInfo.FindSystemTimeZoneById(zone)).Run([new SqliteStore(store)], filter), row =>
                    $"{row.Start:O}|{row.Weekday}|{row.User}|{row.Model}|{row.Provider}|{row.RequestType}");
            }
        },
        iter: 10);

    [Theory]
    [InlineData("UTC", UsageDimension.Day, 28)]
    // An hour, three times six hours, and five hours. The first day lacks an hour, and the last one has only one.
    [InlineData("Europe/Berlin", UsageDimension.Day, 8 + (27 * 9) + 1)]
    // Five hours, three times six hours, and the quarter-hour before half past six.
    [InlineData("Asia/Kolkata", UsageDimension.Day, 4 + (27 * 9) + 5)]
    [InlineData("Asia/Kolkata", UsageDimension.Weekday, 4 + (27 * 9) + 5)]
    // Days begin at six.
    [InlineData("America/Chicago", UsageDimension.Day, 1 + (27 * 4) + 3)]
    [InlineData("Europe/Berlin", UsageDimension.Month, 27 + 8 + 1)]
    public void Days_of_a_time_zone_are_read_from_six_hours_and_hours(string zone, UsageDimension unit, long rows)
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 28 * 24).Select(hour => new TestStore.Row { Timestamp = $"{new DateTime(2026, 2, 1).AddHours(hour):s}" }));
        Optimize(store);
        using TokenStore open = TokenStore.Open(store.Path, CancellationToken.None);

        Assert.Equal(rows, new UsageQuery([unit], TimeZoneInfo.FindSystemTimeZoneById(zone)).Run([new SqliteStore(open)], new RequestFilter()).Unreadable.RollupsRead);
    }

    [Theory]
    [InlineData("UTC")]
    [InlineData("America/New_York")]
    [InlineData("Asia/Kolkata")]
    public void Rollups_match_requests_before_1970(string zone)
    {
        TestStore.Row[] rows = [.. Enumerable.Range(0, 20 * 24).Select(hour => new TestStore.Row { Timestamp = $"{new DateTime(1969, 12, 17).AddHours(hour):s}", Total = (long)hour })];
        using var plain = new TestStore();
        using var summed = new TestStore();
        plain.Insert(rows);
        summed.Insert(rows);
        Optimize(summed);
        foreach (UsageDimension[] groupBy in new UsageDimension[][] { [], [UsageDimension.Hour], [UsageDimension.Day], [UsageDimension.Day, UsageDimension.User], [UsageDimension.Week] })
        {
            AssertSame(plain, summed, store => new UsageQuery(groupBy, TimeZoneInfo.FindSystemTimeZoneById(zone)).Run([new SqliteStore(store)], new RequestFilter()), row =>
                $"{row.Start:O}|{row.User}");
        }
    }

    [Fact]
    public void Rollups_match_requests_in_user_queries() => Gen.Select(
        DamagedRow.Array[0, 60], DamagedRow.Array[0, 10], Gen.Select(Filter, Gen.OneOfConst(Zones)).Array[6]).ForAll(
        (before, after, queries) =>
        {
            using var plain = new TestStore();
            using var summed = new TestStore();
            plain.Insert([.. before, .. after]);
            summed.Insert(before);
            Optimize(summed);
            summed.Insert(after);
            foreach ((RequestFilter filter, string zone) in queries)
            {
                UserUsageQuery Query(TokenStore store) => new([new SqliteStore(store)], filter, TimeZoneInfo.FindSystemTimeZoneById(zone));
                bool closed = filter.Range is { Since: not null, Until: not null };
                AssertSame(plain, summed, store => Query(store).Totals(closed), row =>
                    $"{row.User}|{row.Rank}|{row.Models}|{row.FirstRequest:O}|{row.LastRequest:O}|{row.PreviousTokens}");
                AssertSame(plain, summed, store => Query(store).Periods(TimeUnit.Day, cumulative: true, fill: false), row => $"{row.User}|{row.Start:O}|{row.CumulativeTokens}");
                AssertSame(plain, summed, store => Query(store).Pattern(), row => $"{row.User}|{row.Weekday}|{row.HourOfDay}");
            }
        },
        iter: 6);

    [Fact]
    public void Single_requests_in_a_range_are_the_same_with_rollups() => Gen.Select(DamagedRow.Array[0, 60], DamagedRow.Array[0, 10], Filter.Array[8]).ForAll(
        (before, after, filters) =>
        {
            using var summed = new TestStore();
            using var plain = new TestStore();
            plain.Insert([.. before, .. after]);
            summed.Insert(before);
            Optimize(summed);
            summed.Insert(after);
            foreach (RequestFilter filter in filters)
                Assert.Equal(Requests(plain, filter), Requests(summed, filter));
        },
        iter: 6);

    [Fact]
    public void Store_info_is_the_same_with_and_without_rollups() => Gen.Select(
        DamagedRow.Array[0, 60], DamagedRow.Array[0, 20], Gen.DateTime[new DateTime(2026, 1, 1), new DateTime(2026, 12, 30)]).ForAll(
        (before, after, removedUntil) =>
        {
            using var store = new TestStore();
            store.Insert(before);
            Optimize(store);
            using (var remover = new StoreOptimizer(store.Path, CancellationToken.None))
                remover.Remove(new DateTimeOffset(removedUntil, TimeSpan.Zero));
            store.Insert(after[..(after.Length / 2)]);
            Optimize(store);
            store.Insert(after[(after.Length / 2)..]);

            string summedUp = Describe(store);
            store.Query($"DROP TABLE {RollupSchema.State}");
            Assert.Equal(Describe(store), summedUp);
        },
        iter: 10);

    private static string Describe(TestStore store)
    {
        using TokenStore open = store.Open();
        TokenStoreInfo info = TokenStoreInfo.Read(new SqliteStore(open));
        return $"{info.Rows}|{info.FirstRequest:O}|{info.LastRequest:O}|{info.Users}|{info.RequestsWithoutUser}|{info.RequestsWithoutDuration}|{info.Models}|{info.Providers}|{info.TotalTokens}|"
            + $"{info.InterruptedStreams}|{info.Unreadable}";
    }

    private static void Optimize(TestStore store)
    {
        using var optimizer = new StoreOptimizer(store.Path, CancellationToken.None);
        optimizer.Refresh();
    }

    private static void AssertSame<T>(TestStore plain, TestStore summed, Func<TokenStore, QueryResult<T>> ask, Func<T, string> nameOf)
        where T : UsageFigures
    {
        using TokenStore openPlain = plain.Open(), openSummed = summed.Open();
        QueryResult<T> expected = ask(openPlain), actual = ask(openSummed);
        Assert.Equal(expected.Rows.Select(row => $"{nameOf(row)}|{Numbers(row)}"), actual.Rows.Select(row => $"{nameOf(row)}|{Numbers(row)}"));
        Assert.Equal(expected.Unreadable.ToString(), actual.Unreadable.ToString());
        foreach ((T exact, T summedUp) in expected.Rows.Zip(actual.Rows))
        {
            AssertNear(exact.MeanDurationMs, summedUp.MeanDurationMs, 1e-9);
            AssertNear(exact.P50DurationMs, summedUp.P50DurationMs, HistogramBins.RelativeError);
            AssertNear(exact.P95DurationMs, summedUp.P95DurationMs, HistogramBins.RelativeError);
            AssertNear(exact.P99DurationMs, summedUp.P99DurationMs, HistogramBins.RelativeError);
            Assert.Equal(exact.MaxDurationMs, summedUp.MaxDurationMs);
        }
    }

    private static string Numbers(UsageFigures row) =>
        $"{row.Requests}|{row.PromptTokens}|{row.CompletionTokens}|{row.TotalTokens}|{row.Share:R}|{row.PolicyFailures}|{row.InterruptedStreams}";

    private static void AssertNear(double? expected, double? actual, double relative)
    {
        Assert.Equal(expected is null, actual is null);
        if (expected is { } exact)
            Assert.InRange(actual!.Value, (exact * (1 - relative)) - OneNanosecond, (exact * (1 + relative)) + OneNanosecond);
    }

    private static List<string> Requests(TestStore store, RequestFilter filter)
    {
        using TokenStore open = store.Open();
        var query = new RequestQuery([new SqliteStore(open)], filter) { Order = RequestOrder.Id, Descending = false };
        return [.. query.Run(0, ulong.MaxValue).Select(request => request.ToString()!)];
    }
}
