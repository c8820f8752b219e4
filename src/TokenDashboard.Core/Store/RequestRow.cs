using System.Text;
using SQLitePCL;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Store;

/// <summary>
/// The row a running statement stands on. The rules for values that cannot be read are those of <see cref="TelemetrySql"/>, applied
/// here because SQLite takes longer over them; a test holds the two together.
/// </summary>
internal sealed class RequestRow : UsageRow
{
    private static readonly (RequestText Text, string Column)[] TextColumns =
    [
        (RequestText.User, "user_id"), (RequestText.Model, "model"), (RequestText.Provider, "provider"),
        (RequestText.RequestType, "request_type"), (RequestText.Transaction, "transaction_id"),
        (RequestText.Spans, "trace_id"), (RequestText.Spans, "span_id"), (RequestText.Spans, "parent_span_id"),
    ];

    private const int FirstText = 7;

    private readonly Utf8TextCache[] _texts = [new(), new(), new(), new(), new()];
    private NativeStatement _statement;

    public long Id { get; private set; }

    public long PromptTokens { get; private set; }

    public long CompletionTokens { get; private set; }

    public long TotalTokens { get; private set; }

    /// <summary>Milliseconds, or NaN where the stored value is not a duration.</summary>
    public double DurationMs { get; private set; }

    public bool PolicyFailed { get; private set; }

    public bool InterruptedStream { get; private set; }

    /// <summary>Which values of this row could not be read.</summary>
    public UnreadableValue Unreadable { get; private set; }

    public bool IsTimeReadable => (Unreadable & UnreadableValue.Timestamp) == 0;

    public override string User => Text(0);

    public override string Model => Text(1);

    public override string Provider => Text(2);

    public override string RequestType => Text(3);

    public override string Transaction => Text(4);

    public string TraceId => RawText(12);

    public string SpanId => RawText(13);

    public string ParentSpanId => RawText(14);

    /// <summary>
    /// What a statement selects so that this class can read it. Texts nobody will read are left out, for SQLite copies each of them;
    /// the column numbers stay the same.
    /// </summary>
    public static string Columns(RequestText texts) =>
        "rowid, timestamp, prompt_tokens, completion_tokens, total_tokens, duration_ms, success, "
        + string.Join(", ", TextColumns.Select(text => texts.HasFlag(text.Text) ? text.Column : "NULL"));

    /// <summary>Reads the numbers of the row the statement stands on; texts are read when they are asked for.</summary>
    public void Load(NativeStatement statement)
    {
        _statement = statement;
        UnreadableValue unreadable = UnreadableValue.None;
        Id = statement.Integer(0);
        if (StoredTimestamp.TryParse(statement.Text(1), out long ticks))
        {
            UtcTicks = ticks;
        }
        else
        {
            unreadable |= UnreadableValue.Timestamp;
        }
        long prompt = Count(2, UnreadableValue.PromptTokens, ref unreadable);
        long completion = Count(3, UnreadableValue.CompletionTokens, ref unreadable);
        bool totalMissing = statement.Type(4) == raw.SQLITE_NULL;
        long total = totalMissing ? 0 : Count(4, UnreadableValue.TotalTokens, ref unreadable);
        InterruptedStream = total == 0 && !totalMissing && (unreadable & UnreadableValue.Tokens) == 0 && completion == 0 && prompt > 0;
        PromptTokens = prompt;
        CompletionTokens = completion;
        TotalTokens = total == 0 ? prompt + completion : total;

        DurationMs = double.NaN;
        int durationType = statement.Type(5);
        if (durationType is raw.SQLITE_FLOAT or raw.SQLITE_INTEGER)
        {
            double duration = statement.Real(5);
            DurationMs = duration is >= 0 and <= TelemetrySql.MaxDurationMs ? duration : double.NaN;
        }
        if (double.IsNaN(DurationMs))
        {
            unreadable |= durationType == raw.SQLITE_NULL ? UnreadableValue.MissingDuration : UnreadableValue.Duration;
        }

        bool verdictStored = statement.Type(6) == raw.SQLITE_INTEGER && statement.Integer(6) is 0 or 1;
        PolicyFailed = verdictStored && statement.Integer(6) == 0;
        Unreadable = verdictStored ? unreadable : unreadable | UnreadableValue.PolicyVerdict;
    }

    private long Count(int column, UnreadableValue kind, ref UnreadableValue unreadable)
    {
        if (_statement.Type(column) == raw.SQLITE_INTEGER)
        {
            long value = _statement.Integer(column);
            if (value is >= 0 and <= TelemetrySql.MaxTokens)
            {
                return value;
            }
        }
        unreadable |= kind;
        return 0;
    }

    private string Text(int text) => _texts[text].Get(_statement.Text(FirstText + text));

    private string RawText(int column) => Encoding.UTF8.GetString(_statement.Text(column));
}
