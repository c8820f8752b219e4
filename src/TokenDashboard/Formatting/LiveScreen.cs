using System.Management.Automation.Host;
using System.Text;
using TokenDashboard.Usage.Summaries;

namespace TokenDashboard.Formatting;

/// <summary>
/// Shows live usage in a terminal. It uses the alternate screen, so that disposing it restores the previous contents. The last screen
/// is then written below them.
/// </summary>
internal sealed class LiveScreen : IDisposable
{
    // With NO_COLOR, the host would remove these two.
    private const string Enter = "\u001b[?1049h\u001b[?25l";
    private const string Leave = "\u001b[?25h\u001b[?1049l";
    private const string Home = "\u001b[H";
    private const string RestOfLine = "\u001b[K";
    private const string RestOfScreen = "\u001b[J";
    private const string Bold = "\u001b[1m";
    private const string Plain = "\u001b[0m";

    private const string NewestTitle = "Newest requests";

    // Names use the width that the numbers of a table leave.
    private const int FigureWidth = 14;
    private const int LeastName = 12;
    private const int TimeWidth = 10;

    private readonly PSHostUserInterface _ui;
    private readonly string _stores;
    private readonly TimeZoneInfo _zone;
    private (LiveUsage Usage, IReadOnlyList<string> Notes)? _shown;
    private Size _size;

    public LiveScreen(PSHostUserInterface ui, string stores, TimeZoneInfo zone)
    {
        (_ui, _stores, _zone) = (ui, Display.Text(stores), zone);
        Console.Write(Enter);
    }

    public void Dispose()
    {
        Console.Write(Leave);
        if (_shown is var (usage, notes))
            Lines(usage, notes, _size).ForEach(line => _ui.WriteLine(line.Text.TrimEnd()));
    }

    public void Show(LiveUsage usage, IReadOnlyList<string> notes)
    {
        _shown = (usage, [.. notes]);
        Draw();
    }

    /// <summary>Draws the screen again if the size of the window has changed.</summary>
    public void Fit()
    {
        if (_ui.RawUI.WindowSize != _size)
            Draw();
    }

    /// <summary>Usage in one line, for files and pipes.</summary>
    public static string Line(LiveUsage usage, TimeZoneInfo zone) => string.Create(
        CultureInfo.CurrentCulture,
        $"{TimeOf(usage.Time, zone)}  last minute: {usage.LastMinute.TokensPerMinute:N0} tokens per minute; last hour: {usage.LastHour.TokensPerMinute:N0}; since {TimeOf(usage.Since, zone)}: "
            + $"{Words(usage.Total)}");

    private static string Words(LiveFigures usage) => string.Join(", ", new[]
    {
        string.Create(CultureInfo.CurrentCulture, $"{usage.Requests:N0} requests, {usage.TotalTokens:N0} tokens"), Cost(usage),
    }.Where(text => text.Length > 0));

    private static string Cost(LiveFigures usage) => Display.Cost(usage.Cost.Amount, usage.Cost.Currency);

