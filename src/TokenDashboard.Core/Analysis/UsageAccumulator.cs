using TokenDashboard.Store;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Analysis;

/// <summary>Sums up requests one by one.</summary>
internal sealed class UsageAccumulator
{
    private readonly List<double> _durations = [];
    private bool _sorted;

    public long Requests { get; private set; }

    public long PromptTokens { get; private set; }

    public long CompletionTokens { get; private set; }

    public long TotalTokens { get; private set; }

    public long PolicyFailures { get; private set; }

    public long BrokenStreams { get; private set; }

    /// <summary>Time of the first request in UTC ticks; meaningless without requests.</summary>
    public long FirstTicks { get; private set; } = long.MaxValue;

    /// <summary>Time of the last request in UTC ticks; meaningless without requests.</summary>
    public long LastTicks { get; private set; }

    public double DurationSum { get; private set; }

    /// <summary>Null without a duration.</summary>
    public double? MeanDuration => _durations.Count == 0 ? null : DurationSum / _durations.Count;

    /// <summary>Sums the requests of a filter by a key, in one pass.</summary>
    public static (Dictionary<TKey, UsageAccumulator> Groups, UnreadableReport Unreadable) Sum<TKey>(
        TokenStore store, RequestFilter filter, RequestText texts, Func<RequestRow, TKey> keyOf)
        where TKey : notnull
    {
        var groups = new Dictionary<TKey, UsageAccumulator>();
        using var scanner = new RequestScanner(store, filter, texts);
        scanner.ReadAll(row =>
        {
            TKey key = keyOf(row);
            if (!groups.TryGetValue(key, out UsageAccumulator? usage))
            {
                groups.Add(key, usage = new UsageAccumulator());
            }
            usage.Add(row);
        });
        return (groups, scanner.Unreadable);
    }

    public void Add(RequestRow row)
    {
        Requests++;
        PromptTokens += row.PromptTokens;
        CompletionTokens += row.CompletionTokens;
        TotalTokens += row.TotalTokens;
        PolicyFailures += row.PolicyFailed ? 1 : 0;
        BrokenStreams += row.BrokenStream ? 1 : 0;
        FirstTicks = Math.Min(FirstTicks, row.UtcTicks);
        LastTicks = Math.Max(LastTicks, row.UtcTicks);
        if (!double.IsNaN(row.DurationMs))
        {
            _durations.Add(row.DurationMs);
            DurationSum += row.DurationMs;
            _sorted = false;
        }
    }

    /// <summary>
    /// The smallest duration that at least the given part of the requests did not exceed (nearest-rank method), so always one that
    /// occurred; null without a duration.
    /// </summary>
    /// <param name="part">0 to 1.</param>
    public double? Percentile(double part)
    {
        if (_durations.Count == 0)
        {
            return null;
        }
        if (!_sorted)
        {
            _durations.Sort();
            _sorted = true;
        }
        return _durations[Math.Clamp((int)Math.Ceiling(part * _durations.Count) - 1, 0, _durations.Count - 1)];
    }
}
