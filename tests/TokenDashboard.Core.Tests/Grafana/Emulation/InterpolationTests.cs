using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using static TokenDashboard.Tests.Grafana.Rules.SampleDashboard;

namespace TokenDashboard.Tests.Grafana.Emulation;

public class InterpolationTests
{
    private static readonly DateTimeOffset From = new(2026, 3, 4, 12, 0, 0, 500, TimeSpan.Zero);

    [Theory]
    [InlineData("$v", "{O'Brien,a\"b}")]
    [InlineData("${v}", "{O'Brien,a\"b}")]
    [InlineData("[[v]]", "{O'Brien,a\"b}")]
    [InlineData("[[v:csv]]", "O'Brien,a\"b")]
    [InlineData("${v:raw}", "O'Brien,a\"b")]
    [InlineData("${v:sqlstring}", "'O''Brien','a\\\"b'")]
    [InlineData("${v:singlequote}", "'O\\'Brien','a\"b'")]
    [InlineData("${v:doublequote}", "\"O'Brien\",\"a\\\"b\"")]
    [InlineData("${v:pipe}", "O'Brien|a\"b")]
    [InlineData("${v:join:;}", "O'Brien;a\"b")]
    [InlineData("${v:text}", "O'Brien + a\"b")]
    [InlineData("${v:queryparam}", "var-v=O%27Brien&var-v=a%22b")]
    [InlineData("${v:percentencode}", "%7BO%27Brien%2Ca%22b%7D")]
    [InlineData("$nobody ${nobody:csv}", "$nobody ${nobody:csv}")]
    public void Values_are_written_in_the_requested_format(string text, string expected) =>
        Assert.Equal(expected, View(new VariableValue(["O'Brien", "a\"b"], IsList: true)).Interpolate(text));

    [Theory]
    [InlineData("${v:regex}", "a\\.b\\*")]
    [InlineData("${v:json}", "a.b*")]
    [InlineData("$v", "a.b*")]
    [InlineData("${v:sqlstring}", "'a.b*'")]
    public void A_single_value_is_written_without_braces(string text, string expected) =>
        Assert.Equal(expected, View(VariableValue.Of("a.b*")).Interpolate(text));

