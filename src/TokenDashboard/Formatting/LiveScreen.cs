using System.Management.Automation.Host;
using System.Text;
using TokenDashboard.Usage.Summaries;

namespace TokenDashboard.Formatting;

/// <summary>
/// Shows live usage in a terminal. It uses the alternate screen, so that the previous contents are restored when it is disposed.
/// </summary>
internal sealed class LiveScreen : IDisposable
{
    private const string Enter = "\u001b[?1049h\u001b[?25l";
    private const string Leave = "\u001b[?25h\u001b[?1049l";
    private const string Home = "\u001b[H";
    private const string RestOfLine = "\u001b[K";
    private const string RestOfScreen = "\u001b[J";
    private const string Bold = "\u001b[1m";
    private const string Plain = "\u001b[0m";

    // Names use the width that the numbers of a table leave.
    private const int FigureWidth = 14;
    private const int LeastName = 12;
    private const int TimeWidth = 10;

    private readonly PSHostUserInterface _ui;
    private readonly string _stores;

    public LiveScreen(PSHostUserInterface ui, string stores)
    {
        (_ui, _stores) = (ui, stores);
        _ui.Write(Enter);
    }

    public void Dispose() => _ui.Write(Leave);

    public void Show(LiveUsage usage, TimeZoneInfo zone)
    {
        (int width, int height) = (_ui.RawUI.WindowSize.Width, _ui.RawUI.WindowSize.Height);
        var screen = new StringBuilder(Home);
        // The last line is not used: a line break in it would scroll.
        foreach (string line in Lines(usage, zone, width, height).Take(Math.Max(1, height - 1)))
            screen.Append(line).Append(RestOfLine).Append("\r\n");
        _ui.Write(screen.Append(RestOfScreen).ToString());
    }

    /// <summary>Usage in one line, for files and pipes.</summary>
    public static string Line(LiveUsage usage, TimeZoneInfo zone) => string.Create(
        CultureInfo.CurrentCulture,
        $"{TimeOf(usage.Time, zone)}  last minute: {usage.LastMinute.TokensPerMinute:N0} tokens per minute; last hour: {usage.LastHour.TokensPerMinute:N0}; since {TimeOf(usage.Since, zone)}: {Words(usage.Total)}");

    private static string Words(LiveFigures usage) => string.Join(", ", new[]
    {
        string.Create(CultureInfo.CurrentCulture, $"{usage.Requests:N0} requests, {usage.TotalTokens:N0} tokens"), Display.Cost(usage.Cost, usage.Currency),
    }.Where(text => text.Length > 0));

    private static string TimeOf(DateTimeOffset time, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(time, zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private IEnumerable<string> Lines(LiveUsage usage, TimeZoneInfo zone, int width, int height)
    {
        string Row(string first, params string[] figures)
        {
            int columns = Math.Clamp((width - LeastName - TimeWidth) / FigureWidth, 1, figures.Length);
            return Fit(first, Math.Max(1, width - (columns * FigureWidth) - 1)) + string.Concat(figures.Take(columns).Select(figure => (" " + figure).PadLeft(FigureWidth)));
        }
        string Title(string first, params string[] figures) => Emphasis(Row(first, figures));
        string Figures(string first, LiveFigures of) => Row(
            first, Number(of.TotalTokens), Number(of.TokensPerMinute), Display.Cost(of.Cost, of.Currency), Number(of.Requests), of.RequestsPerMinute.ToString("N1", CultureInfo.CurrentCulture));

        yield return Emphasis(Fit($"{TimeOf(usage.Time, zone)}  {_stores}", width - 1));
        yield return "";
        yield return Title("", "Tokens", "per minute", "Cost", "Requests", "per minute");
        yield return Figures("Last minute", usage.LastMinute);
        yield return Figures("Last hour", usage.LastHour);
        yield return Figures($"Since {TimeOf(usage.Since, zone)[..^3]}", usage.Total);
        yield return "";
        // The number of lines other than users and requests.
        int room = Math.Max(2, height - 13);
        int users = Math.Min(usage.Users.Count, room / 2);
        yield return Title("Users", "Tokens", "Share", "Cost", "Requests");
        foreach ((string user, LiveFigures of) in usage.Users.Take(users))
        {
            double share = usage.Total.TotalTokens == 0 ? 0 : (double)of.TotalTokens / usage.Total.TotalTokens;
            yield return Row(Display.Name(user), Number(of.TotalTokens), share.ToString("P1", CultureInfo.CurrentCulture), Display.Cost(of.Cost, of.Currency), Number(of.Requests));
        }
        yield return "";
        yield return Title("Newest requests", "Tokens", "ms", "Cost");
        foreach (TokenRequest request in usage.Newest.Take(room - users))
        {
            string time = TimeOf(request.Timestamp, zone)[11..];
            yield return Row($"{time}  {Display.Name(request.User)} / {Display.Name(request.Model)}", Number(request.TotalTokens), Number(request.DurationMs), Display.Cost(request.Cost, request.Currency));
        }
        yield return "";
        yield return Fit("q ends.", width - 1);
    }

    private static string Number(double? value) => value?.ToString("N0", CultureInfo.CurrentCulture) ?? "";

    private static string Emphasis(string text) => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) ? Bold + text + Plain : text;

    // By the number of cells: some characters are two cells wide.
    private string Fit(string text, int width)
    {
        int Cells(string part) => _ui.RawUI.LengthInBufferCells(part);
        if (Cells(text) <= width)
            return text + new string(' ', width - Cells(text));
        int length = Math.Min(text.Length, width);
        while (length > 0 && (Cells(text[..length]) > width - 1 || char.IsHighSurrogate(text[length - 1])))
            length--;
        string part = text[..length] + "…";
        return part + new string(' ', Math.Max(0, width - Cells(part)));
    }
}
