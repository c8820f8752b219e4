using System.Numerics;
using SQLitePCL;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>
/// The current row of a running statement, which can select the details of imported requests. The rules for unreadable values are those
/// of <see cref="TelemetrySql"/>. They are applied here because SQLite is slower, and a test compares both.
/// </summary>
internal sealed class RequestRow(bool hasDetails = false) : UsageRow
{
    private static readonly string[] NumberColumns = ["timestamp", "prompt_tokens", "completion_tokens", "total_tokens", "duration_ms", "success"];

    private static readonly (RequestText Text, string Column)[] TextColumns =
    [
        (RequestText.User, "user_id"), (RequestText.Model, "model"), (RequestText.Provider, "provider"),
        (RequestText.RequestType, "request_type"), (RequestText.Transaction, "transaction_id"),
        (RequestText.Spans, "trace_id"), (RequestText.Spans, "span_id"), (RequestText.Spans, "parent_span_id"),
    ];

    // The parts of a part come after it, because it may be invalid.
    private static readonly (Measure Whole, Measure[] Parts)[] Wholes = [.. Measures.Parts.GroupBy(part => part.PartOf!).Select(parts => (parts.Key, parts.ToArray()))];

    private const int FirstDetail = 7;
    private static readonly int FirstText = FirstDetail + TelemetrySql.DetailColumns.Length;

    private readonly Utf8TextCache[] _texts = [new(), new(), new(), new()];
    private readonly Utf8TextCache _transaction = new(slots: 1);
    private NativeStatement _statement;
    private long _id;

    public override long Id => _id;

    public long PromptTokens => Values[Measures.PromptTokens];

    public long CompletionTokens => Values[Measures.CompletionTokens];

    public long TotalTokens => Values[Measures.TotalTokens];

    public bool PolicyFailed => Values[Measures.PolicyFailures] > 0;

    public bool InterruptedStream => Values[Measures.InterruptedStreams] > 0;

    /// <summary>Milliseconds, or NaN if the stored value is not a duration.</summary>
    public double DurationMs { get; private set; }

    public UnreadableValue Unreadable { get; private set; }

    public bool IsTimeReadable => (Unreadable & UnreadableValue.Timestamp) == 0;

    // The columns are in the order of the names. A transaction rarely occurs again after another has begun.
    public override string NameOf(RequestText name)
    {
        int text = BitOperations.Log2((uint)name);
        return name == RequestText.Source ? "" : (text < _texts.Length ? _texts[text] : _transaction).Get(_statement.Text(FirstText + text));
    }

