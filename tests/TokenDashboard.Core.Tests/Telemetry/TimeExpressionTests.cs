namespace TokenDashboard.Tests.Telemetry;

public class TimeExpressionTests
{
    // A Tuesday. Berlin is two hours ahead of UTC, and one hour from October 25 on.
    private static readonly DateTimeOffset Now = new(2026, 10, 27, 22, 30, 0, TimeSpan.Zero);
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("2026-10-01", "2026-09-30T22:00:00Z")]
    [InlineData("2026-10", "2026-09-30T22:00:00Z")]
    [InlineData("2026-10-01T08:30", "2026-10-01T06:30:00Z")]
    [InlineData("2026-10-01 08:30:15.25", "2026-10-01T06:30:15.25Z")]
    [InlineData("2026-10-01T08:30Z", "2026-10-01T08:30:00Z")]
    [InlineData("2026-10-01T08:30:00-03:30", "2026-10-01T12:00:00Z")]
    [InlineData("7d", "2026-10-20T22:30:00Z")]
    [InlineData("1D12H", "2026-10-26T10:30:00Z")]
    [InlineData("90m", "2026-10-27T21:00:00Z")]
    [InlineData("30s", "2026-10-27T22:29:30Z")]
    [InlineData("2w", "2026-10-13T22:30:00Z")]
    [InlineData("now", "2026-10-27T22:30:00Z")]
    [InlineData("today", "2026-10-26T23:00:00Z")]
    [InlineData("Yesterday", "2026-10-25T23:00:00Z")]
    [InlineData("this week", "2026-10-25T23:00:00Z")]
    [InlineData("last week", "2026-10-18T22:00:00Z")]
    [InlineData("this month", "2026-09-30T22:00:00Z")]
    [InlineData("last month", "2026-08-31T22:00:00Z")]
    [InlineData("this year", "2025-12-31T23:00:00Z")]
    [InlineData("999999w", "0001-01-01T00:00:00Z")]
    [InlineData("7 days", "2026-10-20T22:30:00Z")]
    [InlineData("1 hour ago", "2026-10-27T21:30:00Z")]
    [InlineData("Last 90 Minutes", "2026-10-27T21:00:00Z")]
    [InlineData("1 day, 12 hours", "2026-10-26T10:30:00Z")]
    [InlineData("1 day and 12 h", "2026-10-26T10:30:00Z")]
    [InlineData("30 sec", "2026-10-27T22:29:30Z")]
    [InlineData("5 mins", "2026-10-27T22:25:00Z")]
    [InlineData("1 month", "2026-09-27T21:30:00Z")]
    [InlineData("1mo", "2026-09-27T21:30:00Z")]
    [InlineData("8 months ago", "2026-02-27T22:30:00Z")]
    [InlineData("1 year", "2025-10-27T22:30:00Z")]
    [InlineData("2y", "2024-10-27T22:30:00Z")]
    [InlineData("9000 years", "0001-01-01T00:00:00Z")]
    [InlineData("7.00:00:00", "2026-10-20T22:30:00Z")]
    [InlineData("this quarter", "2026-09-30T22:00:00Z")]
    [InlineData("last quarter", "2026-06-30T22:00:00Z")]
    public void An_expression_resolves_to_an_instant(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected), TimeExpression.Parse(text).ToInstant(Now, Berlin));

    [Theory]
    [InlineData("7d", "2026-10-20T22:30:00Z", "2026-10-27T22:30:00Z")]
    [InlineData("today", "2026-10-26T23:00:00Z", "2026-10-27T22:30:00Z")]
    [InlineData("7 days", "2026-10-20T22:30:00Z", "2026-10-27T22:30:00Z")]
    [InlineData("2 months", "2026-08-27T21:30:00Z", "2026-10-27T22:30:00Z")]
    [InlineData("last quarter", "2026-06-30T22:00:00Z", "2026-09-30T22:00:00Z")]
    [InlineData("yesterday", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z")]
    [InlineData("last week", "2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z")]
    [InlineData("last month", "2026-08-31T22:00:00Z", "2026-09-30T22:00:00Z")]
    [InlineData("this month", "2026-09-30T22:00:00Z", "2026-10-27T22:30:00Z")]
    public void An_expression_resolves_to_a_range(string text, string since, string until)
    {
        TimeRange range = TimeExpression.Parse(text).ToRange(Now, Berlin);

        Assert.Equal((DateTimeOffset.Parse(since), DateTimeOffset.Parse(until)), (range.Since, range.Until));
    }

    [Fact]
    public void Today_is_the_day_of_the_buckets_of_usage_if_the_clock_goes_back_past_midnight()
    {
        // The clock went from 00:01 to 23:01.
        DateTimeOffset now = DateTimeOffset.Parse("2010-11-07T02:45:00Z");
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/St_Johns");
        TimeRange range = TimeExpression.Parse("today").ToRange(now, zone);
        Assert.Equal((now.AddMinutes(-15), now), (range.Since, range.Until));
        Assert.Equal(now.AddMinutes(-15), TimeExpression.WholeDays(TimeExpression.Parse("yesterday"), null, null, now, zone).Until);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("-7d")]
    [InlineData("7 dogs")]
    [InlineData("１d")]
    [InlineData("days")]
    [InlineData("ago")]
    [InlineData("1 h2")]
    [InlineData("10/01/2026")]
    [InlineData("2026-13-01")]
    [InlineData("soon")]
    public void Invalid_text_is_rejected_with_examples(string text) =>
        Assert.Contains("7d", Assert.Throws<FormatException>(() => TimeExpression.Parse(text)).Message);

    [Theory]
    [InlineData("2026-10-01")]
    [InlineData("now")]
    [InlineData("0d")]
    public void An_empty_time_range_is_rejected(string text)
    {
        TimeExpression expression = TimeExpression.Parse(text);

        Assert.Equal(ErrorCode.RangeInvalid, Assert.Throws<TokenDashboardException>(() => expression.ToRange(Now, Berlin)).Code);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(-7)]
    public void A_TimeSpan_means_that_long_ago(int days) => Assert.Equal(
        (Now.AddDays(-7), Now), (new TimeExpression(TimeSpan.FromDays(days)).ToRange(Now, Berlin).Since, new TimeExpression(TimeSpan.FromDays(days)).ToRange(Now, Berlin).Until));

    [Fact]
    public void A_time_skipped_by_the_clock_means_the_clock_change() =>
        Assert.Equal(
            new DateTimeOffset(2026, 3, 29, 1, 0, 0, TimeSpan.Zero),
            TimeExpression.Parse("2026-03-29T02:30").ToInstant(Now, Berlin));

    [Theory]
    [InlineData("7d", "2026-10-19T22:00:00Z", "2026-10-26T23:00:00Z")]
    [InlineData("last week", "2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z")]
    [InlineData("24h", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z")]
    public void Whole_days_end_before_the_current_day(string last, string since, string until)
    {
        TimeRange days = TimeExpression.WholeDays(null, null, TimeExpression.Parse(last), Now, Berlin);

        Assert.Equal((DateTimeOffset.Parse(since), DateTimeOffset.Parse(until)), (days.Since, days.Until));
        Assert.Equal(until == "2026-10-26T23:00:00Z", TimeExpression.WholeDays(null, null, null, Now, Berlin).Until == days.Until);
    }

    [Fact]
    public void A_range_without_a_whole_day_is_rejected() => Assert.Equal(
        ErrorCode.RangeInvalid, Assert.Throws<TokenDashboardException>(() => TimeExpression.WholeDays(TimeExpression.Parse("today"), null, null, Now, Berlin)).Code);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_range_that_does_not_end_after_its_start_is_rejected(int seconds) =>
        Assert.Equal(ErrorCode.RangeInvalid, Assert.Throws<TokenDashboardException>(() => new TimeRange(Now, Now.AddSeconds(seconds))).Code);

    [Fact]
    public void A_reversed_range_of_expressions_is_rejected() => Assert.Equal(
        ErrorCode.RangeInvalid,
        Assert.Throws<TokenDashboardException>(() => TimeExpression.Range(TimeExpression.Parse("today"), TimeExpression.Parse("yesterday"), null, Now, Berlin)).Code);

    [Fact]
    public void The_previous_range_ends_where_the_range_begins()
    {
        TimeRange previous = new TimeRange(Now.AddDays(-7), Now).Previous();

        Assert.Equal((Now.AddDays(-14), Now.AddDays(-7)), (previous.Since, previous.Until));
        Assert.Equal(ErrorCode.RangeRequired, Assert.Throws<TokenDashboardException>(() => new TimeRange(Now, null).Previous()).Code);
        Assert.Equal(ErrorCode.RangeInvalid, Assert.Throws<TokenDashboardException>(() => new TimeRange(DateTimeOffset.MinValue, Now).Previous()).Code);
    }
}
