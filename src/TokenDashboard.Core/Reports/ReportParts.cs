namespace TokenDashboard.Reports;

/// <summary>A key figure, or a parameter of the query, whose value may contain untrusted names. The note may be empty.</summary>
internal sealed record ReportFigure(string Label, string Value, string Note = "");

internal sealed record ReportColumn(string Header, ReportColumnKind Kind = ReportColumnKind.Number)
{
    public static implicit operator ReportColumn(string header) => new(header);
}

internal enum ReportColumnKind
{
    /// <summary>Numbers, right-aligned.</summary>
    Number,
    /// <summary>Untrusted names.</summary>
    Name,
    /// <summary>Words of this module.</summary>
    Text,
    /// <summary>A share, with a bar.</summary>
    Share,
}

/// <summary>A cell; its share, 0 to 1, is the length of its bar. In a column of names, it may be a label of this module.</summary>
internal readonly record struct ReportCell(string Text, double Share = 0, bool IsOwnWord = false)
{
    public static implicit operator ReportCell(string text) => new(text);
}

/// <summary>A table. The first cell of a row names the row. Without rows, a text is shown instead.</summary>
internal sealed record ReportTable(string Title, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<ReportCell[]> Rows, string Empty = "")
{
    internal ReportTable Without(string header)
    {
        int[] kept = [.. Enumerable.Range(0, Columns.Count).Where(index => Columns[index].Header != header)];
        return this with { Columns = [.. kept.Select(index => Columns[index])], Rows = [.. Rows.Select(row => (ReportCell[])[.. kept.Select(index => row[index])])] };
    }
}

/// <summary>A bucket on the axis of a chart, labelled with its start.</summary>
internal sealed record ReportBucket(string Label, bool IsPartial);

/// <summary>Values over time: one per bucket, null if there is none. The name may be untrusted.</summary>
internal sealed record ReportSeries(string Name, IReadOnlyList<double?> Values);

/// <summary>A chart over time, and what it shows in words.</summary>
internal sealed record ReportChart(string Title, string Description, IReadOnlyList<ReportSeries> Series, Func<double, string> Format);

/// <summary>The weekly pattern, in words and as tokens by day of the week, from Monday, and hour.</summary>
internal sealed record ReportHeatmap(string Description, long[][] Tokens)
{
    public static string DayName(int day) => ((DayOfWeek)((day + 1) % 7)).ToString();
}
