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

    // The command must pause for most of the time, even with a slow store.
    private const int PausesPerReading = 4;

    /// <summary>The interval between refreshes in seconds, 1 to 3600.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int IntervalSec { get; set; } = 2;

    /// <summary>The number of refreshes. By default, q or Ctrl+C ends the command.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = int.MaxValue;

    /// <summary>Returns a line for each refresh. This is the default in a pipeline, or if the output is redirected.</summary>
    [Parameter]
    public SwitchParameter AsLine { get; set; }

    private bool IsScreen => !AsLine && MyInvocation.PipelineLength == 1 && Host.UI is { SupportsVirtualTerminal: true, RawUI: not null } && !Console.IsOutputRedirected;

    private protected override void Query()
    {
        // The end of a piped row is that of its result.
        if (IsUntilGiven)
        {
            throw new TokenDashboardException(
                ErrorCode.RangeInvalid, "Watch-TokenUsage shows live usage, so its time range has no end. Use -Since or -Last, or neither for today.", target: Until);
        }
        var query = new LiveUsageQuery(Stores, Filter, TimeZone) { Prices = Prices() };
        using (LiveScreen? screen = IsScreen ? new LiveScreen(Host.UI, string.Join(", ", Stores.Select(store => store.Source ?? store.Name))) : null)
        {
            for (int reading = 1; ; reading++)
            {
                var watch = Stopwatch.StartNew();
                LiveUsage usage = query.Read(DateTimeOffset.UtcNow);
                TimeSpan took = watch.Elapsed;
                if (screen is null)
                    WriteObject(LiveScreen.Line(usage, TimeZone));
                else
                    screen.Show(usage, TimeZone);
                TimeSpan pause = TimeSpan.FromSeconds(IntervalSec);
                if (reading == Count || !Wait(pause > took * PausesPerReading ? pause : took * PausesPerReading, screen is not null))
                    break;
            }
        }
        WarnAbout(query.Unreadable, isEmpty: false);
    }

    // False if the user ends the command.
    private bool Wait(TimeSpan pause, bool hasKeys)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < pause;)
        {
            while (hasKeys && IsKeyAvailable())
            {
                if (Host.UI.RawUI.ReadKey(ReadKeyOptions.NoEcho | ReadKeyOptions.IncludeKeyDown).Character is 'q' or 'Q' or '\u001b')
                    return false;
            }
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
            // Input is redirected: there are no keys, and Ctrl+C still ends the command.
            return false;
        }
    }
}
