using System.Buffers;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>
/// Rows of the rollups, copied from the store to a few arrays, with a current row. Thousands of rows are read
/// while the lock is held, without an allocation for each. Histograms are decoded on access.
/// </summary>
internal sealed class RollupRow : UsageRow, IDisposable
{
    // The indexes of the measures to read, integers before fractions.
    private readonly int[] _integers;
    private readonly int[] _reals;
    private readonly bool _hasSizes;
    private readonly List<(RollupKey Key, int Durations, int Sizes, int End)> _rows = [];
    private long[] _numbers = [];
    private byte[] _histograms = [];
    private int _row;

    /// <param name="measures">The measures to read. All others have the values of no requests. Null for all measures and the histograms of sizes.</param>
    public RollupRow(Measure[]? measures = null)
    {
        _hasSizes = measures is null;
        Measure[] read = [.. (measures ?? Measures.All).OrderBy(measure => measure.IsReal)];
        _integers = [.. read.Where(measure => !measure.IsReal).Select(measure => measure.Index)];
        _reals = [.. read.Where(measure => measure.IsReal).Select(measure => measure.Index)];
        Columns = string.Join(", ", ["level", "start", "group_id", .. read.Select(measure => measure.Name), "durations", _hasSizes ? "sizes" : "NULL"]);
    }

    /// <summary>The columns that a statement must select.</summary>
    public string Columns { get; }

    public int Count => _rows.Count;

    /// <summary>The approximate memory of the copies.</summary>
    public long Bytes => Count == 0 ? 0 : ((long)Count * Numbers * sizeof(long)) + _rows[^1].End;

    public RollupKey Key => _rows[_row].Key;

    public override bool IsRollup => true;

    public override int InputClass => Group.InputClass;

    private RollupGroup Group => Key.Group;

    private int Numbers => _integers.Length + _reals.Length;

    public override string NameOf(RequestText name) => name switch
    {
        RequestText.User => Group.User,
        RequestText.Model => Group.Model,
        RequestText.Provider => Group.Provider,
        RequestText.RequestType => Group.RequestType,
        _ => "",
    };

    public void Clear() => _rows.Clear();

    /// <summary>Discards the copied rows, copies the current row of a statement, and selects it.</summary>
    public RollupRow Load(NativeStatement statement, RollupGroup group)
    {
        Clear();
        Copy(statement, group);
        LookAt(0);
        return this;
    }

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
        _rows.Add((new RollupKey((RollupLevel)statement.Integer(0), statement.Integer(1), group), durations, sizes, end));
    }

    /// <summary>Selects a copied row.</summary>
    public void LookAt(int row)
    {
        _row = row;
        UtcTicks = RollupLevels.TicksOf(Key.Start);
        ReadOnlySpan<long> numbers = _numbers.AsSpan(row * Numbers, Numbers);
        Span<long> integers = Values.Integers;
        Span<double> reals = Values.Reals;
        for (int i = 0; i < _integers.Length; i++)
            integers[_integers[i]] = numbers[i];
        for (int i = 0; i < _reals.Length; i++)
            reals[_reals[i]] = BitConverter.Int64BitsToDouble(numbers[_integers.Length + i]);
    }

    public override void AddDurationsTo(UsageAccumulator usage) => usage.Durations.AddStored(_histograms.AsSpan(_rows[_row].Durations.._rows[_row].Sizes));

    public override void AddSizesTo(UsageAccumulator usage) => usage.Sizes.AddStored(_histograms.AsSpan(_rows[_row].Sizes.._rows[_row].End));

    public UsageAccumulator ToAccumulator()
    {
        var usage = new UsageAccumulator();
        usage.Add(this);
        return usage;
    }

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
