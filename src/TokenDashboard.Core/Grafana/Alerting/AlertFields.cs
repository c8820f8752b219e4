using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Input;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>The fields of a definition of an alert rule: those of any definition, and lengths of time.</summary>
internal sealed class AlertFields(IEnumerable<KeyValuePair<string, object?>> fields, IReadOnlyList<string> known)
    : DefinitionFields(fields, known)
{
    internal TimeSpan? Length(string name, TimeSpan shortest, TimeSpan longest, int step = 1)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }
        TimeSpan? length = value as TimeSpan? ?? (value is string text ? AlertLength.Parse(text.Trim()) : null);
        if (length is null || length < shortest || length > longest || length.Value.Ticks % (step * TimeSpan.TicksPerSecond) != 0)
        {
            Fault(
                name,
                $"is '{Scalar(value)}'; it must be a length of time from {AlertLength.Format(shortest)} to {AlertLength.Format(longest)}, such as 90s, 5m, 1h30m or 7d"
                    + (step > 1 ? $", and a multiple of {step} seconds" : ""));
            return null;
        }
        return length;
    }
}
