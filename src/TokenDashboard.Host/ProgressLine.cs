using System.Management.Automation;

namespace TokenDashboard.Host;

/// <summary>Progress as one line on standard error, on a terminal only; written over by whatever comes next.</summary>
internal sealed class ProgressLine
{
    private readonly Lock _gate = new();
    private int _length;

    public void Show(ProgressRecord record)
    {
        if (Console.IsErrorRedirected || Console.IsOutputRedirected)
        {
            return;
        }
        lock (_gate)
        {
            Clear();
            if (record.RecordType == ProgressRecordType.Completed)
            {
                return;
            }
            string percent = record.PercentComplete >= 0 ? $" {record.PercentComplete} %" : "";
            string text = $"{record.Activity}: {record.StatusDescription}{percent}".ReplaceLineEndings(" ");
            // The last column stays free, or the terminal would wrap the line and leave it behind.
            text = text[..Math.Min(text.Length, Math.Max(0, Console.WindowWidth - 1))];
            Console.Error.Write(text);
            _length = text.Length;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            if (_length > 0)
            {
                Console.Error.Write('\r' + new string(' ', _length) + '\r');
                _length = 0;
            }
        }
    }
}
