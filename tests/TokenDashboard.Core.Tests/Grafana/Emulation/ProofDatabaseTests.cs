using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Tests.Grafana.Emulation;

public sealed class ProofDatabaseTests : IDisposable
{
    private static readonly TimeWindow Window = new(new(2026, 3, 4, 12, 0, 0, 900, TimeSpan.Zero), new(2026, 3, 4, 18, 0, 0, TimeSpan.Zero));

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(30);

    private readonly TestStore _file = new();
    private readonly ProofDatabase _database;

    public ProofDatabaseTests()
    {
        using (var connection = _file.Connect())
        {
            connection.Execute("CREATE TABLE t (i INTEGER, r REAL, s TEXT, d DATETIME, v VARCHAR(9), n NUMERIC)");
            connection.Execute("INSERT INTO t VALUES (1, 2, 'a', '2026-01-02 03:04:05', 7, 3), (2.5, 'x', 4.5, NULL, 'b', '8')");
        }
        _database = new ProofDatabase(_file.Path, CancellationToken.None);
    }

    [Fact]
    public void Column_types_come_from_declarations_or_else_the_first_value()
    {
        PluginResult result = Run("SELECT i, r, s, v, n, i + 0 AS e, NULL AS u FROM t");

        Assert.Equal(
            [
                ColumnType.WholeNumber, ColumnType.Number, ColumnType.Text, ColumnType.Text, ColumnType.Number, ColumnType.WholeNumber, ColumnType.Unknown,
            ],
            result.Columns.Select(column => column.Type));
        Assert.Equal([1L, 2L], result.Columns[0].Values);
        Assert.Equal([2.0, null], result.Columns[1].Values);
        Assert.Equal(1, result.Columns[1].Lost);
        Assert.Equal(["a", "4.5"], result.Columns[2].Values);
        Assert.Equal([3.0, 8.0], result.Columns[4].Values);
        Assert.Equal(1, result.Columns[5].Truncated);
        Assert.Equal("2.5", result.Columns[5].Example);
        Assert.Equal(0, result.Columns[6].Lost);
    }

    [Fact]
    public void All_statements_run_and_the_last_result_is_returned()
    {
        Assert.Equal("b", Run("SELECT 1 AS a; SELECT 2 AS b; -- the end").Columns.Single().Name);
        Assert.Contains("nope", Assert.Throws<PluginException>(() => Run("SELECT 1 AS a; SELECT 2 AS b FROM nope")).Message, StringComparison.Ordinal);
        Assert.Contains("readonly", Assert.Throws<PluginException>(() => Run("SELECT 1 AS a; DELETE FROM t; SELECT 2 AS b")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1772625600", 1772625600.0)]
    [InlineData("1772625600.25", 1772625600.25)]
    [InlineData("'2026-03-04T12:00:00Z'", 1772625600.0)]
    [InlineData("'2026-03-04T12:00:00.5+02:00'", 1772618400.5)]
    [InlineData("'1772625600'", 1772625600.0)]
    [InlineData("strftime('%s', '2026-03-04 12:00:00')", 1772625600.0)]
    [InlineData("'2026-03-04'", null)]
    [InlineData("'2026-03-04 12:00:00'", null)]
    [InlineData("'2026-03-04T12:00:00'", null)]
    [InlineData("'2026-02-30T12:00:00Z'", null)]
    [InlineData("'2026-03-04t12:00:00z'", null)]
    [InlineData("'soon'", null)]
    [InlineData("x'41'", null)]
    public void Times_are_seconds_or_RFC_3339(string expression, double? seconds) =>
        Assert.Equal(seconds, (double?)(decimal?)Run($"SELECT {expression} AS time", "time").Columns[0].Values[0]);

    [Fact]
    public void Text_in_a_declared_time_column_is_lost_but_not_in_an_expression()
    {
        Assert.Equal([null, null], Run("SELECT d FROM t", "d").Columns[0].Values);
        Assert.NotNull(Run("SELECT replace(d, ' ', 'T') || 'Z' AS d FROM t", "d").Columns[0].Values[0]);
    }

    [Fact]
    public void Names_of_time_columns_are_case_sensitive() => Assert.Equal(ColumnType.WholeNumber, Run("SELECT 1 AS Time", "time").Columns[0].Type);

    [Fact]
    public void The_plugin_replaces_the_time_range_and_its_macro()
    {
        Assert.Equal(
            "SELECT 1772625600000, 1772647200000, cast((a / 60) as int) * 60 AS b",
            PluginMacros.Apply("SELECT $__from, $__to, $__unixEpochGroupSeconds(a, 60) AS b", Window).Sql);
        Assert.Equal(60, PluginMacros.Apply("$__unixEpochGroupSeconds(a, 60 , null)", Window).FillSeconds);
        Assert.Null(PluginMacros.Apply("$__unixEpochGroupSeconds(a, 60)", Window).FillSeconds);
        Assert.Equal("$__timeFilter(a)", PluginMacros.Apply("$__timeFilter(a)", Window).Sql);
    }

    [Theory]
    [InlineData("SELECT $__unixEpochGroupSeconds(1) AS x", "number of arguments (1)")]
    [InlineData("SELECT $__unixEpochGroupSeconds(1, 1m) AS x", "' 1m'")]
    [InlineData("SELECT $__unixEpochGroupSeconds(1, 60, 0) AS x", "gap filling value")]
    [InlineData("SELECT $__unixEpochGroupSeconds(1, 60, NULL) AS x", "no time column")]
    [InlineData("SELECT 1 FROM nowhere", "nowhere")]
    [InlineData("SELEC 1", "syntax error")]
    [InlineData("SELECT $free", "$free")]
    [InlineData("DELETE FROM t", "readonly")]
    [InlineData("ATTACH ':memory:' AS other", "too many attached")]
    public void Invalid_queries_are_rejected_with_a_reason(string sql, string reason) =>
        Assert.Contains(reason, Assert.Throws<PluginException>(() => Run(sql)).Message, StringComparison.Ordinal);

    [Fact]
    public void Gaps_are_filled_between_the_first_and_the_last_row()
    {
        PluginResult result = Run(
            "SELECT $__unixEpochGroupSeconds(column1, 60, NULL) AS time, column2 AS n FROM (VALUES (60, 1), (60, 2), (240, 3))", "time");

        Assert.Equal([60m, 60m, 120m, 180m, 240m], result.Columns[0].Values);
        Assert.Equal([1L, 2L, null, null, 3L], result.Columns[1].Values);
        Assert.Equal(3, result.Rows);
    }

    [Theory]
    [InlineData("(VALUES (240, 1), (60, 2))", "sorted ascending")]
    [InlineData("(VALUES (60, 1), (NULL, 2))", "NULL value in time")]
    public void Gap_filling_requires_ascending_times(string rows, string reason) => Assert.Contains(
        reason,
        Assert.Throws<PluginException>(() => Run($"SELECT $__unixEpochGroupSeconds(column1, 60, NULL) AS time, column2 AS n FROM {rows}", "time")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_query_stops_when_its_token_is_canceled()
    {
        using var cancellation = new CancellationTokenSource();
        using var database = new ProofDatabase(_file.Path, cancellation.Token);
        cancellation.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => database.Run("SELECT 1", seriesByLabel: false, [], Window, Time));
    }

    public void Dispose()
    {
        _database.Dispose();
        _file.Dispose();
    }

    private PluginResult Run(string sql, params string[] timeColumns) => _database.Run(sql, seriesByLabel: false, timeColumns, Window, Time);
}
