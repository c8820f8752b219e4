using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Tests.Grafana.Emulation;

public class ClickHouseMacrosTests
{
    private static readonly TimeWindow Window = new(DateTimeOffset.FromUnixTimeSeconds(1000), DateTimeOffset.FromUnixTimeSeconds(2000));

    [Theory]
    [InlineData("SELECT $__fromTime, $__toTime", "SELECT toDateTime(1000), toDateTime(2000)")]
    [InlineData("$__timeFrom(a) AND b", "a >= toDateTime(1000) AND b")]
    [InlineData("$__timeFrom(least(a, $__toTime)) $__interval_s", "least(a, toDateTime(2000)) >= toDateTime(1000) 60")]
    [InlineData("$__timeGroup(a, 1h30m)", "toStartOfInterval(toDateTime(a), INTERVAL 5400 second)")]
    [InlineData("$__unknown($__fromTime) $__", "$__unknown(toDateTime(1000)) $__")]
    [InlineData("$__timeTo(if(user = ',)', \"a,(\", a))", "if(user = ',)', \"a,(\", a) <= toDateTime(2000)")]
    [InlineData("$__timeTo('it''s, fine')", "'it''s, fine' <= toDateTime(2000)")]
    [InlineData("$__toTime('", "toDateTime(2000)('")]
    [InlineData("$__toTime -- $__columns(x)\n/* $__timeFilter(a,b) */ '$__lttb(1)'", "toDateTime(2000)                 \n                         '$__lttb(1)'")]
    [InlineData("'it\\'s -- $__toTime'", "'it\\'s -- toDateTime(2000)'")]
    [InlineData("`a--b` $__toTime -- c", "`a--b` toDateTime(2000)     ")]
    [InlineData("1 -- stays", "1 -- stays")]
    public void Macros_are_replaced_as_in_the_plugin(string sql, string expected) => Assert.Equal(expected, ClickHouseMacros.Apply(sql, Window, 60_000));

    [Theory]
    [InlineData("$__timeFrom(a", "query-failed")]
    [InlineData("$__timeFrom(a, b)", "query-failed")]
    [InlineData("$__timeGroup(a, 1d)", "query-failed")]
    [InlineData("user != '$__timeFilter('", "query-failed")]
    [InlineData("$__columns(a)", "query-not-emulated")]
    [InlineData("SELECT 1 FROM $__table", "query-not-emulated")]
    [InlineData("SETTINGS $__adHocFilters('t')", "query-not-emulated")]
    public void Invalid_and_unsupported_macros_are_rejected(string sql, string rule) =>
        Assert.Equal(rule, Assert.Throws<PluginException>(() => ClickHouseMacros.Apply(sql, Window, 60_000)).Rule.Id);

    // Without limits, these crashed the process or allocated gigabytes.
    [Theory]
    [InlineData("$__timeTo(", 20_000, "query-failed")]
    [InlineData("$__timeFilter(", 60, "query-too-long")]
    public void Nested_macros_are_limited(string macro, int times, string rule) => Assert.Equal(
        rule,
        Assert.Throws<PluginException>(() => ClickHouseMacros.Apply(Repeat(macro, times) + "a" + new string(')', times), Window, 60_000)).Rule.Id);

    [Fact]
    public void Many_unclosed_parentheses_are_parsed() => Assert.StartsWith(
        "toDateTime(1000)(toDateTime(1000)(", ClickHouseMacros.Apply(Repeat("$__fromTime(", 40_000), Window, 60_000), StringComparison.Ordinal);

    [Theory]
    [InlineData("SELECT 1 ; \n;-- end", true)]
    [InlineData("SELECT ';', \";\", `;` /* ; */ -- ;", true)]
    [InlineData("SELECT 'it\\'s; DROP', 'it''s;' # ;\n", true)]
    [InlineData("SELECT '/* /*', '$a$', '“'", true)]
    [InlineData("SELECT '“;', 1", true)]
    [InlineData("SELECT 1; DROP TABLE x", false)]
    [InlineData("SELECT '\\''; DROP TABLE x; SELECT '", false)]
    [InlineData("SELECT 1 // it's\n; DROP TABLE x -- '", false)]
    [InlineData("SELECT 1 # it's\n; DROP TABLE x -- '", false)]
    [InlineData("/* /* */ SELECT */ DROP TABLE x", false)]
    [InlineData("SELECT $a$ ' $a$; DROP TABLE x; SELECT '", false)]
    [InlineData("SELECT “a'”; DROP TABLE x; SELECT “'”", false)]
    public void A_second_statement_is_detected(string sql, bool isOne) => Assert.Equal(isOne, ClickHouseText.IsOneStatement(sql));

    [Theory]
    [InlineData("$__conditionalAll(a IN ($v), $v)", "1=1", "a IN ($v)")]
    [InlineData("$__conditionalAll( f(a, b) = 1,${v}) AND $__conditionalAll(c, $other)", "1=1 AND c", " f(a, b) = 1 AND c")]
    [InlineData("$__conditionalAll(a AND $__conditionalAll(b, $v), $v)", "1=1", "a AND b")]
    [InlineData("$__conditionalAll(a, ${v:csv})", "a", "a")]
    [InlineData("$__conditionalAll(a, b, $v)", "$__conditionalAll(a, b, $v)", "$__conditionalAll(a, b, $v)")]
    public void A_conditional_filter_is_omitted_when_all_values_are_selected(string sql, string whileAll, string otherwise)
    {
        string Applied(VariableValue value) => ConditionalAll.Apply(sql, new Dictionary<string, VariableValue> { ["v"] = value });

        Assert.Equal(whileAll, Applied(new VariableValue(["x", "y"], IsList: true) { IsAll = true }));
        Assert.Equal(whileAll, Applied(VariableValue.Of("")));
        Assert.Equal(otherwise, Applied(new VariableValue(["x", "y"], IsList: true)));
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
