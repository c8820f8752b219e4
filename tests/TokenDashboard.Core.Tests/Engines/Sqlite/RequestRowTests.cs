using System.Globalization;
using CsCheck;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.Sqlite;

public class RequestRowTests
{
    private static readonly Gen<object?> AnyValue = Gen.OneOf<object?>(
        Gen.Long[-3, 30].Select(value => (object?)value),
        Gen.Double[-3, 30].Select(value => (object?)value),
        Gen.OneOfConst<object?>(
            null, "", "abc", "12", "12abc", "1e3", "-1", "False", new byte[] { 1, 2 }, long.MinValue, long.MaxValue, ValueLimits.MaxTokens,
            ValueLimits.MaxTokens + 1, double.PositiveInfinity, 1e12, 1.0000001e12, 0L, 1L));

    [Fact]
    public void The_row_reader_follows_the_rules_of_the_SQL()
    {
        using var store = new TestStore();
        List<TestStore.Row> rows = [];
        Gen.Select(AnyValue, AnyValue, AnyValue, AnyValue, AnyValue, Gen.Select(AnyValue.Array[5], Gen.Int[0, 9]))
            .Select((prompt, completion, total, duration, success, detail) => new TestStore.Row
            {
                Prompt = prompt, Completion = completion, Total = total, Duration = duration, Success = success, Detail = detail.Item2 == 0 ? detail.Item1 : null,
            })
            .ForAll(rows.Add, iter: 4000, threads: 1);
        // Random values rarely create an interrupted stream.
        rows.Add(new TestStore.Row { Prompt = 7L, Completion = 0L, Total = 0L });
        store.Insert(rows);
        Measure[] measures = [.. Measures.All.Where(measure => measure.Unit != MeasureUnit.Time)];
        List<List<object>> expected = [.. measures.Select(measure => store.Query($"SELECT {MeasureSql.Of(measure)} FROM {TelemetrySql.Source(hasDetails: true)} ORDER BY id"))];

        List<object[]> actual = [];
        using TokenStore open = store.Open();
        using var scanner = new RowScanner(open, new RequestFilter(), RequestText.None, unreadable: new UnreadableReport());
        scanner.ReadAll(row => actual.Add([.. measures.Select(measure => measure.IsReal ? (object)row.Values.Real(measure) : row.Values[measure])]));

        Assert.Equal(rows.Count, actual.Count);
        for (int column = 0; column < measures.Length; column++)
            Assert.Equal(expected[column].Select(AsNumber), actual.Select(row => AsNumber(row[column])));
    }

    [Fact]
    public void Unreadable_values_are_counted_by_kind()
    {
        using var store = new TestStore();
        store.Insert(
            new TestStore.Row(),
            new TestStore.Row { Timestamp = "garbage" },
            new TestStore.Row { Prompt = -5L, Completion = null, Total = "many" },
            new TestStore.Row { Duration = -1.0, Success = "False" },
            new TestStore.Row { Duration = null },
            new TestStore.Row { Total = null, User = null, Model = null, Provider = null, RequestType = null, Transaction = null });
        using TokenStore open = store.Open();

        TokenStoreInfo info = TokenStoreInfo.Read(new SqliteStore(open));

        Assert.Equal(
            (3, 1, 1, 1, 1),
            (info.Unreadable.Rows, info.Unreadable.Timestamps, info.Unreadable.TokenCounts, info.Unreadable.Durations, info.Unreadable.PolicyVerdicts));
        Assert.Equal((6, 1, 1, 2, 4 * 15), (info.Rows, info.Users, info.RequestsWithoutUser, info.RequestsWithoutDuration, info.TotalTokens));
        Assert.Contains("1 without a readable time, omitted", info.Unreadable.ToString());
    }

