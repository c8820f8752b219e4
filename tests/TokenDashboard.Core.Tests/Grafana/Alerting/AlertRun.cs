using TokenDashboard.Engines.Sqlite.Panels;
using TokenDashboard.Grafana.Alerting;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Tests.Grafana.Alerting;

/// <summary>The plugin's result for the query of a rule: the value of each alert by its label, which is empty for a rule about the total.</summary>
internal static class AlertRun
{
    internal static AlertRule Rule(params (string Name, object? Value)[] fields) => AlertRuleReader.Read(
        new (string Name, object? Value)[] { ("Name", "Test"), ("Window", "1h"), ("Kind", "Tokens"), ("Limit", 1) }
            .Where(field => fields.All(given => given.Name != field.Name) && !(field.Name == "Limit" && fields.Contains(("Kind", "NoTelemetry"))))
            .Concat(fields).Select(field => KeyValuePair.Create(field.Name, field.Value)),
        "");

    internal static Dictionary<string, double> Values(string path, AlertRule rule, DateTimeOffset now)
    {
        using var database = new ProofDatabase(path, CancellationToken.None);
        PluginResult result = database.Run(
            AlertSql.Of(rule), seriesByLabel: true, ["time"], new TimeWindow(now - rule.Window, now), TimeSpan.FromSeconds(30));

        Assert.True(result.Complete);
        Assert.All(result.Columns, column => Assert.Equal((0, 0, 0), (column.Lost, column.Truncated, column.NullTimes)));
        if (result.Rows == 0)
            return [];
        PluginColumn Column(ColumnType type) => result.Columns.Single(column => column.Type == type);
        // A value that is NULL has no type, and Grafana reads it as NaN.
        PluginColumn value = result.Columns.Single(column => column.Type is ColumnType.WholeNumber or ColumnType.Number or ColumnType.Unknown);
        Assert.All(Column(ColumnType.Time).Values, time => Assert.Equal((decimal)now.ToUnixTimeSeconds(), time));
        Assert.Equal(new WideSeries(result.Rows, 0), result.Series);
        return Enumerable.Range(0, result.Rows).ToDictionary(
            row => rule.Label is null ? "" : (string?)Column(ColumnType.Text).Values[row] ?? "",
            row => Convert.ToDouble(value.Values[row] ?? double.NaN, System.Globalization.CultureInfo.InvariantCulture));
    }
}
