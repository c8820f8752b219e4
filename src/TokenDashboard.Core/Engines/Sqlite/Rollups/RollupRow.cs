using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>A row of the rollups, as it was read.</summary>
internal sealed class RollupRow : UsageRow
{
    private RollupGroup _group = null!;
    private byte[] _histograms = [];
    private int _durationsLength;
    private int _sizesLength;

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

    /// <summary>Copies the row a statement stands on; its histograms are decoded when they are asked for.</summary>
    public void Load(NativeStatement statement, RollupGroup group)
    {
        (Level, Start, _group) = ((RollupLevel)statement.Integer(0), statement.Integer(1), group);
        UtcTicks = RollupLevels.TicksOf(Start);
        int column = 3;
        foreach (Measure measure in Measures.All)
        {
            if (measure.IsReal)
            {
                Values.Reals[measure.Index] = statement.Real(column++);
            }
            else
            {
                Values[measure] = statement.Integer(column++);
            }
        }
        _durationsLength = Copy(statement.Text(column), 0);
        _sizesLength = Copy(statement.Text(column + 1), _durationsLength);
    }

    public void AddDurationsTo(Histogram histogram) => histogram.AddStored(_histograms.AsSpan(0, _durationsLength));

    public void AddSizesTo(Histogram histogram) => histogram.AddStored(_histograms.AsSpan(_durationsLength, _sizesLength));

    /// <summary>A copy of all that is counted.</summary>
    public UsageAccumulator ToAccumulator()
    {
        var usage = new UsageAccumulator();
        usage.Add(this);
        return usage;
    }

    private int Copy(ReadOnlySpan<byte> text, int used)
    {
        if (_histograms.Length < used + text.Length)
        {
            Array.Resize(ref _histograms, (used + text.Length) * 2);
        }
        text.CopyTo(_histograms.AsSpan(used));
        return text.Length;
    }
}
