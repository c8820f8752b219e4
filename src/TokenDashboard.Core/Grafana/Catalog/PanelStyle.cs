using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>The common style of the panels of all dashboards.</summary>
internal static class PanelStyle
{
    internal const int TopBars = 15;
    internal const int TopSeries = 10;

    /// <summary>Describes how names that are not shown are summed up.</summary>
    internal static string Rest(int shown) => $"{PanelNames.Other} is the sum of all after the first {shown}.";

    internal const string NoPrevious = "A dash means that no comparison is available.";

    // Grafana sizes all values of a stat panel to the longest text, so one sentence would make all numbers small.
    internal const string None = "0";
    internal const string Unknown = "unknown";
    internal const string NotAvailable = "–";

    internal const string NoRequests = "No requests in this time range";
    internal const string NoCost = "No cost is known in this time range";
    internal const string CostColor = "#2aa198";
    internal const string TokensColor = "blue";
    internal const string PromptColor = "purple";
    internal const string CompletionColor = "green";
    internal const string RequestsColor = "#8e8e9e";

    /// <summary>The selected names, for links to the dashboard itself that change something else.</summary>
    internal const string SameModels = "${provider:queryparam}&${model:queryparam}";

    internal static readonly FieldOptions Tokens = new() { Unit = Units.Abbreviated, Min = 0, NoValue = NoRequests, Color = FieldColor.Fixed(TokensColor) };

    internal static readonly FieldOptions Counted = new() { Unit = Units.Grouped, NoValue = NoRequests, Color = FieldColor.Fixed("text") };

    internal static readonly FieldOptions Failures = Counted with { Color = FieldColor.ByThreshold, Thresholds = [new(0, "text"), new(1, "orange")] };

    // Grafana chooses the decimals of each amount, so that amounts below a cent are readable.
    internal static readonly FieldOptions Cost = new() { Unit = Units.Money, Min = 0, NoValue = NoCost, Color = FieldColor.Fixed(CostColor) };

    /// <summary>An amount in a stat panel.</summary>
    internal static readonly FieldOptions Amount = Cost with { NoValue = Unknown };

    internal static readonly FieldOptions Duration = new() { Unit = Units.Milliseconds, Min = 0, NoValue = NoRequests };

    internal static readonly FieldOptions Share = new() { Unit = Units.Fraction, Decimals = 1, Min = 0, Max = 1, Color = FieldColor.Fixed(TokensColor) };

    internal static readonly FieldOptions Change = new() { Unit = Units.Fraction, Decimals = 1, NoValue = NotAvailable };

    internal static readonly IReadOnlyList<FieldOverride> PromptAndCompletion =
        [Colored("Prompt tokens", PromptColor), Colored("Completion tokens", CompletionColor)];

    /// <summary>Colors from calm to alarming, for all panels with percentiles.</summary>
    internal static readonly IReadOnlyList<FieldOverride> Percentiles = [Colored("p50", "green"), Colored("p95", "orange"), Colored("p99", "red")];

    internal static FieldOverride Colored(string column, string color) =>
        new(column) { Field = new FieldOptions { Color = FieldColor.Fixed(color) } };

    internal static FieldOverride ShareBar(string column) => new(column) { Field = Share, Column = new TableColumn { Width = 120, Cell = TableCell.Bar } };

    internal static IEnumerable<FieldOverride> InMilliseconds(params (string Column, int? Width)[] columns) => columns.Select(column =>
        new FieldOverride(column.Column) { Field = new FieldOptions { Unit = Units.Milliseconds }, Column = new TableColumn { Width = column.Width } });

    internal static IEnumerable<FieldOverride> Wide(params (string Column, int Width)[] columns) =>
        columns.Select(column => new FieldOverride(column.Column) { Column = new TableColumn { Width = column.Width } });

    internal static readonly FieldOverride CostColumn = new("Cost") { Field = Cost with { Min = null, NoValue = "no price" }, Column = new TableColumn { Width = 90 } };

    /// <summary>A link from a transaction to its requests, in their dashboard with its other variables.</summary>
    internal static FieldOverride LinkedTransaction(CatalogPlace place) => Linked("Transaction", new DataLink(
        "Show only this transaction",
        $"/d/{place.Requests}?${{__url_time_range}}&var-transaction=${{__data.fields.Transaction:percentencode}}&var-min_tokens=0"
        + $"&${{user:queryparam}}&{SameModels}&{place.SameView}")) with { Column = new TableColumn { Width = 330 } };

    internal static FieldOverride Linked(string column, DataLink link) => new(column) { Field = new FieldOptions { Links = [link] } };

    internal static FieldOverride Moment(string column) =>
        new(column) { Field = new FieldOptions { Unit = Units.TimeWithMilliseconds }, Column = new TableColumn { Width = 185 } };

    // Without a unit, Grafana 9 also shows milliseconds if the times are not ascending.
    internal static FieldOverride Second(string column) => new(column) { Field = new FieldOptions { Unit = Units.Time }, Column = new TableColumn { Width = 155 } };

    /// <summary>The menu of all dashboards, and a link back to all requests. The dashboard's own variables are appended with their first values.</summary>
    internal static IReadOnlyList<DashboardLink> Links(CatalogPlace place, string alsoReset = "") =>
    [
        new DashboardLink("LLM dashboards", Tag: place.Tag, Tooltip: "The other dashboards, with the same time range and variables."),
        new DashboardLink(
            "Show everything", $"/d/{place.Self}?var-provider=$__all&var-model=$__all&var-user=$__all{alsoReset}&{place.SameView}",
            "Selects all providers, models and users again."),
    ];

    /// <summary>A link that shows the dashboard for one user, by default the user of the row or bar, with the same time range and all other variables.</summary>
    internal static DataLink OnlyUser(CatalogPlace place, string user = "${__data.fields.User:percentencode}") =>
        new("Show only this user", $"/d/{place.Self}?${{__url_time_range}}&var-user={user}&{SameModels}&{place.SameView}");

    internal static PieChartPanel Slices(PanelFrame frame, TopQuery query, FieldOptions? field = null) =>
        new(frame, query, (field ?? Tokens) with { Color = FieldColor.BySeries });

    internal static BarGaugePanel Bars(PanelFrame frame, TopQuery query, FieldOptions? field = null) => new(frame, query, field ?? Tokens);

    /// <summary>A table with pages and the full width of the dashboard.</summary>
    internal static TablePanel Pages(PanelFrame frame, PanelQuery query, string noValue, IReadOnlyList<FieldOverride> overrides) =>
        new(frame, query, new FieldOptions { Unit = Units.Grouped, NoValue = noValue }, Paginated: true)
        {
            // Columns without a width share the remaining width. At 1600 pixels, all columns are visible.
            Column = new TableColumn { MinWidth = 80 },
            Overrides = overrides,
        };

    internal static StatPanel Changes(PanelFrame frame, ChangesQuery query) =>
        new(frame, query, Change with { Color = FieldColor.Fixed("text") });

    internal static TimeSeriesPanel Stacked(PanelFrame frame, TopOverTimeQuery query, FieldOptions? field = null)
    {
        string name = "${__field.labels." + PanelNames.Column(query.Dimension) + "}";
        return new(frame, query, (field ?? Tokens) with { Color = FieldColor.BySeries, DisplayName = name }, Bars: true, Stacked: true, FillOpacity: 80)
        {
            Legend = new Legend(LegendPlacement.Right, Calculation.Sum) { SortBy = Calculation.Sum },
        };
    }
}
