using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Queries;

/// <summary>The query of a panel, independent of the engine. An engine replaces it by a query in its own SQL.</summary>
internal abstract record PanelQuery() : DataSourceQuery("")
{
    /// <summary>Whether only the user of a repeated row counts.</summary>
    internal bool OfRowUser { get; init; }

    internal override DataSourcePlugin Plugin => throw new NotSupportedException();
    internal override JsonObject Write(string refId) => throw new NotSupportedException();
}

/// <summary>One row of measures about everything in the time range.</summary>
internal sealed record TotalsQuery(params PanelMeasure[] Measures) : PanelQuery;

/// <summary>One row: the relative change of each measure from the previous period; NULL if the store does not cover all of that period.</summary>
internal sealed record ChangesQuery(params PanelMeasure[] Measures) : PanelQuery;

/// <summary>One row: each measure a minute, on average and in the bucket with most.</summary>
internal sealed record LoadQuery(params PanelMeasure[] Measures) : PanelQuery;

/// <summary>One row: what the month in which the time range ends has cost so far, and what it will have cost at its end at the same rate.</summary>
internal sealed record MonthQuery : PanelQuery;

/// <summary>One row: the mean cost of the requests or transactions that have one, that which 95 percent of them do not exceed, and the highest.</summary>
internal sealed record CostSpreadQuery(bool Transactions) : PanelQuery;

/// <summary>The price lists that the store has prices of, with their currency and how many of the store's models are in them.</summary>
internal sealed record PriceListQuery : PanelQuery;

/// <summary>One row: when the newest request was, in milliseconds since 1970.</summary>
internal sealed record NewestQuery(string Title) : PanelQuery;

/// <summary>A row for each bucket of the time range, with measures.</summary>
internal sealed record OverTimeQuery(params PanelMeasure[] Measures) : PanelQuery;

/// <summary>A cumulative measure by bucket, with that of the previous period.</summary>
internal sealed record CumulativeQuery(PanelMeasure Measure) : PanelQuery;

/// <summary>
/// A row for each bucket, or day of the time zone, and each of the largest values of a dimension, with one measure, which can be cumulative; all other
/// values are added up.
/// </summary>
internal sealed record TopOverTimeQuery(PanelDimension Dimension, PanelMeasure Measure, int Top, bool ByDay = false, bool Cumulative = false) : PanelQuery;

/// <summary>A row for each of the largest values of a dimension, with one measure; all other values are added up. Those without the measure can be left out.</summary>
internal sealed record TopQuery(PanelDimension Dimension, PanelMeasure Measure, int Top, bool OnlyWhereAny = false) : PanelQuery;

/// <summary>A row for each value of a dimension with many columns, the most tokens first.</summary>
internal sealed record TableQuery(PanelDimension Dimension, int Rows, params PanelMeasure[] Columns) : PanelQuery;

/// <summary>Percentiles of the duration for each bucket of the time range.</summary>
internal sealed record DurationOverTimeQuery : PanelQuery;

/// <summary>Percentiles of the duration for each of the values of a dimension with most requests.</summary>
internal sealed record DurationQuery(PanelDimension Dimension, int Top) : PanelQuery;

/// <summary>A measure by weekday, a row each, and hour, a column each.</summary>
internal sealed record WeekQuery(PanelMeasure Measure) : PanelQuery;

/// <summary>A measure by hour of the day.</summary>
internal sealed record HoursQuery(PanelMeasure Measure) : PanelQuery;

/// <summary>A measure by day, a row each, and hour, a column each.</summary>
internal sealed record DaysAndHoursQuery(PanelMeasure Measure) : PanelQuery;

/// <summary>The values of a dimension with most of a measure.</summary>
internal sealed record LargestNamesQuery(PanelDimension Dimension, PanelMeasure Measure, int Top) : PanelQuery;

internal sealed record RequestsQuery(RequestChoice Choice, int Rows) : PanelQuery
{
    /// <summary>The most that a panel lists.</summary>
    internal const int MostListed = 500;
}

/// <summary>How many requests had how many tokens or took how long.</summary>
internal sealed record HistogramQuery(bool OfDurations, string Title, IReadOnlyList<(string Label, double From)> Steps) : PanelQuery;

/// <summary>The transactions with most tokens, in all columns or in the most important ones.</summary>
internal sealed record TransactionsQuery(int Rows, bool Short = false) : PanelQuery;

/// <summary>Which requests are listed first.</summary>
internal enum RequestChoice
{
    Newest,
    Slowest,
    Largest,
    MostExpensive,
    Interrupted,
}
