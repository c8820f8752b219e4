using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Queries;

/// <summary>The query of a panel, independent of the engine. An engine replaces it with a query in its own SQL.</summary>
internal abstract record PanelQuery() : DataSourceQuery("")
{
    /// <summary>Whether the query includes only the user of a repeated row.</summary>
    internal bool OfRowUser { get; init; }

    internal override DataSourcePlugin Plugin => throw new NotSupportedException();
    internal override JsonObject Write(string refId) => throw new NotSupportedException();
}

/// <summary>One row with measures of all requests in the time range.</summary>
internal sealed record TotalsQuery(params PanelMeasure[] Measures) : PanelQuery;

/// <summary>One row: the relative change of each measure from the previous period; NULL if the store does not cover all of that period.</summary>
internal sealed record ChangesQuery(params PanelMeasure[] Measures) : PanelQuery;

/// <summary>One row: each measure per minute, on average and in the busiest bucket.</summary>
internal sealed record LoadQuery(params PanelMeasure[] Measures) : PanelQuery;

/// <summary>One row: the cost so far of the month in which the time range ends, and its forecast at the same rate.</summary>
internal sealed record MonthQuery : PanelQuery;

/// <summary>One row: the mean, 95th percentile and maximum of the cost of requests or transactions that have a cost.</summary>
internal sealed record CostSpreadQuery(bool Transactions) : PanelQuery;

/// <summary>The price lists of the prices in the store, with their currency and the number of the store's models in them.</summary>
internal sealed record PriceListQuery : PanelQuery;

/// <summary>One row: the time of the newest request, in milliseconds since 1970.</summary>
internal sealed record NewestQuery(string Title) : PanelQuery;

/// <summary>A row for each bucket of the time range, with measures.</summary>
internal sealed record OverTimeQuery(params PanelMeasure[] Measures) : PanelQuery;

/// <summary>A cumulative measure by bucket, and the same measure of the previous period.</summary>
internal sealed record CumulativeQuery(PanelMeasure Measure) : PanelQuery;

/// <summary>
/// A row for each bucket, or day of the time zone, and each of the largest values of a dimension, with one measure, which can be cumulative. All other
/// values are added up.
/// </summary>
internal sealed record TopOverTimeQuery(PanelDimension Dimension, PanelMeasure Measure, int Top, bool ByDay = false, bool Cumulative = false) : PanelQuery;

/// <summary>A row for each of the largest values of a dimension, with one measure. All other values are added up. Values without the measure can be omitted.</summary>
internal sealed record TopQuery(PanelDimension Dimension, PanelMeasure Measure, int Top, bool OnlyWhereAny = false) : PanelQuery;

/// <summary>A row for each value of a dimension, with many columns, most tokens first.</summary>
internal sealed record TableQuery(PanelDimension Dimension, int Rows, params PanelMeasure[] Columns) : PanelQuery;

/// <summary>Percentiles of the duration for each bucket of the time range.</summary>
internal sealed record DurationOverTimeQuery : PanelQuery;

/// <summary>Percentiles of the duration for each of the values of a dimension with the most requests.</summary>
internal sealed record DurationQuery(PanelDimension Dimension, int Top) : PanelQuery;

/// <summary>A measure by weekday and hour, with a row for each weekday and a column for each hour.</summary>
internal sealed record WeekQuery(PanelMeasure Measure) : PanelQuery;

/// <summary>A measure by hour of the day.</summary>
internal sealed record HoursQuery(PanelMeasure Measure) : PanelQuery;

/// <summary>A measure by day and hour, with a row for each day and a column for each hour.</summary>
internal sealed record DaysAndHoursQuery(PanelMeasure Measure) : PanelQuery;

/// <summary>The values of a dimension with the largest values of a measure.</summary>
internal sealed record LargestNamesQuery(PanelDimension Dimension, PanelMeasure Measure, int Top) : PanelQuery;

internal sealed record RequestsQuery(RequestChoice Choice, int Rows) : PanelQuery
{
    /// <summary>The maximum number of requests in a panel.</summary>
    internal const int MostListed = 500;
}

/// <summary>The number of requests by tokens or by duration.</summary>
internal sealed record HistogramQuery(bool OfDurations, string Title, IReadOnlyList<(string Label, double From)> Steps) : PanelQuery;

/// <summary>The transactions with the most tokens, in all columns or in the most important ones.</summary>
internal sealed record TransactionsQuery(int Rows, bool Short = false) : PanelQuery;

/// <summary>The requests to list first.</summary>
internal enum RequestChoice
{
    Newest,
    Slowest,
    Largest,
    MostExpensive,
    Interrupted,
}
