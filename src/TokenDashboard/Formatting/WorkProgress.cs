using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;

namespace TokenDashboard.Formatting;

/// <summary>The progress bar of work of which is known how much there is.</summary>
internal sealed class WorkProgress(Cmdlet cmdlet, string activity) : IDisposable
{
    // A bar that comes and goes within a second says nothing to anybody.
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _next = First;
    private bool _shown;

    /// <summary>Shows how much is done.</summary>
    /// <param name="done">How much.</param>
    /// <param name="all">Of how much.</param>
    /// <param name="unit">Of what.</param>
    public void Show(long done, long all, string unit)
    {
        TimeSpan elapsed = _watch.Elapsed;
        if (elapsed < _next)
        {
            return;
        }
        _next = elapsed + Interval;
        _shown = true;
        double part = all > 0 ? Math.Clamp((double)done / all, 0, 1) : 0;
        cmdlet.WriteProgress(new ProgressRecord(0, activity, string.Create(CultureInfo.CurrentCulture, $"{done:N0} of {all:N0} {unit}"))
        {
            PercentComplete = (int)(100 * part),
            SecondsRemaining = part > 0 ? (int)Math.Min(int.MaxValue, elapsed.TotalSeconds * (1 - part) / part) : -1,
        });
    }

    public void Dispose()
    {
        if (_shown)
        {
            _shown = false;
            cmdlet.WriteProgress(new ProgressRecord(0, activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }
}
