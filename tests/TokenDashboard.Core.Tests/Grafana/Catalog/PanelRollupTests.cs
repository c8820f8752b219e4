using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Panels;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Tests.Grafana.Catalog;

/// <summary>Every panel shows the same with and without rollups, whether requests came before or after a refresh.</summary>
public partial class PanelRollupTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 4, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_panel_shows_the_same_from_rollups_as_from_rows() => Gen.Int.ForAll(
        seed =>
        {
            var random = new Random(seed);
            TestStore.Row[] before = Rows(random, 120), between = Rows(random, 30), after = Rows(random, 20);
            using TestStore plain = CatalogView.Stored([.. before, .. between, .. after]);
            using TestStore summed = CatalogView.Stored(before);
            Refresh(summed);
            summed.Insert(between);
            Refresh(summed);
            summed.Insert(after);
            CompareAll(random, plain, summed, quarters: false);
        },
        iter: 1);

    [Fact]
    public void Every_panel_still_counts_removed_requests() => Gen.Int.ForAll(
        seed =>
        {
            var random = new Random(seed);
            TestStore.Row[] before = Rows(random, 120), after = Rows(random, 20);
            using TestStore plain = CatalogView.Stored([.. before, .. after]);
            using TestStore summed = CatalogView.Stored([.. before, .. after]);
            using (var remover = new StoreOptimizer(summed.Path, CancellationToken.None))
                remover.Remove(Midnight.AddHours(random.Next(-48, 48)));
            CompareAll(random, plain, summed, quarters: true);
        },
        iter: 1);

    [Theory]
    [InlineData("UPDATE tokendash_rollup_state SET format = 99")]
    [InlineData("DELETE FROM tokendash_rollup_state")]
    [InlineData("INSERT INTO tokendash_rollup_stale SELECT DISTINCT level, start FROM tokendash_rollup; UPDATE tokendash_rollup SET requests = 0, total_tokens = 0")]
    [InlineData("INSERT INTO tokendash_rollup_stale SELECT DISTINCT level, start FROM tokendash_rollup WHERE level > 1; UPDATE tokendash_rollup SET requests = 0, total_tokens = 0 WHERE level > 1")]
    public void Unusable_rollups_are_ignored(string change)
    {
        var random = new Random(1);
        TestStore.Row[] rows = Rows(random, 200);
        using TestStore plain = CatalogView.Stored(rows), summed = CatalogView.Stored(rows);
        Refresh(summed);
        using (SqliteConnection connection = summed.Connect())
            connection.Execute(change);

        Compare(random, plain, summed, quarters: false, OneOfEachKind);
    }

    // Shrinks the largest request. Only the stale marks show that it changed.
    private const string Shrink = """
        CREATE TEMP TABLE most AS SELECT id, unixepoch(substr(timestamp, 1, 19)) AS second FROM telemetry ORDER BY total_tokens DESC, id LIMIT 1;
        UPDATE telemetry SET total_tokens = 0, duration_ms = 0 WHERE id IN (SELECT id FROM most);
        """;
    private const string Mark = "INSERT INTO tokendash_rollup_stale SELECT 1, second / 900 * 900 FROM most UNION ALL SELECT 4, second / 86400 * 86400 FROM most;";

    [Theory]
    [InlineData(0, "", "")]
    [InlineData(0, Shrink, Shrink + Mark)]
    [InlineData(30, "", "")]
    public void The_largest_and_slowest_requests_are_the_same_with_rollups(int removedHours, string plainChange, string summedChange)
    {
        var random = new Random(removedHours + summedChange.Length);
        TestStore.Row[] rows = [.. Enumerable.Range(0, 2000).Select(_ => new TestStore.Row
        {
            Timestamp = Midnight.AddSeconds(random.Next(300_000)).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
            User = Pick(random, ["ann", "bob", "eve"]),
            Total = (long)random.Next(400),
            Duration = random.Next(4) == 0 ? null : (double)random.Next(3000),
        })];
        DateTimeOffset removed = Midnight.AddHours(removedHours);
        using TestStore summed = CatalogView.Stored(rows), plain = CatalogView.Stored(rows.Where(row => DateTimeOffset.Parse(row.Timestamp + "Z", CultureInfo.InvariantCulture) >= removed));
        Refresh(summed);
        using (var remover = new StoreOptimizer(summed.Path, CancellationToken.None))
            remover.Remove(removed);
        foreach ((TestStore store, string change) in new[] { (plain, plainChange), (summed, summedChange) }.Where(each => each.Item2.Length > 0))
        {
            using SqliteConnection connection = store.Connect();
            connection.Execute(change);
        }

        foreach ((int from, int to, string[] users, string tokens) in new (int, int, string[], string)[]
        {
            (-1000, 301_000, [], "0"), (40_000, 290_001, ["bob", "eve"], "0"), (1, 80_000, [], "0"), (-1000, 301_000, [], "300"),
        })
        {
            var view = new CatalogView(Midnight.AddSeconds(from), Midnight.AddSeconds(to)) { Chosen = { ["user"] = users, ["min_tokens"] = [tokens] } };
            foreach ((string title, string value) in new[] { ("Largest requests", "Total"), ("Slowest requests", "Duration") })
                Assert.Equal(view.Panel(plain, title).Column<object>(value), view.Panel(summed, title).Column<object>(value));
        }
    }

    [Fact]
    public void Requests_without_a_duration_do_not_displace_requests_of_zero_milliseconds()
    {
        TestStore.Row[] rows = [.. Enumerable.Range(0, 1100).Select(n => new TestStore.Row
        {
            Timestamp = Midnight.AddMinutes(15 * n).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
            Duration = n % 2 == 0 ? null : 0.0,
        })];
        using TestStore summed = CatalogView.Stored(rows);
        Refresh(summed);

        Assert.Equal(500, new CatalogView(Midnight, Midnight.AddMinutes(15 * 1100)).Panel(summed, "Slowest requests").Rows.Count);
    }

    [Theory]
    [InlineData("86400")]
    [InlineData("10800")]
    public void Buckets_of_a_zone_with_half_an_hour_are_read_from_hours(string bucket)
    {
        TestStore.Row[] rows = [.. Enumerable.Range(0, 4 * 96).Select(n => new TestStore.Row
        {
            Timestamp = Midnight.AddMinutes(15 * n).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture), Total = (long)n, Prompt = (long)n, Completion = 0L,
        })];
        using TestStore summed = CatalogView.Stored(rows), plain = CatalogView.Stored(rows);
        Refresh(summed);
        // Of the quarter-hours, only those in the hours in which a bucket begins are needed.
        using (SqliteConnection connection = summed.Connect())
            connection.Execute($"DELETE FROM tokendash_rollup WHERE level = 1 AND (start + 19800) / 1800 * 1800 % {bucket} NOT IN (0, {bucket} - 1800)");
        var view = new CatalogView(Midnight, Midnight.AddDays(4)) { Chosen = { ["bucket"] = [bucket], ["zone"] = ["Asia/Kolkata"] } };

        foreach (string title in new[] { "Token usage over time", "Token usage per user over time", "Cost by model over time" })
            AssertSame(title, view.Panel(plain, title), view.Panel(summed, title));
    }

    [Fact]
    public void Requests_deleted_by_other_programs_are_not_counted()
    {
        const string Delete = "DELETE FROM telemetry WHERE id = 50 OR id = (SELECT max(id) FROM telemetry)";
        var random = new Random(2);
        TestStore.Row[] rows = [.. Rows(random, 200), new TestStore.Row { Model = "gpt", User = "ann" }];
        using TestStore plain = CatalogView.Stored(rows), summed = CatalogView.Stored(rows);
        Refresh(summed);
        foreach (TestStore store in (TestStore[])[plain, summed])
        {
            using SqliteConnection connection = store.Connect();
            connection.Execute(Delete);
        }

        Compare(random, plain, summed, quarters: false, OneOfEachKind);
    }

    private static void CompareAll(Random random, TestStore plain, TestStore summed, bool quarters) => Compare(random, plain, summed, quarters, CatalogView.Titles);

    private static void Compare(Random random, TestStore plain, TestStore summed, bool quarters, IEnumerable<string> titles)
    {
        CatalogView view = RandomView(random, quarters);
        // Only rollups remain of removed requests.
        string[] shown = [.. titles.Where(title => !quarters || !SingleRequests.Contains(title))];
        foreach ((string title, QueryResult expected, QueryResult actual) in shown.Zip(view.Panels(plain, shown), view.Panels(summed, shown)))
            AssertSame(title, expected, actual);
        foreach (string variable in quarters ? [] : CatalogView.Variables.Where(name => !Hidden.Contains(name)))
            Assert.Equal(view.Options(plain, variable).Order(), view.Options(summed, variable).Order());
    }

    // Panels with sums, groups, series, histograms and comparisons.
    private static readonly string[] OneOfEachKind =
    [
        "Totals", "Total tokens per user", "Token usage over time", "Token usage per user over time", "Requests by duration", "Comparison between models",
        "Comparison between users", "Cost by model over time",
    ];

    private static readonly HashSet<string> SingleRequests =
    [
        "Newest requests", "Slowest requests", "Largest requests", "Interrupted streams", "Requests by size", "Transactions with most tokens", "Top transactions",
    ];

    private static readonly HashSet<string> Hidden = [.. UsageRelations.All.Select(relation => relation.Name), "relation", "names"];

    private static CatalogView RandomView(Random random, bool quarters)
    {
        int unit = quarters ? 900 : random.Next(2) == 0 ? 1 : 3600;
        DateTimeOffset from = Midnight.AddSeconds(random.Next(-250_000, 200_000) / unit * unit);
        DateTimeOffset to = from.AddSeconds((random.Next(1, random.Next(2) == 0 ? 20_000 : 2_000_000) / unit + 1) * unit);
        var view = new CatalogView(from, to);
        view.Chosen["bucket"] = [quarters ? Pick(random, ["900", "3600", "86400"]) : Pick(random, ["0", "60", "900", "3600", "86400"])];
        view.Chosen["zone"] = [Pick(random, CatalogView.Zones).Id];
        view.Chosen["user"] = random.Next(2) == 0 ? [] : ["(none)", "ann"];
        view.Chosen["provider"] = random.Next(2) == 0 ? [] : ["openai"];
        return view;
    }

    private static void AssertSame(string title, QueryResult expected, QueryResult actual)
    {
        Assert.Equal(expected.Columns, actual.Columns);
        Assert.True(expected.Rows.Count == actual.Rows.Count, $"{title}: {expected.Rows.Count} rows, but {actual.Rows.Count} from rollups.");
        for (int row = 0; row < expected.Rows.Count; row++)
        {
            for (int column = 0; column < expected.Columns.Length; column++)
            {
                object? exact = expected.Rows[row][column], summed = actual.Rows[row][column];
                bool same = (exact, summed) switch
                {
                    (double first, double second) => Math.Abs(first - second) <= first * (expected.Columns[column].StartsWith('p') ? HistogramBins.RelativeError : 1e-9) + 1e-9,
                    (string first, string second) => EmptyFraction().Replace(first, "Z") == EmptyFraction().Replace(second, "Z"),
                    _ => Equals(exact, summed),
                };
                Assert.True(same, $"{title}, row {row}, {expected.Columns[column]}: {exact}, but {summed} from rollups.");
            }
        }
    }

    private static void Refresh(TestStore store)
    {
        using var optimizer = new StoreOptimizer(store.Path, CancellationToken.None);
        optimizer.Refresh();
    }

    private static TestStore.Row[] Rows(Random random, int most) => [.. Enumerable.Range(0, random.Next(most)).Select(_ => new TestStore.Row
    {
        Timestamp = random.Next(20) == 0 ? "garbage" : Midnight.AddMicroseconds(random.NextInt64(-250_000_000_000, 450_000_000_000))
            .ToString(random.Next(3) == 0 ? "yyyy-MM-dd'T'HH:mm:00" : "yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        User = Pick(random, [null, "ann", "bob", "O'Brien"]),
        Model = Pick(random, [null, "gpt", "claude"]),
        Provider = Pick(random, [null, "openai", "anthropic"]),
        Prompt = Pick<object?>(random, [0L, 7L, 400L, -5L, "many", null]),
        Completion = Pick<object?>(random, [0L, 3L, 90L, null]),
        Total = Pick<object?>(random, [0L, 10L, 490L, null]),
        Duration = Pick<object?>(random, [0.5, 128.0, 3.25, 9000.0, -1.0, null]),
        Success = Pick<object?>(random, [0L, 1L, null]),
        Transaction = Pick(random, ["", "t1", "t2"]),
        Detail = Pick<object?[]?>(random, [null, null, [3L, 0L, 1L, 0.5], [null, null, 2L, null]]),
    })];

    private static T Pick<T>(Random random, T[] values) => values[random.Next(values.Length)];

    [GeneratedRegex(@"\.0+Z$|\.000000Z$")]
    private static partial Regex EmptyFraction();
}
