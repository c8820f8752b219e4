using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace TokenDashboard.Import.Records;

/// <summary>A part of a batch's text, relative to the start of the row's text.</summary>
internal readonly record struct TextSlice(int Offset, int Length);

/// <summary>One text for each text column.</summary>
[InlineArray((int)ImportColumns.LastText + 1)]
internal struct TextSlices
{
    private TextSlice _first;
}

/// <summary>The role of a row.</summary>
internal enum ImportRole : byte
{
    /// <summary>A request.</summary>
    Request,

    /// <summary>A request that repeats the tokens of the spans below it, if any of them has tokens. These spans can be in other files.</summary>
    Parent,

    /// <summary>A request in a trace. If spans below it in other files have the same tokens, it is one of two traces of the same call.</summary>
    Call,

    /// <summary>
    /// A request that an event describes. A program can write several events in <see cref="ImportRow.Parent"/>, their span. If
    /// the span itself is a request, span and event are one request.
    /// </summary>
    Event,

    /// <summary>A request to omit, and to remove if an earlier import stored it.</summary>
    Aggregate,

    /// <summary>
    /// Not a request: spans below <see cref="ImportRow.Span"/>, which is not in the file, have tokens. <see cref="ImportRow.TotalTokens"/>
    /// contains the tokens of the nearest of them, the first of which began in the hour of <see cref="ImportRow.Key"/>.
    /// </summary>
    TokensBelow,

    /// <summary>Not a request: <see cref="ImportRow.Span"/>, which has no tokens, is below <see cref="ImportRow.Parent"/>.</summary>
    Link,
}

/// <summary>One request to be stored. It contains no references, so a batch consists of two arrays, and a row can be stored as bytes.</summary>
internal struct ImportRow
{
    /// <summary>The value of a number that the source does not contain.</summary>
    public const long None = -1;

    public int TextStart;
    public long UtcTicks;
    public long PromptTokens;
    public long CompletionTokens;
    public long TotalTokens;
    public double DurationMs;
    public bool PolicyPassed;
    public long CachedTokens;
    public long CacheWriteTokens;
    public long ReasoningTokens;
    public long HourCacheWriteTokens;
    public double Cost;
    public ImportKey Key;

    /// <summary>Of two rows with the same key, the one with the greater rank is kept, compared byte by byte. Without a rank, the first row is kept.</summary>
    public TextSlice Rank;

    public ImportRole Role;

    /// <summary>A hash of the ids of a span, and of the span above it.</summary>
    public UInt128 Span;
    public UInt128 Parent;

    /// <summary>Set if the file ends without ending the row's line, which may be the beginning of a longer line; otherwise null.</summary>
    public ImportTail? Tail;

    /// <summary>The key that an earlier import gave to this row, when the file ended within its line, or when the row could still change.</summary>
    public ImportKey? Replaced;

    /// <summary>Whether later rows with the key <see cref="Replaced"/> are duplicates of this row.</summary>
    public bool KeepsReplaced;

    private TextSlices _texts;

    public ImportRow()
    {
        DurationMs = double.NaN;
        Cost = double.NaN;
        PolicyPassed = true;
        CachedTokens = CacheWriteTokens = ReasoningTokens = HourCacheWriteTokens = None;
    }

    /// <summary>The text of a text column.</summary>
    [UnscopedRef]
    public ref TextSlice Text(ImportColumn column) => ref _texts[(int)column];

    public readonly TextSlice TextOf(ImportColumn column) => _texts[(int)column];

    public readonly bool HasDetail => CachedTokens >= 0 || CacheWriteTokens >= 0 || ReasoningTokens >= 0 || HourCacheWriteTokens >= 0 || !double.IsNaN(Cost);

    public readonly long CountedTokens => TotalTokens == 0 ? PromptTokens + CompletionTokens : TotalTokens;

    /// <summary>Stored times have microseconds. All values derived from them must also be truncated.</summary>
    public readonly long StoredTicks => UtcTicks - (UtcTicks % TimeSpan.TicksPerMicrosecond);
}

/// <summary>The end of a file within its last line: the number of records before it, a hash of these records, and a hash of the line.</summary>
internal readonly record struct ImportTail(long Position, UInt128 Before, UInt128 Line);
