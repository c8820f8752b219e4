using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Model.Fields;
using TokenDashboard.Grafana.Model.Panels;
using TokenDashboard.Grafana.Model.Variables;

namespace TokenDashboard.Tests.Grafana.Model;

/// <summary>A dashboard that uses every part of the builder and breaks no rule.</summary>
internal static class EveryPart
{
    private const string Range = "WHERE unixepoch(substr(timestamp, 1, 19)) >= $__from / 1000 AND unixepoch(substr(timestamp, 1, 19)) < $__to / 1000";
    private const string Total = "SELECT CAST(COALESCE(SUM(total_tokens), 0) AS REAL) AS Tokens FROM telemetry " + Range + " AND user_id IN (${user:sqlstring}) AND model LIKE ${search:sqlstring}";
    private const string ByModel = "SELECT CAST(model AS TEXT) AS Model, CAST(SUM(total_tokens) AS REAL) AS Tokens FROM telemetry " + Range + " GROUP BY 1 ORDER BY 2 DESC LIMIT 20";
    private const string OverTime = "SELECT CAST(unixepoch(substr(timestamp, 1, 19)) / ${bucket:raw} * ${bucket:raw} AS INTEGER) AS time, CAST(SUM(prompt_tokens) AS REAL) AS Prompt, CAST(SUM(completion_tokens) AS REAL) AS Completion FROM (${usage:raw}) " + Range + " GROUP BY 1 ORDER BY 1";

    private static readonly FieldOptions Field = new() { Unit = Units.Abbreviated, NoValue = "No requests" };

    internal static Dashboard Dashboard { get; } = new()
    {
        Uid = "every-part",
        Title = "Every part",
        Description = "Uses every part.",
        Tags = ["tokendashboard"],
        Refresh = "5m",
        Links = [DashboardLink.Menu("Others", "tokendashboard"), new DashboardLink("Self", "/d/every-part?${user:queryparam}")],
        Annotations = [new DashboardAnnotation("Failures", "SELECT CAST(unixepoch(substr(timestamp, 1, 19)) AS INTEGER) AS time, 'failed' AS text FROM telemetry " + Range + " AND success = 0 LIMIT 100")],
        Variables =
        [
            new DataSourceVariable(),
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
                    new TextPanel { Width = 24, Height = 2, Content = "**Users**: $user" },
                    new StatPanel
                    {
                        Title = "Total", Description = "All tokens.", Width = 8, Height = 5, Query = new SqliteQuery(Total),
                        Links = [new DataLink("Docs", "https://example.org") { NewTab = true }],
                        Field = Field with
                        {
                            ThresholdsInPercent = true,
                            Thresholds = [new(0, "green"), new(80, "red")],
                            Mappings =
                            [
                                ValueMapping.OfValue("0", "none"), ValueMapping.OfRange(null, 5, color: "blue"), ValueMapping.OfPattern("^a", "$0"),
                                ValueMapping.OfSpecial(SpecialValue.NullOrNotANumber, "-"),
                            ],
                        },
                    },
                    new GaugePanel { Title = "Gauge", Description = "A dial.", Width = 8, Height = 5, Query = new SqliteQuery(Total), Field = Field with { Max = 10 } },
                    new PieChartPanel { Title = "Pie", Description = "Slices.", Width = 8, Height = 5, Query = new SqliteQuery(ByModel), Field = Field },
                ],
            },
            new DashboardSection
            {
                Title = "Open",
                Panels =
                [
                    new TimeSeriesPanel
                    {
                        Title = "Time", Description = "Over time.", Width = 12, Height = 6, Stacked = true, Percent = true,
                        Query = new SqliteQuery(OverTime, "time"), MoreQueries = [new SqliteQuery(OverTime, "time")], Field = Field,
                        Overrides =
                        [
                            new FieldOverride(FieldMatcher.ByType(FieldType.Time)) { Field = new FieldOptions { Unit = Units.TimeWithMilliseconds } },
                            new FieldOverride(FieldMatcher.ByQuery("B")) { Field = new FieldOptions { Color = FieldColor.Fixed("red") } },
                            new FieldOverride(FieldMatcher.ByPattern("/^Prompt/")) { Field = new FieldOptions { DisplayName = "Asked" } },
                        ],
                    },
                    new HeatmapPanel { Title = "Heat", Description = "Cells.", Width = 12, Height = 6, Query = new SqliteQuery(OverTime, "time"), Field = Field with { Decimals = 0 } },
                    new BarChartPanel { Title = "Bars", Description = "Bars.", Width = 12, Height = 6, Query = new SqliteQuery(ByModel), Field = Field, CategoryColumn = "Model" },
                    new TablePanel
                    {
                        Title = "Table", Description = "Rows.", Width = 12, Height = 6, Query = new SqliteQuery(ByModel), Field = Field,
                        Transformations =
                        [
                            new Transformation("organize", """{"renameByName":{"Model":"Name"}}"""), new Transformation("transpose", """{"firstFieldName":"x"}"""),
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
                    new BarGaugePanel
                    {
                        Title = "Repeated", Description = "For a user.", Width = 6, Height = 5, Query = new SqliteQuery(ByModel), Field = Field,
                        Repeat = new PanelRepeat("user") { MaxPerRow = 3 },
                    },
                ],
            },
        ],
    };
}
