using CsCheck;
using TokenDashboard.Grafana.Emulation;

namespace TokenDashboard.Tests.Grafana.Emulation;

public class WideSeriesTests
{
    private static readonly Gen<(long Time, string? Label, long? Value)[]> Rows = Gen.Select(
            Gen.Long[0, 20],
            Gen.OneOfConst<string?>(null, "", "a", "b", "O'Brien", "a\0b"),
            Gen.OneOfConst<long?>(null, 1, 2, 3))
        .Array[1, 60].Select(rows => rows.OrderBy(row => row.Item1).Select(row => (row.Item1, row.Item2, row.Item3)).ToArray());

    [Fact]
    public void Each_label_with_a_value_is_a_series() => Rows.ForAll(rows =>
    {
        // Of several rows with the same time and label, only the last remains.
        var last = rows.GroupBy(row => (row.Time, Label: row.Label ?? "")).ToDictionary(group => group.Key, group => group.Last().Value);

        Assert.Equal(
            new WideSeries(last.Where(pair => pair.Value is not null).Select(pair => pair.Key.Label).Distinct().Count(), rows.Length - last.Count),
            WideSeries.Of(Columns(rows)));
    });

    [Fact]
    public void Rows_with_descending_times_are_rejected() => Rows.Where(rows => rows[0].Time < rows[^1].Time).ForAll(rows =>
        Assert.Contains("sorted ascending", Assert.Throws<PluginException>(() => WideSeries.Of(Columns([.. rows.Reverse()]))).Message, StringComparison.Ordinal));

    [Fact]
    public void A_series_without_values_is_dropped_unless_it_has_a_label_name()
    {
        Assert.Equal(0, WideSeries.Of(Columns([(1, "a", null)])).Count);
        Assert.Equal(1, WideSeries.Of([Column("time", true, 1L), Column("name", false, "a"), Column("n", false, (object?)null)]).Count);
    }

    [Fact]
    public void Every_value_column_is_a_series_if_no_text_column_exists() => Assert.Equal(
        new WideSeries(2, 0), WideSeries.Of([Column("time", true, 2L, 1L, null), Column("n", false, 1L, null, 3L), Column("m", false, 1.5, 2.5, null)]));

    [Fact]
    public void Results_that_are_not_time_series_are_rejected()
    {
        Assert.Throws<PluginException>(() => WideSeries.Of([Column("n", false, 1L)]));
        Assert.Throws<PluginException>(() => WideSeries.Of([Column("time", true, 1L)]));
        Assert.Throws<PluginException>(() => WideSeries.Of([Column("time", true, 1L), Column("label", false, "a")]));
        Assert.Throws<PluginException>(() => WideSeries.Of([Column("time", true, null, 1L), Column("label", false, "a", "b"), Column("n", false, 1L, 2L)]));
    }

    [Fact]
    public void An_empty_result_is_an_error_only_with_a_declared_label_type()
    {
        PluginColumn time = new("time", null, isTime: true), value = new("n", null, isTime: false);

        Assert.Equal(2, WideSeries.Of([time, new PluginColumn("label", null, isTime: false), value]).Count);
        Assert.Contains("no rows", Assert.Throws<PluginException>(() => WideSeries.Of([time, new PluginColumn("label", "TEXT", isTime: false), value])).Message, StringComparison.Ordinal);
    }

    private static PluginColumn[] Columns((long Time, string? Label, long? Value)[] rows)
    {
        var label = new PluginColumn("user", "TEXT", isTime: false);
        var value = new PluginColumn("tokens", null, isTime: false);
        foreach ((_, string? text, long? number) in rows)
        {
            label.Add(text);
            value.Add(number);
        }
        return [Column("time", true, [.. rows.Select(row => (object?)row.Time)]), label, value];
    }

    private static PluginColumn Column(string name, bool isTime, params object?[] values)
    {
        var column = new PluginColumn(name, null, isTime);
        foreach (object? value in values)
            column.Add(value);
        return column;
    }
}