    private static string TimeOf(DateTimeOffset time, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(time, zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private void Draw()
    {
        if (_shown is not var (usage, notes))
            return;
        _size = _ui.RawUI.WindowSize;
        // The last line of the window is not used, because a line break in it would scroll.
        int most = Math.Max(0, _size.Height - 2);
        List<(string Text, bool IsTitle)> lines = Lines(usage, notes, _size);
        bool isCut = lines.Count > most || !lines.Any(line => line.Text.StartsWith(NewestTitle, StringComparison.Ordinal));
        var screen = new StringBuilder(Home);
        foreach ((string text, bool isTitle) in lines.Take(most).Append((Fit(isCut ? "q quits. Enlarge the window to see more." : "q quits.", _size.Width - 1), false)))
            screen.Append(isTitle ? Emphasis(text) : text).Append(RestOfLine).Append("\r\n");
        _ui.Write(screen.Append(RestOfScreen).ToString());
    }

    private List<(string Text, bool IsTitle)> Lines(LiveUsage usage, IReadOnlyList<string> notes, Size size)
    {
        int width = size.Width;
        string Row(string first, params string[] figures)
        {
            int columns = Math.Clamp((width - LeastName - TimeWidth) / FigureWidth, 1, figures.Length);
            return Fit(first, Math.Max(1, width - (columns * FigureWidth) - 1)) + string.Concat(figures.Take(columns).Select(figure => (" " + figure).PadLeft(FigureWidth)));
        }
        (string Text, bool IsTitle) Title(string first, params string[] figures) => (Row(first, figures), true);
        (string Text, bool IsTitle) Figures(string first, LiveFigures of) => (
            Row(first, Number(of.TotalTokens), Number(of.TokensPerMinute), Cost(of), Number(of.Requests), of.RequestsPerMinute.ToString("N1", CultureInfo.CurrentCulture)), false);
        (string Text, bool IsTitle) User((string Name, LiveFigures Usage) user)
        {
            double share = usage.Total.TotalTokens == 0 ? 0 : (double)user.Usage.TotalTokens / usage.Total.TotalTokens;
            return (Row(Display.Name(user.Name), Number(user.Usage.TotalTokens), share.ToString("P1", CultureInfo.CurrentCulture), Cost(user.Usage), Number(user.Usage.Requests)), false);
        }
        string now = TimeOf(usage.Time, _zone);
        (string Text, bool IsTitle) Request(TokenRequest request)
        {
            string time = TimeOf(request.Timestamp, _zone);
            string name = $"{(time[..10] == now[..10] ? time[11..] : time)}  {Display.Name(request.User)} / {Display.Name(request.Model)}";
            return (Row(name, Number(request.TotalTokens), Number(request.DurationMs), Display.Cost(request.Cost, request.Currency)), false);
        }

        List<(string Text, bool IsTitle)> lines =
        [
            (Fit($"{now}  {_stores}", width - 1), true),
            Title("", "Tokens", "per minute", "Cost", "Requests", "per minute"),
            Figures("Last minute", usage.LastMinute), Figures("Last hour", usage.LastHour), Figures($"Since {TimeOf(usage.Since, _zone)[..^3]}", usage.Total),
            .. notes.Select(note => (Fit(Display.Text(note), width - 1), false)),
        ];
        // The last two lines of the window are the key hint and an empty line. A low window omits the gaps first, then one of the two tables.
        int left = size.Height - 2 - lines.Count;
        bool hasGaps = left >= 8;
        int rows = left - (hasGaps ? 6 : left >= 4 ? 2 : 1);
        int users = left < 4 ? rows : Math.Min(usage.Users.Count, Math.Max(rows / 2, rows - usage.Newest.Count));
        (string Text, bool IsTitle)[] gap = hasGaps ? [("", false)] : [];
        lines.InsertRange(1, gap);
        if (rows > 0)
            lines.AddRange([.. gap, Title("Users", "Tokens", "Share", "Cost", "Requests"), .. usage.Users.Take(users).Select(User)]);
        if (left >= 4)
            lines.AddRange([.. gap, Title(NewestTitle, "Tokens", "ms", "Cost"), .. usage.Newest.Take(rows - users).Select(Request), .. gap]);
        return lines;
    }

    private static string Number(double? value) => value?.ToString("N0", CultureInfo.CurrentCulture) ?? "";

    private static string Emphasis(string text) => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) ? Bold + text + Plain : text;

    // Counts cells, because some characters are two cells wide.
    private string Fit(string text, int width)
    {
        if (Cells(text) <= width)
            return text + new string(' ', width - Cells(text));
        var part = new StringBuilder();
        int cells = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            cells += Cells(rune.ToString());
            if (cells > width - 1)
                break;
            part.Append(rune);
        }
        part.Append('…');
        return part + new string(' ', Math.Max(0, width - Cells(part.ToString())));
    }

    // Combining characters have no cell of their own.
    private int Cells(string text) => text.EnumerateRunes().Sum(rune =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0 : _ui.RawUI.LengthInBufferCells(rune.ToString()));
}
