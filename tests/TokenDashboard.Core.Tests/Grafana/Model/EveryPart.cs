using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Tests.Grafana.Model;

/// <summary>A dashboard that uses every part of the builder and breaks no rule.</summary>
internal static class EveryPart
{
    private const string Range = "WHERE unixepoch(substr(timestamp, 1, 19)) >= $__from / 1000 AND unixepoch(substr(timestamp, 1, 19)) < $__to / 1000";
    private const string Total = "SELECT CAST(COALESCE(SUM(total_tokens), 0) AS REAL) AS Tokens FROM telemetry " + Range + " AND user_id IN (${user:sqlstring}) AND model LIKE ${search:sqlstring}";
    private const string ByModel = "SELECT CAST(model AS TEXT) AS Model, CAST(SUM(total_tokens) AS REAL) AS Tokens FROM telemetry " + Range + " GROUP BY 1 ORDER BY 2 DESC LIMIT 20";
    private const string OfUser = "SELECT CAST(model AS TEXT) AS Model, CAST(SUM(total_tokens) AS REAL) AS Tokens FROM telemetry " + Range + " AND user_id = ${user:sqlstring} GROUP BY model";
    private const string OverTime = "SELECT CAST(unixepoch(substr(timestamp, 1, 19)) / ${bucket:raw} * ${bucket:raw} AS INTEGER) AS time, CAST(SUM(prompt_tokens) AS REAL) AS Prompt, "
        + "CAST(SUM(completion_tokens) AS REAL) AS Completion FROM (${usage:raw}) " + Range + " GROUP BY 1 ORDER BY 1";

    private static readonly FieldOptions Field = new() { Unit = Units.Abbreviated, NoValue = "No requests" };

    internal static Dashboard Dashboard { get; } = new()
    {
        Uid = "every-part",
        Title = "Every part",
        Description = "Uses every part.",
        Tags = ["tokendashboard"],
        Refresh = "5m",
        Links = [new DashboardLink("Others", Tag: "tokendashboard"), new DashboardLink("Self", "/d/every-part?${user:queryparam}")],
        Annotations = [new DashboardAnnotation(
            "Failures", "SELECT CAST(unixepoch(substr(timestamp, 1, 19)) AS INTEGER) AS time, 'failed' AS text FROM telemetry " + Range + " AND success = 0 LIMIT 100")],
        Variables =
        [
            new DataSourceVariable(DataSourcePlugin.Sqlite),
            new QueryVariable("user", "User", "Users.", "SELECT DISTINCT CAST(user_id AS TEXT) FROM telemetry", ""),
            new QueryVariable("usage", "", "", "SELECT 'SELECT * FROM telemetry'", "") { Hidden = true, Multiple = false },
            new CustomVariable("bucket", "Bucket", "Sizes.", "3600", [("1h", "3600"), ("1d", "86400")]),
            new TextBoxVariable("search", "Search", "A pattern.", "%"),
        ],
        Sections =
        [
            new DashboardSection
            {
                Panels =
                [
                    new TextPanel(new(null, "", "", 24, 2), "**Users**: $user"),
                    new StatPanel(new(null, "Total", "All tokens.", 8, 5), new SqliteQuery(Total), Field with
                    {
                        ThresholdsInPercent = true,
                        Thresholds = [new(0, "green"), new(80, "red")],
                        Mappings =
                        [
                            ValueMapping.OfValue("0", "none"), ValueMapping.OfRange(null, 5, color: "blue"), ValueMapping.OfPattern("^a", "$0"),
                            ValueMapping.OfSpecial(SpecialValue.NullOrNotANumber, "-"),
                        ],
                    })
                    {
                        Links = [new DataLink("Docs", "https://example.org") { NewTab = true }],
                    },
                    new GaugePanel(new(null, "Gauge", "A dial.", 8, 5), new SqliteQuery(Total), Field with { Max = 10 }),
                    new PieChartPanel(new(null, "Pie", "Slices.", 8, 5), new SqliteQuery(ByModel), Field),
                ],
            },
            new DashboardSection
            {
                Title = "Open",
                Panels =
                [
                    new TimeSeriesPanel(new(null, "Time", "Over time.", 12, 6), new SqliteQuery(OverTime, "time"), Field, Stacked: true, Percent: true)
                    {
                        MoreQueries = [new SqliteQuery(OverTime, "time")],
                        Overrides =
                        [
                            new FieldOverride(FieldMatcher.ByType(FieldType.Time)) { Field = new FieldOptions { Unit = Units.TimeWithMilliseconds } },
                            new FieldOverride(FieldMatcher.ByQuery("B")) { Field = new FieldOptions { Color = FieldColor.Fixed("red") } },
                            new FieldOverride(FieldMatcher.ByPattern("/^Prompt/")) { Field = new FieldOptions { DisplayName = "Asked" } },
                        ],
                    },
                    new HeatmapPanel(new(null, "Heat", "Cells.", 12, 6), new SqliteQuery(OverTime, "time"), Field with { Decimals = 0 }),
                    new BarChartPanel(new(null, "Bars", "Bars.", 12, 6), new SqliteQuery(ByModel), Field, "Model"),
                    new TablePanel(new(null, "Table", "Rows.", 12, 6), new SqliteQuery(ByModel), Field)
                    {
                        Transformations =
                        [
                            new Transformation("organize", new JsonObject { ["renameByName"] = new JsonObject { ["Model"] = "Name" } }),
                            new Transformation("transpose", new JsonObject { ["firstFieldName"] = "x" }),
                        ],
                    },
                ],
            },
            new DashboardSection
            {
                Title = "For $user",
                Collapsed = true,
                Repeat = "user",
                Panels =
                [
                    new BarGaugePanel(new(null, "Repeated", "For a user.", 6, 5), new SqliteQuery(OfUser), Field) { Repeat = new PanelRepeat("user") { MaxPerRow = 3 } },
                ],
            },
        ],
    };
}
