using System.Numerics;
using ClickHouse.Driver.ADO.Readers;

namespace TokenDashboard.Engines.ClickHouse.Queries;

/// <summary>A row of the result of a <see cref="ClickHouseUsage"/>.</summary>
internal sealed class ClickHouseUsageRow : UsageRow
{
    /// <summary>The names of requests and their columns, in the order of the result.</summary>
    public static readonly (RequestText Text, string Column)[] Names =
    [
        (RequestText.User, "user"), (RequestText.Model, "model"), (RequestText.Provider, "provider"),
        (RequestText.RequestType, "request_type"), (RequestText.Transaction, "transaction_id"), (RequestText.Source, "source"),
    ];

    private readonly string[] _texts = new string[IndexOf(RequestText.Source) + 1];
    private int _inputClass;
    private long _withoutCached;
    private short[] _bins = [];
    private uint[] _counts = [];

    public bool HasTime { get; private set; }

    /// <summary>The upper bound of the cost; 0 if it was not requested.</summary>
    public double HighestCost { get; private set; }

    public override int InputClass => _inputClass;

    public override long? RequestsWithoutCached => _withoutCached;

    public override bool HasDurations => _bins.Length > 0;

    public override string NameOf(RequestText name) => _texts[IndexOf(name)];

    /// <summary>Reads the next row.</summary>
    public bool Load(ClickHouseDataReader reader)
    {
        int column = 0;
        HasTime = reader.GetInt64(column++) != 0;
        _inputClass = (int)reader.GetInt64(column++);
        foreach ((RequestText text, _) in Names)
            _texts[IndexOf(text)] = reader.GetString(column++);
        for (int i = 0; i < Values.Integers.Length; i++)
            Values.Integers[i] = reader.GetInt64(column++);
        for (int i = 0; i < Values.Reals.Length; i++)
            Values.Reals[i] = reader.GetDouble(column++);
        _withoutCached = reader.GetInt64(column++);
        HighestCost = reader.GetDouble(column++);
        Values[Measures.FirstTicks] = RequestTable.TicksOf(Values[Measures.FirstTicks]);
        Values[Measures.LastTicks] = RequestTable.TicksOf(Values[Measures.LastTicks]);
        _bins = reader.GetFieldValue<short[]>(column++);
        _counts = reader.GetFieldValue<uint[]>(column);
        // The time of the first request represents the row: all its requests are in one bucket, and have the same prices.
        UtcTicks = Values[Measures.FirstTicks];
        return true;
    }

    public override void AddDurationsTo(UsageAccumulator usage)
    {
        for (int i = 0; i < _bins.Length; i++)
        {
            // A request with an unknown duration has a count of 0.
            if (_counts[i] > 0)
                usage.Durations.Add(_bins[i], _counts[i]);
        }
    }

    // Only rollups contain histograms of sizes, which this engine does not have.
    public override void AddSizesTo(UsageAccumulator usage) => throw new NotSupportedException();

    private static int IndexOf(RequestText name) => BitOperations.Log2((uint)name);
}
