namespace TokenDashboard.Store.Rollups;

/// <summary>The sums of one row of the rollups.</summary>
internal sealed class RollupSums
{
    public long Requests { get; set; }

    public long PromptTokens { get; set; }

    public long CompletionTokens { get; set; }

    public long TotalTokens { get; set; }

    public long PolicyFailures { get; set; }

    public long InterruptedStreams { get; set; }

    public double DurationSum { get; set; }

    /// <summary>The longest duration in milliseconds; 0 without one.</summary>
    public double DurationMax { get; set; }

    /// <summary>Time of the first request in UTC ticks.</summary>
    public long FirstTicks { get; set; } = long.MaxValue;

    /// <summary>Time of the last request in UTC ticks.</summary>
    public long LastTicks { get; set; } = long.MinValue;

    /// <summary>The durations of the requests that have one.</summary>
    public DurationHistogram Durations { get; } = new();

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
            DurationSum += row.DurationMs;
            DurationMax = Math.Max(DurationMax, row.DurationMs);
            Durations.Add(row.DurationMs);
        }
    }

    public void Add(RollupSums other)
    {
        Requests += other.Requests;
        PromptTokens += other.PromptTokens;
        CompletionTokens += other.CompletionTokens;
        TotalTokens += other.TotalTokens;
        PolicyFailures += other.PolicyFailures;
        InterruptedStreams += other.InterruptedStreams;
        DurationSum += other.DurationSum;
        DurationMax = Math.Max(DurationMax, other.DurationMax);
        FirstTicks = Math.Min(FirstTicks, other.FirstTicks);
        LastTicks = Math.Max(LastTicks, other.LastTicks);
        Durations.Add(other.Durations);
    }
}
