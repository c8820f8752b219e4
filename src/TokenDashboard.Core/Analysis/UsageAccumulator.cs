using TokenDashboard.Store;
using TokenDashboard.Store.Rollups;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Analysis;

/// <summary>Sums up requests one by one.</summary>
internal sealed class UsageAccumulator
{
    private readonly List<double> _durations = [];
    private bool _sorted;
    private DurationHistogram? _histogram;
    private double _longest;

    public long Requests { get; private set; }

    public long PromptTokens { get; private set; }

    public long CompletionTokens { get; private set; }

    public long TotalTokens { get; private set; }

    public long PolicyFailures { get; private set; }

    public long InterruptedStreams { get; private set; }

    /// <summary>Time of the first request in UTC ticks; meaningless without requests.</summary>
    public long FirstTicks { get; private set; } = long.MaxValue;

    /// <summary>Time of the last request in UTC ticks; meaningless without requests.</summary>
    public long LastTicks { get; private set; }

    public double DurationSum { get; private set; }

    /// <summary>Requests that have a duration.</summary>
    public long TimedRequests { get; private set; }

    /// <summary>Whether percentiles are durations that occurred, or were read from histograms and may be 1 % off.</summary>
    public bool PercentilesExact => _histogram is null;

    /// <summary>Null without a duration.</summary>
    public double? MeanDuration => TimedRequests == 0 ? null : DurationSum / TimedRequests;

    /// <summary>Sums the requests of a filter by a key, from the rollups where the store has them and they can answer.</summary>
    /// <param name="store">The open store.</param>
    /// <param name="filter">Which requests.</param>
    /// <param name="texts">The names the key is made of.</param>
    /// <param name="boundaryAfter">Where the key depends on time, the first instant after a given one at which it may change, in UTC ticks.</param>
    /// <param name="keyOf">The key of a request, or of a sum that lies between two boundaries.</param>
    public static (Dictionary<TKey, UsageAccumulator> Groups, UnreadableReport Unreadable) Sum<TKey>(
        TokenStore store, RequestFilter filter, RequestText texts, Func<long, long>? boundaryAfter, Func<UsageRow, TKey> keyOf)
        where TKey : notnull
    {
        var groups = new Dictionary<TKey, UsageAccumulator>();
        UsageAccumulator GroupOf(UsageRow row)
        {
            TKey key = keyOf(row);
            if (!groups.TryGetValue(key, out UsageAccumulator? usage))
            {
                groups.Add(key, usage = new UsageAccumulator());
            }
            return usage;
        }
        UnreadableReport unreadable = RollupReader.Read(
            store, new RollupQuestion(filter, texts, boundaryAfter, CountsRemoved: true), groups.Clear, sum => GroupOf(sum).Add(sum), row => GroupOf(row).Add(row));
        return (groups, unreadable);
    }

    public void Add(RequestRow row)
    {
        Requests++;
        PromptTokens += row.PromptTokens;
        CompletionTokens += row.CompletionTokens;
        TotalTokens += row.TotalTokens;
        PolicyFailures += row.PolicyFailed ? 1 : 0;
        InterruptedStreams += row.InterruptedStream ? 1 : 0;
        FirstTicks = Math.Min(FirstTicks, row.UtcTicks);
        LastTicks = Math.Max(LastTicks, row.UtcTicks);
        if (!double.IsNaN(row.DurationMs))
        {
            TimedRequests++;
            DurationSum += row.DurationMs;
            _longest = Math.Max(_longest, row.DurationMs);
            _durations.Add(row.DurationMs);
            _sorted = false;
        }
    }

    public void Add(RollupRow sum)
    {
        Requests += sum.Requests;
        PromptTokens += sum.PromptTokens;
        CompletionTokens += sum.CompletionTokens;
        TotalTokens += sum.TotalTokens;
        PolicyFailures += sum.PolicyFailures;
        InterruptedStreams += sum.InterruptedStreams;
        FirstTicks = Math.Min(FirstTicks, sum.FirstTicks);
        LastTicks = Math.Max(LastTicks, sum.LastTicks);
        if (sum.TimedRequests > 0)
        {
            TimedRequests += sum.TimedRequests;
            DurationSum += sum.DurationSum;
            _longest = Math.Max(_longest, sum.DurationMax);
            sum.AddDurationsTo(_histogram ??= new DurationHistogram());
        }
    }

    /// <summary>
    /// The smallest duration that at least the given part of the requests did not exceed (nearest-rank method); null without a duration.
    /// </summary>
    /// <param name="part">0 to 1.</param>
    public double? Percentile(double part)
    {
        if (TimedRequests == 0)
        {
            return null;
        }
        long rank = Math.Clamp((long)Math.Ceiling(part * TimedRequests), 1, TimedRequests);
        if (rank == TimedRequests)
        {
            return _longest;
        }
        if (_histogram is not null)
        {
            foreach (double duration in _durations)
            {
                _histogram.Add(duration);
            }
            _durations.Clear();
            return Math.Min(_histogram.ValueAt(rank), _longest);
        }
        if (!_sorted)
        {
            _durations.Sort();
            _sorted = true;
        }
        return _durations[(int)rank - 1];
    }
}
