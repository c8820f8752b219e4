using System.Diagnostics;
using System.Management.Automation.Host;
using TokenDashboard.Usage.Summaries;

namespace TokenDashboard.Commands;

/// <summary>Shows live usage in the terminal: rates, today's tokens and cost, users and the newest requests.</summary>
[Cmdlet("Watch", "TokenUsage", HelpUri = TokenCmdlet.HelpFolder + "Watch-TokenUsage.md")]
[OutputType(typeof(string))]
public sealed class WatchTokenUsageCommand : QueryCmdlet
{
    private const int KeyPauseMs = 50;

    // On Windows, a released key is also available, at first the Enter key that started the command. Reading only pressed keys would wait for the next one.
    private const ReadKeyOptions Keys = ReadKeyOptions.NoEcho | ReadKeyOptions.IncludeKeyDown | ReadKeyOptions.IncludeKeyUp;

    // The command must be idle most of the time, even with a slow store.
    private const int PausesPerReading = 4;

    // The warnings that the screen shows. Cost warnings are first, because they are given once.
    private readonly List<string> _notes = [];
    private int _costNotes;
    private LiveScreen? _screen;
    private bool _warnedOfUnreadable;

    /// <summary>The interval between refreshes in seconds, 1 to 3600.</summary>
    [Parameter, ValidateRange(1, 3600)] public int IntervalSec { get; set; } = 2;

    /// <summary>The number of refreshes. Without it, q or Ctrl+C ends the command.</summary>
    [Parameter, ValidateRange(1, int.MaxValue)] public int Count { get; set; } = int.MaxValue;

    /// <summary>Returns a line for each refresh. This is the default in a pipeline, or if the output is redirected or assigned.</summary>
    [Parameter] public SwitchParameter AsLine { get; set; }

    private bool IsScreen => !AsLine && MyInvocation.PipelineLength == 1 && !MyInvocation.BoundParameters.ContainsKey("OutVariable")
        && Host.UI is { SupportsVirtualTerminal: true, RawUI: not null } && !Console.IsOutputRedirected && !Screen.IsCaptured(MyInvocation);

    private protected override bool ShowsProgress => false;

    private protected override string RangeHint => " Use another start with -Since or -Last.";

    // A ClickHouse store is rejected before any query is sent.
    private protected override IReadOnlyList<string> StoreReferences() => [.. base.StoreReferences().Select(TelemetryStores.PathOf)];

    private protected override void WriteWarning(string text)
    {
        if (_screen is null)
            base.WriteWarning(text);
        else
            _notes.Add(text);
    }

    private protected override void Query()
    {
        if ((Last is not null && Filter.Range.Until < Now) || Filter.Range.Since > Now)
        {
            throw new TokenDashboardException(
                ErrorCode.RangeInvalid,
                "Watch-TokenUsage shows usage from a start time until now. Use -Since with a time in the past, or -Last with a period that has not ended, or neither for today.",
                target: Last ?? Since);
        }
        var query = new LiveUsageQuery(Stores, Filter, TimeZone) { Prices = Prices() };
        using (_screen = IsScreen ? new LiveScreen(Host.UI, string.Join(", ", Stores.Select(store => store.Source ?? store.Name)), TimeZone) : null)
        {
            for (int reading = 1; ; reading++)
            {
                var watch = Stopwatch.StartNew();
                LiveUsage usage = query.Read(DateTimeOffset.UtcNow);
                TimeSpan took = watch.Elapsed;
                Warn(query.Unreadable, usage.Total, isFirst: reading == 1);
                if (_screen is null)
                    WriteObject(LiveScreen.Line(usage, TimeZone));
                else
                    _screen.Show(usage, _notes);
                TimeSpan pause = TimeSpan.FromSeconds(IntervalSec);
                if (reading == Count || !Wait(pause > took * PausesPerReading ? pause : took * PausesPerReading))
                    break;
            }
        }
        _screen = null;
        _notes.ForEach(WriteWarning);
    }

    // The screen shows all warnings that apply. Between lines of output, each warning is written once.
    private void Warn(UnreadableReport unreadable, LiveFigures total, bool isFirst)
    {
        _notes.RemoveRange(_costNotes, _notes.Count - _costNotes);
        WarnAboutCost([total.Cost]);
        _costNotes = _notes.Count;
        bool isEmpty = total.Requests == 0 && (isFirst || _screen is not null), isUnreadable = unreadable is { Rows: > 0 } or { LacksRemoved: true };
        if (_screen is null && !isEmpty && (!isUnreadable || _warnedOfUnreadable))
            return;
        WarnAbout(unreadable, isEmpty);
        _warnedOfUnreadable |= isUnreadable;
    }

    // False if the user ends the command.
    private bool Wait(TimeSpan pause)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < pause;)
        {
            while (_screen is not null && IsKeyAvailable())
            {
                if (Host.UI.RawUI.ReadKey(Keys) is { KeyDown: true, Character: 'q' or 'Q' or '\u001b' })
                    return false;
            }
            _screen?.Fit();
            Cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(Math.Clamp((pause - watch.Elapsed).TotalMilliseconds, 0, KeyPauseMs)));
            Cancellation.ThrowIfCancellationRequested();
        }
        return true;
    }

    private bool IsKeyAvailable()
    {
        try
        {
            return Host.UI.RawUI.KeyAvailable;
        }
        catch (InvalidOperationException)
        {
            // Input is redirected: no keys can be read, but Ctrl+C still ends the command.
            return false;
        }
    }
}
