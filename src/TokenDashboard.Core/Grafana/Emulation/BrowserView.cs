using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>
/// The state of Grafana's frontend when it sends a query: time range, interval and values of variables, which it inserts before the plugin
/// receives the text.
/// </summary>
internal sealed record BrowserView
{
    // The number of points of a panel with all 24 columns on a screen of common width.
    private const double FullWidthPoints = 1700;

    internal required DashboardDocument Dashboard { get; init; }
    internal required TimeWindow Window { get; init; }
    internal required TimeZoneInfo TimeZone { get; init; }
    internal Dictionary<string, VariableValue> Values { get; init; } = [];
    /// <summary>Whether <c>:sqlstring</c> also escapes a double quote with a backslash, as Grafana does since 10.2.</summary>
    internal bool EscapesDoubleQuotes { get; init; } = true;
    /// <summary>Whether a list without a format is inserted as quoted texts, as the ClickHouse plugin requests.</summary>
    internal bool QuotesLists { get; init; }
    /// <summary>The length of a point's interval in milliseconds: that of the panel, or of a panel with full width.</summary>
    internal long Interval { get => field > 0 ? field : GrafanaInterval.Milliseconds(Window, FullWidthPoints, ""); private init; }

    /// <summary>The view of a panel: its own time range if it has one, its interval, and a copy of the values.</summary>
    internal BrowserView For(ReadPanel panel)
    {
        TimeWindow window = Window;
        if (GrafanaInterval.Parse(panel.Json.Text("timeFrom")) is { } length)
            window = window with { From = window.To.AddMilliseconds(-Math.Min(length, window.ToMilliseconds)) };
        if (GrafanaInterval.Parse(panel.Json.Text("timeShift")) is { } shift && shift < window.FromMilliseconds)
            window = new TimeWindow(window.From.AddMilliseconds(-shift), window.To.AddMilliseconds(-shift));
        double points = panel.Json.Number("maxDataPoints") ?? (panel.Json.Child("gridPos").Number("w") ?? 24) / 24 * FullWidthPoints;
        return this with { Window = window, Values = new(Values), Interval = GrafanaInterval.Milliseconds(window, points, panel.Json.Text("interval")) };
    }

    /// <summary>The text with variables replaced. Unknown names stay unchanged.</summary>
    /// <exception cref="PluginException">The text becomes too long, or a value refers to itself.</exception>
    internal string Interpolate(string text) => new Interpolation(this).Of(text);

    /// <summary>The value of a built-in variable of Grafana; null for any other variable.</summary>
    internal string? BuiltIn(string name, string field) => name switch
    {
        "__from" => Number(Window.FromMilliseconds),
        "__to" => Number(Window.ToMilliseconds),
        "__interval" => GrafanaInterval.Text(Interval),
        "__interval_ms" => Number(Interval),
        "__range" => Number(Round(Window.LengthMilliseconds / 1000.0)) + "s",
        "__range_s" => Number(Round(Window.LengthMilliseconds / 1000.0)),
        "__range_ms" => Number(Window.LengthMilliseconds),
        "__timezone" => LocalTime.NameOf(TimeZone),
        "__dashboard" => field == "uid" ? Dashboard.Uid : Dashboard.Title,
        "__org" => field == "name" ? "Main Org." : "1",
        "__user" => field switch
        {
            "login" => "admin",
            "email" => "admin@localhost",
            _ => "1",
        },
        _ => null,
    };

    private static long Round(double value) => (long)Math.Floor(value + 0.5);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
