namespace TokenDashboard.Reports;

/// <summary>Draws charts as inline SVG. <see cref="HtmlStyle"/> defines the colors and text sizes.</summary>
internal static class SvgCharts
{
    private const int Width = 960;
    private const int Height = 260;
    private const int Left = 64;
    private const int Right = 8;
    private const int Top = 12;
    private const int Bottom = 28;
    private const int Plot = Width - Left - Right;
    private const int Floor = Height - Bottom;

    // The size of a label and its margin.
    private const int LabelWidth = 88;
    private const int WidestColumn = 72;
    private const int TickLines = 4;
    private const int NameLength = 40;
    private const int Cell = 22;
    private const int HeatSteps = 5;
    private const int Dash = 10;
    private const double LeastOpacity = 0.15;

    private const string End = "</svg>\n</div>\n";

    private static readonly int[] NiceFactors = [1, 2, 5, 10];

    /// <summary>Columns with stacked series.</summary>
    public static string Columns(string id, ReportChart chart, IReadOnlyList<ReportBucket> buckets)
    {
        double[] tops = new double[buckets.Count];
        double highest = Enumerable.Range(0, buckets.Count).Max(index => chart.Series.Sum(series => series.Values[index] ?? 0));
        StringBuilder html = Open(id, chart.Title, chart.Description, Height);
        double scale = Axes(html, chart, buckets, highest);
        double width = (double)Plot / buckets.Count;
        double column = Math.Min(width - Math.Min(width * 0.2, 6), WidestColumn);
        for (int i = 0; i < chart.Series.Count; i++)
        {
            // All whole buckets form one path and all partial buckets another, which is short for any number of buckets.
            StringBuilder whole = new(), part = new();
            for (int index = 0; index < buckets.Count; index++)
            {
                double height = (chart.Series[i].Values[index] ?? 0) * scale;
                if (height <= 0)
                    continue;
                double bottom = Floor - tops[index];
                tops[index] += height;
                (buckets[index].IsPartial ? part : whole).Append(
                    CultureInfo.InvariantCulture, $"M{Left + (index * width) + ((width - column) / 2):0.#} {bottom:0.##}h{column:0.##}v{-height:0.##}h{-column:0.##}z");
            }
            Path(html, $"series{i}", whole);
            Path(html, $"series{i} part", part);
        }
        return Hits(html, chart, buckets, width, chart.Series.Count > 1);
    }

    /// <summary>A line for each series, with gaps for missing values.</summary>
    public static string Lines(string id, ReportChart chart, IReadOnlyList<ReportBucket> buckets)
    {
        StringBuilder html = Open(id, chart.Title, chart.Description, Height);
        double scale = Axes(html, chart, buckets, chart.Series.Max(series => series.Values.Max() ?? 0));
        double width = (double)Plot / buckets.Count;
        for (int i = 0; i < chart.Series.Count; i++)
        {
            var path = new StringBuilder();
            bool isBroken = true;
            for (int index = 0; index < buckets.Count; index++)
            {
                if (chart.Series[i].Values[index] is not { } value)
                {
                    isBroken = true;
                    continue;
                }
                double x = Left + ((index + 0.5) * width), y = Floor - (value * scale);
                // A point without neighbors would be invisible.
                bool isAlone = isBroken && (index + 1 == buckets.Count || chart.Series[i].Values[index + 1] is null);
                path.Append(CultureInfo.InvariantCulture, $"{(isBroken ? 'M' : 'L')}{(isAlone ? x - (Dash / 2) : x):0.#} {y:0.#}{(isAlone ? $"h{Dash}" : "")}");
                isBroken = false;
            }
            Path(html, $"line{i}", path);
        }
        return Hits(html, chart, buckets, width, namesSeries: true);
    }

