using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>A row of the rollups: the one a running statement stands on, or a copy.</summary>
internal sealed class RollupRow : UsageRow
{
    private static readonly int FirstText = 3 + Measures.All.Count;

    private RollupGroup _group = null!;
    private NativeStatement _statement;
    private ReadOnlyMemory<byte>? _durations;

    /// <summary>What a statement selects so that this class can read it.</summary>
    public static string Columns { get; } = $"level, start, group_id, {RollupSchema.SumColumns}";

    public RollupLevel Level { get; private set; }

    public long Start { get; private set; }

    public RollupKey Key => new(Level, Start, _group);

    public override string User => _group.User;

    public override string Model => _group.Model;

    public override string Provider => _group.Provider;

    public override string RequestType => _group.RequestType;

    public override string Transaction => "";

    /// <summary>The stored histogram of durations.</summary>
    public ReadOnlySpan<byte> Durations => _durations is { } copy ? copy.Span : _statement.Text(FirstText);

    /// <summary>Reads the row a statement stands on; histograms are read when they are asked for.</summary>
    public void Load(NativeStatement statement, RollupGroup group)
    {
        (_statement, _durations) = (statement, null);
        Place((RollupLevel)statement.Integer(0), statement.Integer(1), group);
        for (int i = 0; i < Measures.All.Count; i++)
        {
            Measure measure = Measures.All[i];
            if (measure.IsReal)
            {
                Values.Reals[measure.Index] = statement.Real(3 + i);
            }
            else
            {
                Values[measure] = statement.Integer(3 + i);
            }
        }
    }

    /// <summary>Becomes a copy of another row, without its histogram of sizes.</summary>
    public void Load(RollupLevel level, long start, RollupGroup group, ReadOnlySpan<long> integers, ReadOnlySpan<double> reals, ReadOnlyMemory<byte> durations)
    {
        Place(level, start, group);
        integers.CopyTo(Values.Integers);
        reals.CopyTo(Values.Reals);
        _durations = durations;
    }

    public void AddDurationsTo(Histogram histogram) => histogram.AddStored(Durations);

    public void AddSizesTo(Histogram histogram) => histogram.AddStored(_statement.Text(FirstText + 1));

    /// <summary>A copy of all that is counted.</summary>
    public UsageAccumulator ToAccumulator()
    {
        var usage = new UsageAccumulator();
        usage.Add(this);
        return usage;
    }

    private void Place(RollupLevel level, long start, RollupGroup group)
    {
        (Level, Start, _group) = (level, start, group);
        UtcTicks = RollupLevels.TicksOf(start);
    }
}