    [Theory]
    [InlineData(null, null, 1)]
    [InlineData("2026-03-01", "2026-03-02", 1)]
    [InlineData("2026-03-01", null, 1)]
    [InlineData(null, "2026-03-02", 1)]
    [InlineData(null, "2020-01-01", 0)]
    [InlineData("2027-01-01", "2028-01-01", 0)]
    [InlineData("2027-01-01", null, 0)]
    public void Timestamps_stored_as_bytes_are_read_and_numbers_are_unreadable(string? since, string? until, long requests)
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = "2026-03-01T12:00:00"u8.ToArray() }, new TestStore.Row { Timestamp = 1772366400L });
        using TokenStore open = store.Open();
        static DateTimeOffset? At(string? day) => day is null ? null : DateTimeOffset.Parse(day + "Z", CultureInfo.InvariantCulture);

        QueryResult<TokenUsage> result = new UsageQuery([], TimeZoneInfo.Utc).Run([new SqliteStore(open)], new RequestFilter { Range = new TimeRange(At(since), At(until)) });

        Assert.Equal((requests, 1), (result.Rows.Sum(row => row.Requests), result.Unreadable.Timestamps));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ids_may_be_any_integers(bool newestFirst)
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 3000).Select(index => new TestStore.Row { User = $"user{index % 10}" }));
        // The ids have 18-digit gaps at both ends and in between.
        store.Query(
            "UPDATE telemetry SET id = CASE WHEN id <= 10 THEN id - 9223372036854775807 WHEN id <= 20 THEN id - 4611686018427387904 WHEN id > 2990 THEN 9223372036854775807 - id WHEN id > 2980 "
                + "THEN id + 1000000000000 ELSE id END");
        using TokenStore open = store.Open();
        List<object> expected = store.Query($"SELECT id FROM telemetry WHERE user_id = 'user7' ORDER BY id {(newestFirst ? "DESC" : "")}");

        var ids = new List<long>();
        using var scanner = new RowScanner(open, new RequestFilter { User = ["user7"] }, RequestText.None, newestFirst, unreadable: new UnreadableReport());
        int windows = 0;
        while (scanner.ReadWindow(row => ids.Add(row.Id)))
            Assert.InRange(windows++, 0, 1000);

        Assert.Equal(expected, ids.Select(id => (object)id));
        Assert.Equal(300, ids.Count);
    }

    [Fact]
    public void All_matches_are_found_after_windows_grow_over_id_gaps()
    {
        using var store = new TestStore();
        store.Query("""
            INSERT INTO telemetry (id, timestamp, user_id) WITH RECURSIVE number(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM number WHERE value < 300000)
            SELECT iif(value <= 1000, value * 4000, 4000000 + value), '2026-03-01T00:00:00', iif(value % 100000 = 0, 'x', 'y') FROM number
            """);
        using TokenStore open = store.Open();
        using var scanner = new RowScanner(open, new RequestFilter { User = ["x"] }, RequestText.None, unreadable: new UnreadableReport());

        var ids = new List<long>();
        scanner.ReadAll(row => ids.Add(row.Id));

        Assert.Equal([4_100_000L, 4_200_000L, 4_300_000L], ids);
    }

    [Fact]
    public void Missing_durations_are_not_reported_as_unreadable()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Duration = null }, new TestStore.Row { Duration = null }, new TestStore.Row());
        using TokenStore open = store.Open();
        Assert.Equal((0, 2), (TokenStoreInfo.Read(new SqliteStore(open)).Unreadable.Rows, TokenStoreInfo.Read(new SqliteStore(open)).RequestsWithoutDuration));

        store.Insert(new TestStore.Row { Duration = -1.0 });

        Assert.Equal((1, 1), (TokenStoreInfo.Read(new SqliteStore(open)).Unreadable.Rows, TokenStoreInfo.Read(new SqliteStore(open)).Unreadable.Durations));
        Assert.StartsWith("1 request has ", TokenStoreInfo.Read(new SqliteStore(open)).Unreadable.ToString());
    }

    [Fact]
    public void Text_of_any_language_or_type_is_read()
    {
        using var store = new TestStore();
        string[] users = ["O'Brien", "søren", "山田", "a,b", "100%", "😀", " "];
        store.Insert(users.Select(user => new TestStore.Row { User = user }).Append(new TestStore.Row { User = 42L }));
        using TokenStore open = store.Open();

        List<string> read = [];
        using var scanner = new RowScanner(open, new RequestFilter(), RequestText.User, unreadable: new UnreadableReport());
        scanner.ReadAll(row => read.Add(row.User));

        Assert.Equal([.. users, "42"], read);
    }

    private static double? AsNumber(object value) => value is DBNull ? null : Convert.ToDouble(value);
}
