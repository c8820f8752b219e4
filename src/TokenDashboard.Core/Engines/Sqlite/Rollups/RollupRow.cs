using System.Buffers;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>
/// Rows of the rollups, copied out of the store into a few arrays, and the one of them that is looked at. So thousands of rows are read
/// while the lock is held, and nothing is allocated for each; histograms are decoded when they are asked for.
/// </summary>
internal sealed class RollupRow : UsageRow, IDisposable
{
    // The places of the measures that are read, integers before fractions.
    private readonly int[] _integers;
    private readonly int[] _reals;
    private readonly bool _hasSizes;
    private readonly List<(RollupLevel Level, long Start, RollupGroup Group, int Durations, int Sizes, int End)> _rows = [];
    private long[] _numbers = [];
    private byte[] _histograms = [];
    private int _row;

    /// <param name="measures">The measures to read, others are as of no request; null for all of them and the histograms of sizes.</param>
    public RollupRow(Measure[]? measures = null)
    {
        _hasSizes = measures is null;
        Measure[] read = [.. (measures ?? Measures.All).OrderBy(measure => measure.IsReal)];
        _integers = [.. read.Where(measure => !measure.IsReal).Select(measure => measure.Index)];
        _reals = [.. read.Where(measure => measure.IsReal).Select(measure => measure.Index)];
        Columns = string.Join(", ", ["level", "start", "group_id", .. read.Select(measure => measure.Name), "durations", _hasSizes ? "sizes" : "NULL"]);
    }

    /// <summary>What a statement selects so that this class can read it.</summary>
    public string Columns { get; }

    /// <summary>How many rows are copied.</summary>
    public int Count => _rows.Count;

    /// <summary>How much memory the copies take, roughly.</summary>
    public long Bytes => Count == 0 ? 0 : ((long)Count * Numbers * sizeof(long)) + _rows[^1].End;

    public RollupLevel Level => _rows[_row].Level;

    public long Start => _rows[_row].Start;

    public RollupKey Key => new(Level, Start, Group);

    public override bool IsRollup => true;

    public override string User => Group.User;

    public override string Model => Group.Model;

    public override string Provider => Group.Provider;

    public override string RequestType => Group.RequestType;

    public override string Transaction => "";

    public override int InputClass => Group.InputClass;

    private RollupGroup Group => _rows[_row].Group;

    private int Numbers => _integers.Length + _reals.Length;

    /// <summary>Forgets the rows that were copied.</summary>
    public void Clear() => _rows.Clear();

    /// <summary>Copies the row a statement stands on, in the place of those copied before, and looks at it.</summary>
    public void Load(NativeStatement statement, RollupGroup group)
    {
        Clear();
        Copy(statement, group);
        LookAt(0);
    }

    /// <summary>Copies the row a statement stands on.</summary>
    public void Copy(NativeStatement statement, RollupGroup group)
    {
        int column = 3;
        Reserve(ref _numbers, _rows.Count * Numbers, Numbers);
        Span<long> numbers = _numbers.AsSpan(_rows.Count * Numbers, Numbers);
        for (int i = 0; i < _integers.Length; i++)
            numbers[i] = statement.Integer(column++);
        for (int i = _integers.Length; i < numbers.Length; i++)
            numbers[i] = BitConverter.DoubleToInt64Bits(statement.Real(column++));
        int durations = _rows.Count == 0 ? 0 : _rows[^1].End;
        int sizes = Append(statement.Text(column), durations);
        int end = _hasSizes ? Append(statement.Text(column + 1), sizes) : sizes;
        _rows.Add(((RollupLevel)statement.Integer(0), statement.Integer(1), group, durations, sizes, end));
    }

    /// <summary>Looks at one of the rows.</summary>
    public void LookAt(int row)
    {
        _row = row;
        UtcTicks = RollupLevels.TicksOf(Start);
        ReadOnlySpan<long> numbers = _numbers.AsSpan(row * Numbers, Numbers);
        (long[] integers, double[] reals) = (Values.Integers, Values.Reals);
        for (int i = 0; i < _integers.Length; i++)
            integers[_integers[i]] = numbers[i];
        for (int i = 0; i < _reals.Length; i++)
            reals[_reals[i]] = BitConverter.Int64BitsToDouble(numbers[_integers.Length + i]);
    }

    public override void AddDurationsTo(UsageAccumulator usage) => usage.Durations.AddStored(_histograms.AsSpan(_rows[_row].Durations.._rows[_row].Sizes));

    public override void AddSizesTo(UsageAccumulator usage) => usage.Sizes.AddStored(_histograms.AsSpan(_rows[_row].Sizes.._rows[_row].End));

    /// <summary>A copy of all that is counted.</summary>
    public UsageAccumulator ToAccumulator()
    {
        var usage = new UsageAccumulator();
        usage.Add(this);
        return usage;
    }

    /// <summary>Gives the memory back, for the next query.</summary>
    public void Dispose()
    {
        ArrayPool<long>.Shared.Return(_numbers);
        ArrayPool<byte>.Shared.Return(_histograms);
        (_numbers, _histograms) = ([], []);
        Clear();
    }

    private static void Reserve<T>(ref T[] array, int used, int more)
    {
        if (array.Length < used + more)
        {
            T[] larger = ArrayPool<T>.Shared.Rent((used + more) * 2);
            array.AsSpan(0, used).CopyTo(larger);
            ArrayPool<T>.Shared.Return(array);
            array = larger;
        }
    }

    private int Append(ReadOnlySpan<byte> text, int used)
    {
        Reserve(ref _histograms, used, text.Length);
        text.CopyTo(_histograms.AsSpan(used));
        return used + text.Length;
    }
}
