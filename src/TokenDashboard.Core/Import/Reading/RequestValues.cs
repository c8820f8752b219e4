using TokenDashboard.Import.Records;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Reading;

/// <summary>The values of one request in a source, as text by column; null for missing values.</summary>
internal sealed class RequestValues(ImportSink sink)
{
    private readonly string?[] _values = new string?[Enum.GetValues<ImportColumn>().Length];

    /// <summary>Whether the source's prompt tokens are known to exclude tokens read from and written to the cache.</summary>
    public bool CacheIsExcluded { get; set; }

    /// <summary>Whether the source's completion tokens are known to exclude reasoning tokens.</summary>
    public bool ReasoningIsExcluded { get; set; }

    /// <summary>Whether any other copy of the request takes precedence.</summary>
    public bool IsLesserCopy { get; set; }

    /// <summary>The service tier of the request, as the provider calls it; null if unknown.</summary>
    public string? ServiceTier { get; set; }

    /// <summary>The role in a trace: a call of a model, a parent of calls, or an event in a call.</summary>
    public ImportRole Role { get; set; }

    /// <summary>Whether a mark for a missing value is ordinary text, in sources that have no such marks.</summary>
    public bool IsVerbatim { get; init; }

    /// <summary>Whether a comma without a point is a decimal separator.</summary>
    public bool CommaIsPoint { get; set; }

    /// <summary>Whether a point can be a thousands separator.</summary>
    public bool MayHaveThousands { get; set; }

    /// <summary>Requests for which only the numbers show whether prompt tokens exclude the cache: they do if the cached tokens are more.</summary>
    public (long CacheExcluded, long CacheIncluded) Guessed { get; private set; }

    public string? this[ImportColumn column]
    {
        get => _values[(int)column];
        set => _values[(int)column] = string.IsNullOrWhiteSpace(value) || (!IsVerbatim && ValueText.IsNull(value)) ? null : value;
    }

    public bool HasTokens => this[PromptTokens] is not null || this[CompletionTokens] is not null || this[TotalTokens] is not null;

    public void Clear()
    {
        Array.Clear(_values);
        (CacheIsExcluded, ReasoningIsExcluded, IsLesserCopy, ServiceTier, Role) = (false, false, false, null, ImportRole.Call);
    }

    public void Set(ImportColumn column, long number) => _values[(int)column] = number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Adds tokens that a source reports separately from a column.</summary>
    public void Add(ImportColumn column, string? more)
    {
        if (ValueText.TryCount(this[column], out long count) && ValueText.TryCount(more, out long added) && added > 0)
            Set(column, count + added);
    }

    /// <summary>
    /// Creates a row from the values. Only an invalid time or token count makes a request unreadable. Any other invalid value
    /// becomes unknown, and is counted.
    /// </summary>
    /// <returns>The problem, or null.</returns>
    public string? Fill(ref ImportRow row)
    {
        string? reason = Time(ref row)
            ?? Tokens(PromptTokens, ref row.PromptTokens)
            ?? Tokens(CompletionTokens, ref row.CompletionTokens)
            ?? Tokens(TotalTokens, ref row.TotalTokens)
            ?? (HasTokens ? null : "no token count");
        if (reason is not null)
            return reason;
        (row.CachedTokens, row.CacheWriteTokens, row.ReasoningTokens, row.HourCacheWriteTokens) =
            (Part(CachedTokens), Part(CacheWriteTokens), Part(ReasoningTokens), Part(HourCacheWriteTokens));
        Include(ref row);
        if (row.PromptTokens > ValueLimits.MaxTokens || row.CompletionTokens > ValueLimits.MaxTokens)
            return "more tokens than 10^12";
        Duration(ref row);
        row.Cost = Number(Cost, ValueLimits.MaxCost);
        row.PolicyPassed = this[Success] is not { } success || !Known(Success, ValueText.TryVerdict(success, out bool passed)) || passed;
        this[Model] = Pricing.ServiceTier.NameOf(this[Model], ServiceTier);
        this[Provider] ??= this[Model] is { } model ? sink.ProviderOf?.Invoke(model) : null;
        for (ImportColumn column = 0; column <= ImportColumns.LastText; column++)
            Known(column, this[column] is not { } text || sink.TryText(text, out row.Text(column)));
        return null;
    }