    [Theory]
    [InlineData("$__from / 1000", "1772625600500 / 1000")]
    [InlineData("${__from:date:seconds}", "1772625601")]
    [InlineData("${__to:date:iso}", "2026-03-04T18:00:00.500Z")]
    [InlineData("${__to:date:YYYY-MM-DD}", "2026-03-04")]
    [InlineData("$__interval_ms", "15000")]
    [InlineData("$__interval", "15s")]
    [InlineData("$__range_s $__range_ms $__range", "21600 21600000 21600s")]
    [InlineData("${__dashboard} ${__dashboard.uid}", "Sample sample")]
    [InlineData("$__unixEpochGroupSeconds(a, 60)", "$__unixEpochGroupSeconds(a, 60)")]
    public void Built_in_variables_are_replaced(string text, string expected) => Assert.Equal(expected, View(VariableValue.Of("")).Interpolate(text));

    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("W. Europe Standard Time")]
    public void The_time_zone_has_its_IANA_name_as_in_a_browser(string id) =>
        Assert.Equal("Europe/Berlin", (View(VariableValue.Of("")) with { TimeZone = TimeZoneInfo.FindSystemTimeZoneById(id) }).Interpolate("$__timezone"));

    [Theory]
    [InlineData("1772625600500", "2026-03-04T12:00:00.500Z")]
    [InlineData("-9223372036854775808", "NaN")]
    [InlineData("9223372036854775807", "NaN")]
    [InlineData("", "NaN")]
    public void A_value_that_is_not_a_time_becomes_NaN(string value, string expected) => Assert.Equal(expected, View(VariableValue.Of(value)).Interpolate("${v:date}"));

    [Fact]
    public void Double_quotes_are_not_escaped_before_Grafana_10_2()
    {
        BrowserView view = View(VariableValue.Of("say \"hi\""), escapes: false);

        Assert.Equal("'say \"hi\"'", view.Interpolate("${v:sqlstring}"));
    }

    [Fact]
    public void Stored_values_are_used_if_they_are_offered()
    {
        Dictionary<string, VariableValue> values = Resolve(
            """
            {"name": "kept", "type": "custom", "query": "one : 1, two : 2", "multi": true, "current": {"value": ["2", "9"]}},
            {"name": "first", "type": "custom", "query": "one : 1, two : 2", "current": {"value": "9"}},
            {"name": "all", "type": "custom", "query": "a\\,b,c", "multi": true, "includeAll": true, "current": {}},
            {"name": "custom_all", "type": "custom", "query": "a,b", "multi": true, "includeAll": true, "allValue": "${first}0", "current": {"value": ["$__all"]}},
            {"name": "text", "type": "textbox", "query": "default"},
            {"name": "same", "type": "constant", "query": "x"},
            {"name": "step", "type": "interval", "query": "1m,5m", "auto": true, "auto_count": 10, "current": {"value": "$__auto_interval_step"}},
            {"name": "chained", "type": "query", "query": "SELECT ${late:csv}"},
            {"name": "late", "type": "custom", "query": "7"}
            """);

        Assert.Equal(["2"], values["kept"].Values);
        Assert.Equal(["1"], values["first"].Values);
        Assert.Equal(["a,b", "c"], values["all"].Values);
        Assert.Equal("${first}0", values["custom_all"].CustomAll);
        Assert.Equal(["default"], values["text"].Values);
        Assert.Equal(["x"], values["same"].Values);
        Assert.Equal(["30m"], values["step"].Values);
        Assert.Equal(["SELECT 7"], values["chained"].Values);
    }

    [Fact]
    public void Specified_values_override_stored_values_and_can_be_option_texts()
    {
        Dictionary<string, VariableValue> values = Resolve(
            """
            {"name": "bucket", "type": "custom", "query": "one : 1, two : 2", "current": {"value": "1"}},
            {"name": "user", "type": "custom", "query": "a,b", "multi": true, "includeAll": true, "current": {"value": ["a"]}}
            """,
            ("bucket", ["two"]),
            ("user", []));

        Assert.Equal(["2"], values["bucket"].Values);
        Assert.Equal(["a", "b"], values["user"].Values);
    }

    [Fact]
    public void Circular_references_between_variables_are_resolved() =>
        Assert.Equal(["SELECT SELECT $a"], Resolve("""{"name": "a", "type": "query", "query": "SELECT $b"}, {"name": "b", "type": "query", "query": "SELECT $a"}""")["a"].Values);

    [Theory]
    [InlineData("now", "2026-03-04T12:34:56Z")]
    [InlineData("now-90m", "2026-03-04T11:04:56Z")]
    [InlineData("now/d", "2026-03-04T00:00:00Z")]
    [InlineData("now-1M/M", "2026-02-01T00:00:00Z")]
    [InlineData("now/w", "2026-03-02T00:00:00Z")]
    [InlineData("now/d+8h", "2026-03-04T08:00:00Z")]
    [InlineData("now-7d/d-1h", "2026-02-24T23:00:00Z")]
    [InlineData("now-1fQ/fQ", "2025-10-01T00:00:00Z")]
    [InlineData("now/fy", "2026-01-01T00:00:00Z")]
    [InlineData("now/fd", null)]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z")]
    [InlineData("1772625600000", "2026-03-04T12:00:00Z")]
    [InlineData("yesterday", null)]
    [InlineData("now-99999M", null)]
    [InlineData("now-9999999999d", null)]
    [InlineData("", null)]
    public void Dashboard_times_are_parsed(string text, string? expected) => Assert.Equal(
        expected is null ? null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture),
        TimeWindow.Parse(text, new DateTimeOffset(2026, 3, 4, 12, 34, 56, TimeSpan.Zero), TimeZoneInfo.Utc, end: false));

    [Fact]
    public void A_rounded_time_range_ends_at_the_last_millisecond_of_its_unit() => Assert.Equal(
        new DateTimeOffset(2026, 3, 4, 23, 59, 59, 999, TimeSpan.Zero),
        TimeWindow.Parse("now/d", new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc, end: true));

    private static BrowserView View(VariableValue value, bool escapes = true) => new()
    {
        Dashboard = Document(_ => { }),
        Window = new TimeWindow(From, From.AddHours(6)),
        TimeZone = TimeZoneInfo.Utc,
        EscapesDoubleQuotes = escapes,
        Values = new Dictionary<string, VariableValue> { ["v"] = value },
    };

    // A query variable offers its interpolated query, so that tests see what was inserted.
    private static Dictionary<string, VariableValue> Resolve(string variables, params (string Name, string[] Values)[] chosen)
    {
        var dashboard = new ReadDashboard(DashboardDocument.Parse($$$"""{"title": "x", "templating": {"list": [{{{variables}}}]}}""", "x"));
        BrowserView view = View(VariableValue.Of(""));
        new VariableResolver(
            dashboard,
            view,
            chosen.ToDictionary(pair => pair.Name, pair => (IReadOnlyList<string>)pair.Values),
            variable => [("shown", view.Interpolate(variable.Query))],
            (variable, exception) => throw exception).Resolve();
        return view.Values;
    }
}
