namespace TokenDashboard.Reports;

/// <summary>A key figure, or a parameter of the query.</summary>
/// <param name="Label">The label.</param>
/// <param name="Value">The figure, or a value that may contain untrusted names.</param>
/// <param name="Note">A note; may be empty.</param>
internal sealed record ReportFigure(string Label, string Value, string Note = "");

/// <summary>A column of a table.</summary>
/// <param name="Header">The header.</param>
/// <param name="Kind">The kind of content.</param>
internal sealed record ReportColumn(string Header, ReportColumnKind Kind = ReportColumnKind.Number);

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

/// <summary>A cell.</summary>
/// <param name="Text">The text.</param>
/// <param name="Share">The length of its bar, 0 to 1.</param>
/// <param name="IsOwnWord">Whether it is a label in a column of names.</param>
internal readonly record struct ReportCell(string Text, double Share = 0, bool IsOwnWord = false)
{
    public static implicit operator ReportCell(string text) => new(text);
}

/// <summary>A table. The first cell of a row names the row.</summary>
/// <param name="Title">The title.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Empty">The text to show if there are no rows.</param>
internal sealed record ReportTable(string Title, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<ReportCell[]> Rows, string Empty = "")
{
    /// <summary>The table without a column.</summary>
    internal ReportTable Without(string header)
    {
        int[] kept = [.. Enumerable.Range(0, Columns.Count).Where(index => Columns[index].Header != header)];
        return this with { Columns = [.. kept.Select(index => Columns[index])], Rows = [.. Rows.Select(row => (ReportCell[])[.. kept.Select(index => row[index])])] };
    }
}

/// <summary>A bucket on the axis of a chart.</summary>
/// <param name="Label">Its start.</param>
/// <param name="IsPartial">Whether the bucket is partial.</param>
internal sealed record ReportBucket(string Label, bool IsPartial);

/// <summary>Values over time.</summary>
/// <param name="Name">The name of the series; may be untrusted.</param>
/// <param name="Values">One value per bucket; null if there is none.</param>
internal sealed record ReportSeries(string Name, IReadOnlyList<double?> Values);

/// <summary>A chart over time.</summary>
/// <param name="Title">The title.</param>
/// <param name="Description">A description in words.</param>
/// <param name="Series">The values.</param>
/// <param name="Format">Formats a value.</param>
internal sealed record ReportChart(string Title, string Description, IReadOnlyList<ReportSeries> Series, Func<double, string> Format);

/// <summary>The weekly pattern.</summary>
/// <param name="Description">A description in words.</param>
/// <param name="Tokens">Tokens by day of the week, from Monday, and hour.</param>
internal sealed record ReportHeatmap(string Description, long[][] Tokens)
{
    public static string DayName(int day) => ((DayOfWeek)((day + 1) % 7)).ToString();
}