    /// <summary>A text as UTF-8, by its index in this order: user, model, provider, request type, transaction, trace, span and parent span.</summary>
    public ReadOnlySpan<byte> Utf8(int text)
    {
        ReadOnlySpan<byte> stored = _statement.Text(FirstText + text);
        // Different invalid texts can be the same name.
        return System.Text.Unicode.Utf8.IsValid(stored) ? stored : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(stored));
    }

    public override ReadOnlySpan<byte> Utf8Of(RequestText name) => Utf8(BitOperations.Log2((uint)name));

    public override int InputClass => InputSize.ClassOf(PromptTokens);

    public override void AddDurationsTo(UsageAccumulator usage) => usage.AddDuration(DurationMs);

    public override void AddSizesTo(UsageAccumulator usage) => usage.Sizes.Add(TotalTokens);

    public string TraceId => RawText(5);

    public string SpanId => RawText(6);

    public string ParentSpanId => RawText(7);

    /// <summary>
    /// The columns that a statement must select from <see cref="TelemetrySql.Source"/>. Unused texts are omitted,
    /// because SQLite copies each text. The column numbers stay the same.
    /// </summary>
    public static string Columns(RequestText texts, bool hasDetails) => string.Join(", ", NumberColumns
        .Prepend($"{TelemetrySql.Table}.rowid")
        .Concat(TelemetrySql.DetailColumns.Select(column => hasDetails ? $"{TelemetrySql.DetailTable}.{column}" : "NULL"))
        .Concat(TextColumns.Select(text => texts.HasFlag(text.Text) ? text.Column : "NULL")));

    /// <summary>Reads the numbers of the current row. Texts are read on access.</summary>
    public void Load(NativeStatement statement)
    {
        _statement = statement;
        UnreadableValue unreadable = UnreadableValue.None;
        _id = statement.Integer(0);
        if (StoredTimestamp.TryParse(statement.Text(1), out long ticks))
            UtcTicks = ticks;
        else
            unreadable |= UnreadableValue.Timestamp;
        long prompt = Count(2, ref unreadable);
        long completion = Count(3, ref unreadable);
        bool totalMissing = statement.Type(4) == raw.SQLITE_NULL;
        long total = totalMissing ? 0 : Count(4, ref unreadable);
        bool interrupted = total == 0 && !totalMissing && (unreadable & UnreadableValue.Tokens) == 0 && completion == 0 && prompt > 0;
        total = total == 0 ? prompt + completion : total;
        DurationMs = Number(5, ValueLimits.MaxDurationMs);
        if (double.IsNaN(DurationMs))
            unreadable |= statement.Type(5) == raw.SQLITE_NULL ? UnreadableValue.MissingDuration : UnreadableValue.Duration;
        bool verdictStored = statement.Type(6) == raw.SQLITE_INTEGER && statement.Integer(6) is 0 or 1;
        Unreadable = verdictStored ? unreadable : unreadable | UnreadableValue.PolicyVerdict;

        MeasureValues values = Values;
        values[Measures.Requests] = 1;
        values[Measures.PromptTokens] = prompt;
        values[Measures.CompletionTokens] = completion;
        values[Measures.TotalTokens] = values[Measures.MaxTotalTokens] = total;
        values[Measures.OtherTokens] = Math.Max(0, total - prompt - completion);
        values[Measures.PolicyFailures] = One(verdictStored && statement.Integer(6) == 0);
        values[Measures.InterruptedStreams] = One(interrupted);
        values[Measures.FirstTicks] = values[Measures.LastTicks] = UtcTicks;
        values[Measures.TimedRequests] = One(!double.IsNaN(DurationMs));
        values.Reals[Measures.DurationMs.Index] = values.Reals[Measures.MaxDurationMs.Index] = double.IsNaN(DurationMs) ? 0 : DurationMs;
        if (Unreadable != UnreadableValue.None || values[Measures.UnreadableRequests] != 0)
        {
            // Rare. The values of the previous row stay until they are replaced.
            values[Measures.UnreadableRequests] = One((Unreadable & ~UnreadableValue.MissingDuration) != 0);
            values[Measures.UnreadableTokens] = One((Unreadable & UnreadableValue.Tokens) != 0);
            values[Measures.UnreadableDurations] = One((Unreadable & UnreadableValue.Duration) != 0);
            values[Measures.UnreadableVerdicts] = One((Unreadable & UnreadableValue.PolicyVerdict) != 0);
        }
        if (!hasDetails)
            return;
        for (int part = 0; part < Measures.Parts.Length; part++)
            LoadPart(FirstDetail + part, Measures.Parts[part]);
        foreach ((Measure whole, Measure[] parts) in Wholes)
            CheckParts(whole, parts);
        double cost = Number(FirstDetail + Measures.Parts.Length, ValueLimits.MaxCost);
        values[Measures.PricedRequests] = One(!double.IsNaN(cost));
        values.Reals[Measures.RecordedCost.Index] = double.IsNaN(cost) ? 0 : cost;
    }

    private static long One(bool condition) => condition ? 1 : 0;

    private void LoadPart(int column, Measure part)
    {
        UnreadableValue unreadable = UnreadableValue.None;
        Values[part] = Count(column, ref unreadable);
        Values[part.KnownBy!] = One(unreadable == UnreadableValue.None);
    }

    // Parts that exceed their whole are invalid, and would falsify the cost of sums.
    private void CheckParts(Measure whole, Measure[] parts)
    {
        long sum = 0;
        foreach (Measure part in parts)
            sum += Values[part];
        if (sum <= Values[whole])
            return;
        foreach (Measure part in parts)
            Values[part] = Values[part.KnownBy!] = 0;
    }

    private long Count(int column, ref UnreadableValue unreadable)
    {
        if (_statement.Type(column) == raw.SQLITE_INTEGER)
        {
            long value = _statement.Integer(column);
            if (value is >= 0 and <= ValueLimits.MaxTokens)
                return value;
        }
        unreadable |= UnreadableValue.Tokens;
        return 0;
    }

    private double Number(int column, double largest)
    {
        if (_statement.Type(column) is raw.SQLITE_FLOAT or raw.SQLITE_INTEGER && _statement.Real(column) is >= 0 and double value && value <= largest)
            return value;
        return double.NaN;
    }

    private string RawText(int text) => Encoding.UTF8.GetString(_statement.Text(FirstText + text));
}
