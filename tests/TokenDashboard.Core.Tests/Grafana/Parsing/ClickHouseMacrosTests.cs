using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Tests.Grafana.Parsing;

public class ClickHouseMacrosTests
{
    private static readonly TimeWindow Window = new(DateTimeOffset.FromUnixTimeSeconds(1000), DateTimeOffset.FromUnixTimeSeconds(2000));

    [Theory]
    [InlineData("SELECT $__fromTime, $__toTime", "SELECT toDateTime(1000), toDateTime(2000)")]
    [InlineData("$__timeFrom(a) AND b", "a >= toDateTime(1000) AND b")]
    [InlineData("$__timeFrom(least(a, $__toTime)) $__interval_s", "least(a, toDateTime(2000)) >= toDateTime(1000) 60")]
    [InlineData("$__timeGroup(a, 1h30m)", "toStartOfInterval(toDateTime(a), INTERVAL 5400 second)")]
    [InlineData("$__unknown($__fromTime) $__", "$__unknown(toDateTime(1000)) $__")]
    public void Macros_are_replaced_as_the_plugin_does(string sql, string expected) => Assert.Equal(expected, ClickHouseMacros.Apply(sql, Window, 60_000));

    [Theory]
    [InlineData("$__timeFrom(a")]
    [InlineData("$__timeFrom(a, b)")]
    [InlineData("$__columns(a)")]
    [InlineData("$__timeGroup(a, 1d)")]
    public void What_the_plugin_does_not_accept_is_refused(string sql) => Assert.Throws<FormatException>(() => ClickHouseMacros.Apply(sql, Window, 60_000));
}
