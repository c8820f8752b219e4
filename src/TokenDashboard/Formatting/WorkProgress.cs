using System.Diagnostics;

namespace TokenDashboard.Formatting;

internal sealed class WorkProgress(Cmdlet cmdlet, string activity) : IDisposable
{
    // A bar that disappears within a second is useless.
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _next = First;
    private bool _shown;

    public string Activity { get; set; } = activity;

    /// <summary>Shows the progress. If requests were added, the count can exceed the total. Then only the count is shown.</summary>
    public void Show(long done, long all, string unit) =>
        Show(all > 0 ? Math.Clamp((double)done / all, 0, 1) : 0, _ => done <= all
            ? string.Create(CultureInfo.CurrentCulture, $"{done:N0} of {all:N0} {unit}") : string.Create(CultureInfo.CurrentCulture, $"{done:N0} {unit}"));

    /// <summary>Shows the completed fraction, 0 to 1 or null if unknown, and a text.</summary>
    public void Show(double? part, Func<TimeSpan, string> status)
    {
        TimeSpan elapsed = _watch.Elapsed;
        if (elapsed < _next)
            return;
        _next = elapsed + Interval;
        _shown = true;
        cmdlet.WriteProgress(new ProgressRecord(0, Activity, status(elapsed))
        {
            PercentComplete = part is { } known ? (int)(100 * known) : -1,
            SecondsRemaining = part is > 0 and double begun ? (int)Math.Min(int.MaxValue, elapsed.TotalSeconds * (1 - begun) / begun) : -1,
        });
    }

    public void Dispose()
    {
        if (_shown)
        {
            _shown = false;
            cmdlet.WriteProgress(new ProgressRecord(0, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }
}
