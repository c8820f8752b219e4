namespace TokenDashboard.Reports;

/// <summary>A headline figure.</summary>
/// <param name="Label">What it counts.</param>
/// <param name="Value">The figure.</param>
/// <param name="Note">What else is to be known of it; may be empty.</param>
internal sealed record ReportFigure(string Label, string Value, string Note = "");

/// <summary>A fact about the report: what was asked, of what.</summary>
/// <param name="Label">What it says.</param>
/// <param name="Value">The value; may hold names that others chose.</param>
internal sealed record ReportFact(string Label, string Value);

/// <summary>A column of a table.</summary>
/// <param name="Header">The header.</param>
/// <param name="Kind">What the cells hold.</param>
internal sealed record ReportColumn(string Header, ReportColumnKind Kind = ReportColumnKind.Number);

/// <summary>What the cells of a column hold.</summary>
internal enum ReportColumnKind
{
    /// <summary>Figures, set to the right.</summary>
    Number,

    /// <summary>Names that others chose.</summary>
    Name,

    /// <summary>Words of this product.</summary>
    Text,

    /// <summary>A part of the whole, with a bar.</summary>
    Share,
}

/// <summary>A cell.</summary>
/// <param name="Text">What it shows.</param>
/// <param name="Share">The length of its bar, 0 to 1.</param>
/// <param name="IsOwnWord">Whether it stands where names do and is none.</param>
internal readonly record struct ReportCell(string Text, double Share = 0, bool IsOwnWord = false)
{
    public static implicit operator ReportCell(string text) => new(text);
}

/// <summary>A table. The first cell of a row names the row.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Empty">What stands in its place where it has no rows.</param>
internal sealed record ReportTable(string Title, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<ReportCell[]> Rows, string Empty = "");

/// <summary>A bucket of time on the axis of a chart.</summary>
/// <param name="Label">Its beginning.</param>
/// <param name="IsPartial">Whether the range holds only a part of it.</param>
internal sealed record ReportBucket(string Label, bool IsPartial);

/// <summary>Values over time.</summary>
/// <param name="Name">What they are of; may be a name that others chose.</param>
/// <param name="Values">One value a bucket; null if there is none.</param>
internal sealed record ReportSeries(string Name, IReadOnlyList<double?> Values);

/// <summary>A chart over time.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Description">What is to be seen, in words.</param>
/// <param name="Series">The values.</param>
/// <param name="Format">Spells a value.</param>
internal sealed record ReportChart(string Title, string Description, IReadOnlyList<ReportSeries> Series, Func<double, string> Format);

/// <summary>The pattern of the week.</summary>
/// <param name="Description">What is to be seen, in words.</param>
/// <param name="Tokens">Tokens by day of the week, from Monday, and hour.</param>
internal sealed record ReportHeatmap(string Description, long[][] Tokens);
