using System.Text;
using CsCheck;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Telemetry.Times;

namespace TokenDashboard.Tests.Telemetry;

public class StoredTimestampTests
{
    [Theory]
    [InlineData("2023-11-16T18:15:46.680590", "2023-11-16T18:15:46.6805900Z")]
    [InlineData("2023-11-16T18:15:46", "2023-11-16T18:15:46.0000000Z")]
    [InlineData("0001-01-01T00:00:00", "0001-01-01T00:00:00.0000000Z")]
    [InlineData("9999-12-31T23:59:59.9999999", "9999-12-31T23:59:59.9999999Z")]
    [InlineData("2024-02-29T00:00:00.123456789", "2024-02-29T00:00:00.1234567Z")]
    public void Stored_text_is_read_as_UTC(string text, string expected)
    {
        Assert.True(StoredTimestamp.TryParse(Encoding.UTF8.GetBytes(text), out long ticks));
        Assert.Equal(expected, new DateTime(ticks, DateTimeKind.Utc).ToString("O"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2023-11-16")]
    [InlineData("2023-11-16 18:15:46")]
    [InlineData("2023-11-16T18:15:46Z")]
    [InlineData("2023-11-16T18:15:46+00:00")]
    [InlineData("2023-11-16T18:15:46.")]
    [InlineData("2023-11-16T18:15:46.5Z")]
    [InlineData("2023-02-29T18:15:46")]
    [InlineData("2023-11-16T24:00:00")]
    [InlineData("2023-11-16T18:60:00")]
    [InlineData("0000-11-16T18:00:00")]
    [InlineData("1700158546")]
    [InlineData("٢٠٢٣-11-16T18:15:46")]
    public void Other_text_is_rejected(string text) => Assert.False(StoredTimestamp.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Parsing_follows_the_same_rule_as_the_SQL()
    {
        using var store = new TestStore();
        var genText = Gen.Select(
            Gen.DateTime[new DateTime(1, 1, 1), new DateTime(9999, 12, 31)], Gen.Int[0, 9], Gen.OneOf(Gen.Const(-1), Gen.Int[0, 26]), Gen.Char["0123456789-T:. Z+x"])
            .Select((time, digits, position, replacement) =>
            {
                string text = time.ToString("yyyy-MM-dd'T'HH:mm:ss") + (digits == 0 ? "" : "." + "123456789"[..digits]);
                return position < 0 || position >= text.Length ? text : text[..position] + replacement + text[(position + 1)..];
            });
        List<string> texts = [];
        genText.ForAll(texts.Add, iter: 3000, threads: 1);
        store.Insert(texts.Select(text => new TestStore.Row { Timestamp = text }));

        List<object> readable = store.Query($"SELECT COALESCE({TelemetrySql.TimestampReadable}, 0) FROM telemetry ORDER BY id");

        Assert.Contains(0L, readable);
        Assert.Contains(1L, readable);
        Assert.All(texts.Zip(readable), pair => Assert.True(
            StoredTimestamp.TryParse(Encoding.UTF8.GetBytes(pair.First), out _) == (pair.Second is 1L), pair.First));
    }

    [Fact]
    public void Formatted_times_sort_like_the_times()
    {
        Gen<DateTimeOffset> times = Gen.DateTime[new DateTime(2020, 1, 1), new DateTime(2020, 1, 2)]
            .Select(Gen.OneOfConst(TimeSpan.TicksPerSecond, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerMicrosecond), (time, unit) =>
                new DateTimeOffset(time.Ticks - (time.Ticks % unit), TimeSpan.Zero));
        Gen.Select(times, times).ForAll((row, bound) =>
        {
            int text = string.CompareOrdinal(StoredTimestamp.FormatForStorage(row), StoredTimestamp.Format(bound));
            Assert.Equal(row < bound, text < 0);
        });
    }
}
