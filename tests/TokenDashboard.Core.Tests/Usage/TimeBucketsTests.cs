using CsCheck;
using TokenDashboard.Telemetry.Times;

namespace TokenDashboard.Tests.Usage;

public class TimeBucketsTests
{
    // Offsets of whole, half and quarter hours. Clock changes at midnight (Beirut, Havana), of half an hour (Lord Howe), of a whole day (Apia), and none.
    public static readonly string[] Zones =
    [
        "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham",
        "America/Havana", "Asia/Beirut", "America/Sao_Paulo", "Pacific/Apia", "America/St_Johns",
    ];

    private static readonly Gen<(TimeUnit Unit, TimeZoneInfo Zone, DateTime Time)> Cases = Gen.Select(
        Gen.Enum<TimeUnit>(),
        Gen.OneOfConst(Zones).Select(TimeZoneInfo.FindSystemTimeZoneById),
        Gen.DateTime[new DateTime(2005, 1, 1), new DateTime(2028, 1, 1)]);

    [Fact]
    public void Buckets_have_no_gaps_or_overlaps() => Cases.ForAll((unit, zone, time) =>
    {
        var buckets = new TimeBuckets(unit, zone);
        long start = buckets.StartOf(time.Ticks);
        for (int i = 0; i < 30; i++)
        {
            long end = buckets.EndOf(start);
            // New instances, so that no cached result helps.
            Assert.Equal(end, new TimeBuckets(unit, zone).StartOf(end));
            Assert.Equal(start, new TimeBuckets(unit, zone).StartOf(end - 1));
            Assert.True(start < end);
            start = end;
        }
    });

    [Fact]
    public void A_bucket_contains_the_requested_instant() => Cases.ForAll((unit, zone, time) =>
    {
        var buckets = new TimeBuckets(unit, zone);
        Assert.InRange(time.Ticks, buckets.StartOf(time.Ticks), buckets.EndOf(time.Ticks) - 1);
    });

    [Fact]
    public void A_bucket_begins_at_the_start_of_its_unit_unless_the_clock_skips_it() => Cases.ForAll((unit, zone, time) =>
    {
        long start = new TimeBuckets(unit, zone).StartOf(time.Ticks);
        DateTimeOffset local = LocalTime.At(start, zone);
        bool clockChanged = LocalTime.OffsetTicks(start, zone) != LocalTime.OffsetTicks(start - 1, zone);
        bool aligned = unit switch
        {
            TimeUnit.Minute => local.TimeOfDay.Ticks % TimeSpan.TicksPerMinute == 0,
            TimeUnit.Hour => local.TimeOfDay.Ticks % TimeSpan.TicksPerHour == 0,
            TimeUnit.Day => local.TimeOfDay == TimeSpan.Zero,
            TimeUnit.Week => local.TimeOfDay == TimeSpan.Zero && local.DayOfWeek == DayOfWeek.Monday,
            TimeUnit.Month => local.TimeOfDay == TimeSpan.Zero && local.Day == 1,
            TimeUnit.Quarter => local.TimeOfDay == TimeSpan.Zero && local is { Day: 1, Month: 1 or 4 or 7 or 10 },
            _ => local.TimeOfDay == TimeSpan.Zero && local is { Day: 1, Month: 1 },
        };
        Assert.True(aligned || clockChanged, $"{unit} {zone.Id} {local:O}");
    });

    [Theory]
    [InlineData(DayOfWeek.Monday, "2026-10-26")]
    [InlineData(DayOfWeek.Sunday, "2026-10-25")]
    [InlineData(DayOfWeek.Saturday, "2026-10-31")]
    public void Weeks_begin_on_the_requested_day(DayOfWeek first, string start) => Assert.Equal(
        DateTimeOffset.Parse(start + "T00:00Z").UtcTicks,
        new TimeBuckets(TimeUnit.Week, TimeZoneInfo.Utc, first).StartOf(DateTimeOffset.Parse("2026-10-31T12:00Z").UtcTicks));

    [Fact]
    public void The_first_week_ends_before_the_first_requested_day()
    {
        var buckets = new TimeBuckets(TimeUnit.Week, TimeZoneInfo.Utc, DayOfWeek.Sunday);

        Assert.Equal(new DateTime(1, 1, 7).Ticks, buckets.EndOf(0));
        Assert.Equal(new DateTime(1, 1, 14).Ticks, buckets.EndOf(buckets.EndOf(0)));
    }

    [Theory]
    [InlineData("Europe/Berlin", "2026-03-29T12:00Z", 23)]
    [InlineData("Europe/Berlin", "2026-10-25T12:00Z", 25)]
    [InlineData("America/New_York", "2026-03-08T12:00Z", 23)]
    [InlineData("America/New_York", "2026-11-01T12:00Z", 25)]
    [InlineData("Australia/Lord_Howe", "2026-10-04T12:00Z", 23.5)]
    [InlineData("Asia/Kolkata", "2026-10-04T12:00Z", 24)]
    // The clock went back a minute after midnight.
    [InlineData("America/St_Johns", "2010-11-06T12:00Z", 24)]
    [InlineData("America/St_Johns", "2010-11-07T12:00Z", 25)]
    [InlineData("Europe/Berlin", "9999-12-29T12:00Z", 24)]
    [InlineData("America/New_York", "9999-12-30T12:00Z", 24)]
    public void Days_with_a_clock_change_are_longer_or_shorter(string zone, string noon, double hours)
    {
        var buckets = new TimeBuckets(TimeUnit.Day, TimeZoneInfo.FindSystemTimeZoneById(zone));
        long ticks = DateTimeOffset.Parse(noon).UtcTicks;

        Assert.Equal(TimeSpan.FromHours(hours).Ticks, buckets.EndOf(ticks) - buckets.StartOf(ticks));
    }

    [Fact]
    public void The_repeated_hour_is_two_buckets()
    {
        var buckets = new TimeBuckets(TimeUnit.Hour, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        long summer = DateTimeOffset.Parse("2026-10-25T00:30Z").UtcTicks;
        long winter = DateTimeOffset.Parse("2026-10-25T01:30Z").UtcTicks;

        Assert.Equal("2026-10-25T02:00:00.0000000+02:00", buckets.Bounds(buckets.StartOf(summer)).Start.ToString("O"));
        Assert.Equal("2026-10-25T02:00:00.0000000+01:00", buckets.Bounds(buckets.StartOf(winter)).Start.ToString("O"));
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    public void The_minimum_and_maximum_times_have_buckets(string time)
    {
        long ticks = DateTimeOffset.Parse(time).UtcTicks;
        foreach (TimeUnit unit in Enum.GetValues<TimeUnit>())
        {
            foreach (string zone in Zones)
            {
                var buckets = new TimeBuckets(unit, TimeZoneInfo.FindSystemTimeZoneById(zone));
                Assert.InRange(ticks, buckets.StartOf(ticks), buckets.EndOf(ticks) - 1);
                buckets.Bounds(buckets.StartOf(ticks));
            }
        }
    }
}
