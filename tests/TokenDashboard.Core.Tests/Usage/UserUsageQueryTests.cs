using CsCheck;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Usage;

public class UserUsageQueryTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Fact]
    public void All_user_queries_have_the_same_sums() => RandomStore.Row.Array[1, 80].ForAll(
        rows =>
        {
            using var store = new TestStore();
            store.Insert(rows);
            using TokenStore open = store.Open();
            var query = new UserUsageQuery([new SqliteStore(open)], new RequestFilter(), Berlin);

            IReadOnlyList<UserTokenUsage> totals = query.Totals(comparePrevious: false).Rows;
            IReadOnlyList<TokenUsage> days = query.Periods(TimeUnit.Day, cumulative: true, fill: false).Rows;
            IReadOnlyList<TokenUsage> pattern = query.Pattern().Rows;

            Assert.Equal(rows.Sum(RandomStore.TokensOf), totals.Sum(user => user.TotalTokens));
            Assert.Equal(Enumerable.Range(1, totals.Count), totals.Select(user => user.Rank));
            Assert.Equal(totals.OrderByDescending(user => user.TotalTokens).Select(user => user.TotalTokens), totals.Select(user => user.TotalTokens));
            Assert.Equal(1, totals.Sum(user => user.Share), rows.Sum(RandomStore.TokensOf) == 0 ? 1 : 1e-9);
            foreach (UserTokenUsage user in totals)
            {
                TestStore.Row[] own = [.. rows.Where(row => (string)row.User! == user.User)];
                TokenUsage[] ownDays = [.. days.Where(day => day.User == user.User)];
                Assert.Equal(own.Sum(RandomStore.TokensOf), user.TotalTokens);
                Assert.Equal(own.Min(RandomStore.TimeOf), user.FirstRequest);
                Assert.Equal(own.Max(RandomStore.TimeOf), user.LastRequest);
                Assert.Equal(own.Select(row => (string)row.Model!).Distinct().Order(StringComparer.Ordinal), user.Models);
                Assert.Equal(user.TotalTokens, ownDays[^1].CumulativeTokens);
                Assert.Equal(ownDays.Select((_, i) => ownDays[..(i + 1)].Sum(day => day.TotalTokens)), ownDays.Select(day => day.CumulativeTokens!.Value));
                Assert.Equal(user.TotalTokens, pattern.Where(hour => hour.User == user.User).Sum(hour => hour.TotalTokens));
            }
        },
        iter: 40);

    [Fact]
    public void The_pattern_uses_the_local_time_of_the_zone()
    {
        using var store = new TestStore();
        // 23:30 UTC is 00:30 on the next day in winter, 01:30 in summer.
        store.Insert(new TestStore.Row { Timestamp = "2026-01-04T23:30:00" }, new TestStore.Row { Timestamp = "2026-07-05T23:30:00" });
        using TokenStore open = store.Open();

        IReadOnlyList<TokenUsage> pattern = new UserUsageQuery([new SqliteStore(open)], new RequestFilter(), Berlin).Pattern().Rows;

        Assert.Equal([("Monday", 0), ("Monday", 1)], pattern.Select(row => (row.Weekday!, row.HourOfDay!.Value)));
    }

    [Fact]
    public void Totals_are_the_sums_of_their_rows() => Gen.Select(RandomStore.Row.Array[1, 60], Gen.Bool).ForAll(
        (rows, byTime) =>
        {
            using var store = new TestStore();
            store.Insert(rows);
            using TokenStore open = store.Open();
            var query = new UserUsageQuery([new SqliteStore(open)], new RequestFilter(), Berlin) { WithTotal = true };

            UserTokenUsage users = query.Totals(comparePrevious: false).Total!;
            QueryResult<TokenUsage> days = query.Periods(TimeUnit.Day, cumulative: false, fill: false);
            QueryResult<TokenUsage> pattern = query.Pattern();
            QueryResult<TokenUsage> groups = new UsageQuery(byTime ? [UsageDimension.Day, UsageDimension.Model] : [UsageDimension.Model, UsageDimension.User], Berlin) { WithTotal = true }
                .Run([new SqliteStore(open)], new RequestFilter());

            TokenUsage all = Assert.Single(new UsageQuery([], Berlin).Run([new SqliteStore(open)], new RequestFilter()).Rows);
            foreach (UsageFigures total in new UsageFigures[] { users, days.Total!, pattern.Total!, groups.Total! })
            {
                Assert.True(total.IsTotal);
                Assert.Equal(
                    (all.Requests, all.TotalTokens, all.P95DurationMs, all.MaxDurationMs, all.PolicyFailures),
                    (total.Requests, total.TotalTokens, total.P95DurationMs, total.MaxDurationMs, total.PolicyFailures));
            }
            Assert.All(days.Rows.GroupBy(row => row.User), user => Assert.Equal(user.Where(row => !row.IsTotal).Sum(row => row.TotalTokens), Assert.Single(user, row => row.IsTotal).TotalTokens));
            Assert.All(pattern.Rows.GroupBy(row => row.User), user => Assert.Equal(user.Where(row => !row.IsTotal).Sum(row => row.Requests), Assert.Single(user, row => row.IsTotal).Requests));
            Assert.Equal(byTime ? groups.Rows.Select(row => row.Start).Distinct().Count() : 0, groups.Rows.Count(row => row.IsTotal));
            Assert.All(groups.Rows.Where(row => row.IsTotal), total => Assert.Equal(
                groups.Rows.Where(row => !row.IsTotal && row.Start == total.Start).Sum(row => row.TotalTokens), total.TotalTokens));
        },
        iter: 20);

    [Fact]
    public void A_comparison_includes_new_and_lost_users()
    {
        using var store = new TestStore();
        store.Insert(
            new TestStore.Row { Timestamp = "2026-03-01T12:00:00", User = "stayed", Total = 100L },
            new TestStore.Row { Timestamp = "2026-03-01T12:00:00", User = "went", Total = 40L },
            new TestStore.Row { Timestamp = "2026-03-02T12:00:00", User = "stayed", Total = 150L },
            new TestStore.Row { Timestamp = "2026-03-02T12:00:00", User = "came", Total = 7L },
            new TestStore.Row { Timestamp = "2026-02-28T23:59:59", User = "stayed", Total = 999L });
        using TokenStore open = store.Open();
        var filter = new RequestFilter { Range = new TimeRange(DateTimeOffset.Parse("2026-03-02T00:00Z"), DateTimeOffset.Parse("2026-03-03T00:00Z")) };

        IReadOnlyList<UserTokenUsage> rows = new UserUsageQuery([new SqliteStore(open)], filter, TimeZoneInfo.Utc).Totals(comparePrevious: true).Rows;

        Assert.Equal(
            [("stayed", 150, 100, 50, 0.5), ("came", 7, 0, 7, null), ("went", 0L, 40L, -40L, (double?)-1)],
            rows.Select(row => (row.User, row.TotalTokens, row.PreviousTokens!.Value, row.Change!.Value, row.ChangeRatio)));
        Assert.Null(rows[2].FirstRequest);
    }

    [Fact]
    public void A_comparison_requires_both_ends_of_the_range()
    {
        using var store = new TestStore();
        using TokenStore open = store.Open();

        var failure = Assert.Throws<TokenDashboardException>(() => new UserUsageQuery([new SqliteStore(open)], new RequestFilter(), Berlin).Totals(comparePrevious: true));

        Assert.Equal(ErrorCode.RangeRequired, failure.Code);
    }

    [Fact]
    public void Recent_users_are_listed_by_frequency()
    {
        using var store = new TestStore();
        store.Insert(new[] { "rare", "often", "", "often" }.Select(user => new TestStore.Row { User = user }));
        using TokenStore open = store.Open();

        Assert.Equal([("often", 2), ("rare", 1)], RecentNames.Read([new SqliteStore(open)], UsageDimension.User, TimeSpan.FromMinutes(1)));
    }
}