    /// <summary>The hours of the week. Darker cells have more tokens.</summary>
    public static string Heatmap(string id, ReportHeatmap heatmap)
    {
        const int CellWidth = Plot / 24;
        const int LegendTop = Top + (7 * Cell) + 40;
        long most = heatmap.Days.Max(day => day.Tokens.Max());
        StringBuilder html = Open(id, "Hours of the week", heatmap.Description, LegendTop + 16);
        for (int day = 0; day < 7; day++)
        {
            string name = heatmap.Days[day].Day.ToString()[..3];
            Label(html, Left - 8, Top + (day * Cell) + 15, "end", name);
            for (int hour = 0; hour < 24; hour++)
            {
                long tokens = heatmap.Days[day].Tokens[hour];
                html.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left + (hour * CellWidth)}\" y=\"{Top + (day * Cell)}\" width=\"{CellWidth - 2}\" height=\"{Cell - 2}\" {Shade(tokens, most)}>");
                html.Append(CultureInfo.InvariantCulture, $"<title>{name} {hour:00}:00, {ReportText.Number(tokens)} tokens</title></rect>\n");
            }
        }
        for (int hour = 0; hour < 24; hour += 3)
            Label(html, Left + (hour * CellWidth) + (CellWidth / 2), Top + (7 * Cell) + 16, "middle", $"{hour:00}");
        Label(html, Left, LegendTop + 12, "start", "0");
        for (int step = 0; step <= HeatSteps; step++)
            html.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left + 14 + (step * 24)}\" y=\"{LegendTop}\" width=\"22\" height=\"16\" {Shade(step, HeatSteps)}/>\n");
        Label(html, Left + 22 + ((HeatSteps + 1) * 24), LegendTop + 12, "start", $"{ReportText.Short(most)} tokens");
        return html.Append(End).ToString();
    }

    private static string Shade(double value, double most)
    {
        if (value <= 0)
            return "class=\"none\"";
        double step = (Math.Ceiling(value / most * HeatSteps) - 1) / (HeatSteps - 1);
        return string.Create(CultureInfo.InvariantCulture, $"class=\"heat\" fill-opacity=\"{LeastOpacity + ((1 - LeastOpacity) * step):0.##}\"");
    }

    // Draws the axes of a chart over time; returns the height of one unit.
    private static double Axes(StringBuilder html, ReportChart chart, IReadOnlyList<ReportBucket> buckets, double highest)
    {
        double step = NiceStep(highest / TickLines);
        int lines = Math.Max(1, (int)Math.Ceiling(highest / step - 1e-9));
        double scale = (Floor - Top) / (lines * step);
        for (int line = 0; line <= lines; line++)
        {
            double y = Floor - (line * step * scale);
            html.Append(CultureInfo.InvariantCulture, $"<path class=\"{(line == 0 ? "axis" : "grid")}\" d=\"M{Left} {y:0.#}h{Plot}\"/>\n");
            Label(html, Left - 8, y + 4, "end", highest > 0 || line == 0 ? chart.Format(line * step) : "");
        }
        double width = (double)Plot / buckets.Count;
        int every = Math.Max(1, (int)Math.Ceiling(Math.Max(LabelWidth, buckets[0].Label.Length * 8) / width));
        // The last label must not exceed the image.
        for (int index = 0; index < buckets.Count && Left + ((index + 0.5) * width) + (buckets[0].Label.Length * 3.5) <= Width; index += every)
            Label(html, Left + ((index + 0.5) * width), Height - 8, "middle", buckets[index].Label);
        return scale;
    }

    private static StringBuilder Open(string id, string title, string description, int height) => new StringBuilder().Append(
        CultureInfo.InvariantCulture,
        $"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{HtmlReport.Escape(title)}, "
            + $"chart\">\n<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-text\">\n"
        + $"<title id=\"{id}-title\">{HtmlReport.Escape(title)}</title>\n<desc id=\"{id}-text\">{HtmlReport.Escape(description)}</desc>\n");

    // Adds the tooltips and the end of the image.
    private static string Hits(StringBuilder html, ReportChart chart, IReadOnlyList<ReportBucket> buckets, double width, bool namesSeries)
    {
        for (int index = 0; index < buckets.Count; index++)
        {
            IEnumerable<string> values = chart.Series.Where(series => series.Values[index] is not (null or 0))
                .Select(series => (namesSeries ? ReportText.Beginning(series.Name, NameLength) + " " : "") + chart.Format(series.Values[index]!.Value));
            html.Append(CultureInfo.InvariantCulture, $"<rect class=\"hit\" x=\"{Left + (index * width):0.#}\" y=\"{Top}\" width=\"{width:0.##}\" height=\"{Floor - Top}\">");
            html.Append("<title>").Append(HtmlReport.Escape($"{buckets[index].Label}: {string.Join(", ", values.DefaultIfEmpty(ReportText.None))}")).Append("</title></rect>\n");
        }
        return html.Append(End).ToString();
    }

    private static void Path(StringBuilder html, string kind, StringBuilder path)
    {
        if (path.Length > 0)
            html.Append("<path class=\"").Append(kind).Append("\" d=\"").Append(path).Append("\"/>\n");
    }

    private static void Label(StringBuilder html, double x, double y, string anchor, string text) => html.Append(
        CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\">{HtmlReport.Escape(text)}</text>\n");

    // Rounds up to 1, 2 or 5 times a power of ten.
    private static double NiceStep(double least)
    {
        if (!(least > 0))
            return 1;
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return power * NiceFactors.First(factor => factor * power >= least * (1 - 1e-9));
    }
}
