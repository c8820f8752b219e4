namespace TokenDashboard.Store.Rollups;

/// <summary>The row of the rollups a running statement stands on.</summary>
internal sealed class RollupRow : UsageRow
{
    private RollupGroup _group = null!;
    private NativeStatement _statement;

    /// <summary>What a statement selects so that this class can read it.</summary>
    public const string Columns = "start, group_id, " + RollupSchema.SumColumns;

    public long Start { get; private set; }

    public RollupGroup Group => _group;

    public long Requests => _statement.Integer(2);

    public long PromptTokens => _statement.Integer(3);

    public long CompletionTokens => _statement.Integer(4);

    public long TotalTokens => _statement.Integer(5);

    public long PolicyFailures => _statement.Integer(6);

    public long InterruptedStreams => _statement.Integer(7);

    /// <summary>Requests that have a duration.</summary>
    public long TimedRequests => _statement.Integer(8);

    public double DurationSum => _statement.Real(9);

    public double DurationMax => _statement.Real(10);

    public long FirstTicks => _statement.Integer(11);

    public long LastTicks => _statement.Integer(12);

    public override string User => _group.User;

    public override string Model => _group.Model;

    public override string Provider => _group.Provider;

    public override string RequestType => _group.RequestType;

    public override string Transaction => "";

    public void Load(NativeStatement statement, RollupGroup group)
    {
        (_statement, _group) = (statement, group);
        Start = statement.Integer(0);
        UtcTicks = RollupLevels.TicksOf(Start);
    }

    /// <summary>Adds the durations to a histogram.</summary>
    public void AddDurationsTo(DurationHistogram histogram) => histogram.AddStored(_statement.Text(13));

    /// <summary>A copy of the sums.</summary>
    public RollupSums ToSums()
    {
        var sums = new RollupSums
        {
            Requests = Requests,
            PromptTokens = PromptTokens,
            CompletionTokens = CompletionTokens,
            TotalTokens = TotalTokens,
            PolicyFailures = PolicyFailures,
            InterruptedStreams = InterruptedStreams,
            DurationSum = DurationSum,
            DurationMax = DurationMax,
            FirstTicks = FirstTicks,
            LastTicks = LastTicks,
        };
        AddDurationsTo(sums.Durations);
        return sums;
    }
}