    /// <summary>
    /// In all of this module, prompt tokens include tokens read from and written to the cache, and completion tokens include reasoning
    /// tokens. If a part is larger than its whole, or the total only matches the sum of both, the source excludes the part. Otherwise, the
    /// properties of the source decide.
    /// </summary>
    private void Include(ref ImportRow row)
    {
        // If there is only a total, it has no parts that could be excluded.
        bool hasParts = this[PromptTokens] is not null || this[CompletionTokens] is not null;
        long cached = hasParts ? Math.Max(0, row.CachedTokens) : 0, written = hasParts ? Math.Max(0, row.CacheWriteTokens) : 0, reasoning = hasParts ? Math.Max(0, row.ReasoningTokens) : 0;
        long prompt = row.PromptTokens, completion = row.CompletionTokens, total = row.TotalTokens;
        bool cacheExcluded = CacheIsExcluded || cached + written > prompt, reasoningExcluded = ReasoningIsExcluded || reasoning > completion;
        bool isKnown = CacheIsExcluded || cached + written == 0;
        (bool Cached, bool Written, bool Reasoning) excluded = (cacheExcluded, cacheExcluded, reasoningExcluded);
        if (total > 0 && cached + written + reasoning > 0)
        {
            (bool, bool, bool)[] together =
                [excluded, (!cacheExcluded, !cacheExcluded, reasoningExcluded), (cacheExcluded, cacheExcluded, !reasoningExcluded), (!cacheExcluded, !cacheExcluded, !reasoningExcluded)];
            (bool Cached, bool Written, bool Reasoning)[] fits = [.. together.Where(Fits).Take(1)];
            if (fits.Length == 0 && cached > 0 && written > 0)
            {
                // LiteLLM's input can include only one part of the cache. This is certain if the total matches in only one way.
                bool[] reasoningToo = reasoning > 0 ? [reasoningExcluded, !reasoningExcluded] : [reasoningExcluded];
                fits = [.. reasoningToo.SelectMany(too => ((bool, bool, bool)[])[(true, false, too), (false, true, too)]).Where(Fits)];
            }
            // A total without the cache proves nothing. Many programs compute it as the sum of their two numbers.
            if (fits is [var only])
                (excluded, isKnown) = (only, isKnown || only.Cached || only.Written);
        }
        if (!isKnown)
            Guessed = cacheExcluded ? Guessed with { CacheExcluded = Guessed.CacheExcluded + 1 } : Guessed with { CacheIncluded = Guessed.CacheIncluded + 1 };
        long toPrompt = (excluded.Cached ? cached : 0) + (excluded.Written ? written : 0), toCompletion = excluded.Reasoning ? reasoning : 0;
        if (toPrompt + toCompletion > 0)
        {
            row.PromptTokens += toPrompt;
            row.CompletionTokens += toCompletion;
            row.TotalTokens = total > 0 ? Math.Max(total, row.PromptTokens + row.CompletionTokens) : total;
        }
        if (this[TotalTokens] is null)
            row.TotalTokens = row.PromptTokens + row.CompletionTokens;
        if (this[InterruptedStream] is { } interrupted && ValueText.TryVerdict(interrupted, out bool isTrue) && isTrue)
            row.TotalTokens = 0;

        bool Fits((bool Cached, bool Written, bool Reasoning) too)
        {
            long included = (too.Cached ? 0 : cached) + (too.Written ? 0 : written);
            return included <= prompt && (too.Reasoning || reasoning <= completion)
                && total == prompt + completion + cached + written - included + (too.Reasoning ? reasoning : 0);
        }
    }

    private string? Time(ref ImportRow row) =>
        this[Timestamp] is not { } timestamp ? "no time"
        : ValueText.TryTime(timestamp, out row.UtcTicks, sink.DayFirst, sink.TimeZone) ? null
        : $"'{ValueText.Shorten(timestamp)}' is not a time between the years 2000 and 2199";

    // A duration that queries would treat as invalid is not stored. Clocks can be set back during a call.
    private void Duration(ref ImportRow row)
    {
        row.DurationMs = Number(DurationMs, ValueLimits.MaxDurationMs);
        if (this[DurationMs] is not null || this[EndTime] is not { } end)
            return;
        // Times in nanoseconds are not rounded.
        double duration = IsNanoseconds(this[Timestamp], out long from) && IsNanoseconds(end, out long to) ? (to - from) / 1e6
            : Known(EndTime, ValueText.TryTime(end, out long endTicks, sink.DayFirst, sink.TimeZone)) ? (double)(endTicks - row.UtcTicks) / TimeSpan.TicksPerMillisecond : double.NaN;
        if (!double.IsNaN(duration))
            row.DurationMs = Known(DurationMs, duration is >= 0 and <= ValueLimits.MaxDurationMs) ? duration : double.NaN;
    }

    private static bool IsNanoseconds(string? text, out long time) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out time) && time >= ValueText.Nanoseconds;

    private string? Tokens(ImportColumn column, ref long tokens) =>
        TryCount(column, out tokens) ? null : $"'{ValueText.Shorten(this[column]!)}' is not a token count ({ImportColumns.Name(column)})";

    private long Part(ImportColumn column) => this[column] is not null && Known(column, TryCount(column, out long count)) ? count : ImportRow.None;

    // 1.000 can mean one or a thousand.
    private bool TryCount(ImportColumn column, out long count) => ValueText.TryCount(this[column], out count) && !(CommaIsPoint && this[column] is [.., '.', _, _, _]);

    private double Number(ImportColumn column, double most)
    {
        string? text = ValueText.WithPoint(this[column], CommaIsPoint);
        double number = double.NaN;
        // 1.250 can mean a number a thousand times as large.
        bool isReadable = !(MayHaveThousands && this[column] is { } written && ValueText.MayBeThousands(written)) || sink.HasPoints.Value;
        bool isKnown = text is null || (isReadable && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && number >= 0 && number <= most);
        return Known(column, isKnown) ? number : double.NaN;
    }

    /// <summary>Returns whether the value of a column is known, and counts it if not.</summary>
    public bool Known(ImportColumn column, bool known)
    {
        if (!known)
            sink.Report.CountUnknown(column);
        return known;
    }
}
