// The example in docs/dashboard-builder.md. A test compares both. begin
using TokenDashboard.Grafana.Model;

internal static class BuilderExample
{
    internal static Dashboard Dashboard { get; } = new()
    {
        Uid = "failures",
        Title = "Failures",
        Description = "Requests whose policy verdict was negative.",
        Tags = ["tokendashboard"],
        From = "now-30d",
        Refresh = "15m",
        Links = [new DashboardLink("LLM dashboards", Tag: "tokendashboard")],
        Variables =
        [
            new DataSourceVariable(DataSourcePlugin.Sqlite),
            new QueryVariable("model", "Model", "Models in the store.", "SELECT DISTINCT CAST(model AS TEXT) FROM telemetry LIMIT 1000", ""),
        ],
        Annotations = [new DashboardAnnotation("First failure", Sql("CAST(MIN(unixepoch(timestamp)) AS INTEGER) AS time, 'first failure' AS text"))],
        Sections =
        [
            new DashboardSection
            {
                Panels =
                [
                    new StatPanel(
                        new PanelFrame(null, "Failures", "Requests with a negative verdict.", Width: 6, Height: 8),
                        new SqliteQuery(Sql("CAST(COUNT(*) AS INTEGER) AS Failures")),
                        new FieldOptions
                        {
                            Unit = Units.Grouped,
                            Color = FieldColor.ByThreshold,
                            Thresholds = [new(0, "green"), new(1, "orange"), new(100, "red")],
                        }),
                    new TimeSeriesPanel(
                        new PanelFrame(null, "Failures by day", "Requests with a negative verdict on each day in UTC.", Width: 18, Height: 8),
                        new SqliteQuery(
                            Sql("CAST(unixepoch(timestamp) / 86400 * 86400 AS INTEGER) AS time, CAST(model AS TEXT) AS model, CAST(COUNT(*) AS INTEGER) AS failures")
                                + " GROUP BY 1, 2 ORDER BY 1",
                            "time") { SeriesByLabel = true },
                        new FieldOptions { Unit = Units.Grouped, Color = FieldColor.BySeries, DisplayName = "${__field.labels.model}" },
                        Bars: true, Stacked: true, FillOpacity: 80)
                    {
                        Legend = new Legend(LegendPlacement.Right, Calculation.Sum) { SortBy = Calculation.Sum },
                    },
                ],
            },
            new DashboardSection
            {
                Title = "By model",
                Collapsed = true,
                Panels =
                [
                    new TablePanel(
                        new PanelFrame(null, "Models", "Requests of each model with a negative verdict, and how long they took.", Width: 24, Height: 8),
                        new SqliteQuery(
                            Sql("CAST(model AS TEXT) AS Model, CAST(COUNT(*) AS INTEGER) AS Failures, CAST(AVG(duration_ms) AS REAL) AS \"Mean duration\"")
                                + " GROUP BY model ORDER BY 2 DESC LIMIT 100"),
                        new FieldOptions { Unit = Units.Grouped, NoValue = "No failures in this time range" })
                    {
                        Overrides =
                        [
                            new FieldOverride("Mean duration") { Field = new FieldOptions { Unit = Units.Milliseconds } },
                            new FieldOverride("Failures") { Field = new FieldOptions { Min = 0 }, Column = new TableColumn { Cell = TableCell.Bar } },
                        ],
                    },
                ],
            },
        ],
    };

    internal static string Json => Dashboard.ToJson();

    private static string Sql(string columns) => $$"""
        SELECT {{columns}}
        FROM telemetry
        WHERE success = 0 AND model IN (${model:sqlstring})
          AND unixepoch(timestamp) >= $__from / 1000 AND unixepoch(timestamp) < $__to / 1000
        """;
}
// end
