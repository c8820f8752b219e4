using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Host;
using TokenDashboard.Formatting;
using TokenDashboard.Usage.Summaries;

namespace TokenDashboard.Commands;

/// <summary>Shows usage while it is written: rates, the tokens and the cost of today, users and the newest requests.</summary>
[Cmdlet("Watch", "TokenUsage", HelpUri = HelpPage.Folder + "Watch-TokenUsage.md")]
[OutputType(typeof(string))]
public sealed class WatchTokenUsageCommand : QueryCmdlet
{
    private const int KeyPauseMs = 50;

    // Reading must never be most of what the command does, however slow a store is.
    private const int PausesPerReading = 4;

    /// <summary>How many seconds lie between two readings, 1 to 3600.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int IntervalSec { get; set; } = 2;

    /// <summary>Ends after so many readings; without it, q or Ctrl+C ends the command.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = int.MaxValue;

    /// <summary>Gives a line for each reading, as it does by itself in a pipeline and where the output is redirected.</summary>
    [Parameter]
    public SwitchParameter AsLine { get; set; }

    private bool IsScreen => !AsLine && MyInvocation.PipelineLength == 1 && Host.UI is { SupportsVirtualTerminal: true, RawUI: not null } && !Console.IsOutputRedirected;

    // Without [Parameter] it is none: there are no rows to choose from.
    /// <inheritdoc/>
    public override ulong? Top { get; set; }

    private protected override void Query()
    {
        if (Until is not null)
        {
            throw new TokenDashboardException(
                ErrorCode.RangeInvalid, "Watch-TokenUsage shows what is written from now on, so its range has no end. Give -Since or -Last, or neither for today.", target: Until);
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

    // False where the user ends the command.
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
