using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace TokenDashboard.Import.Records;

/// <summary>A piece of a batch's text, seen from where the row's text begins.</summary>
internal readonly record struct TextSlice(int Offset, int Length);

/// <summary>One text of each column of texts.</summary>
[InlineArray((int)ImportColumns.LastText + 1)]
internal struct TextSlices
{
    private TextSlice _first;
}

/// <summary>What a row is.</summary>
internal enum ImportRole : byte
{
    /// <summary>A request.</summary>
    Request,

    /// <summary>A request that repeats the tokens of others where spans below it have any, which those in other files may.</summary>
    Parent,

    /// <summary>A request in a trace, which is one of two traces of one call where spans below it in other files have the same tokens.</summary>
    Call,

    /// <summary>
    /// A request that an event tells, of which a program may have several in <see cref="ImportRow.Parent"/>, the span it stands in; where
    /// that is a request itself, they are one.
    /// </summary>
    Event,

    /// <summary>A request to be omitted, and removed where an earlier import, which did not know better, brought it in.</summary>
    Aggregate,

    /// <summary>
    /// No request: spans below <see cref="ImportRow.Span"/>, which the file does not have, carry tokens; <see cref="ImportRow.TotalTokens"/>
    /// in those nearest, of which the first began in the hour of <see cref="ImportRow.Key"/>.
    /// </summary>
    TokensBelow,

    /// <summary>No request: <see cref="ImportRow.Span"/>, which carries no tokens, is below <see cref="ImportRow.Parent"/>.</summary>
    Link,
}

/// <summary>One request on its way into the store. It holds no reference, so a batch is two arrays and a row can be put aside as bytes.</summary>
internal struct ImportRow
{
    /// <summary>Stands for a value the source does not have.</summary>
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
    public double Cost;
    public ImportKey Key;

    /// <summary>Of two rows with one key the greater rank stays, compared byte by byte; without a rank, the first.</summary>
    public TextSlice Rank;

    public ImportRole Role;

    /// <summary>Of a span: a hash of its ids, and of those of a span above it.</summary>
    public UInt128 Span;
    public UInt128 Parent;

    /// <summary>Where the file ends without ending the row's line, which may so be the beginning of a longer one; null for all others.</summary>
    public ImportTail? Tail;

    /// <summary>What an earlier import took this row for, when the file ended within its line.</summary>
    public ImportKey? Replaced;

    private TextSlices _texts;

    public ImportRow()
    {
        DurationMs = double.NaN;
        Cost = double.NaN;
        PolicyPassed = true;
        CachedTokens = CacheWriteTokens = ReasoningTokens = None;
    }

    /// <summary>The text of a column of texts.</summary>
    [UnscopedRef]
    public ref TextSlice Text(ImportColumn column) => ref _texts[(int)column];

    public readonly TextSlice TextOf(ImportColumn column) => _texts[(int)column];

    public readonly bool HasDetail => CachedTokens >= 0 || CacheWriteTokens >= 0 || ReasoningTokens >= 0 || !double.IsNaN(Cost);

    public readonly long CountedTokens => TotalTokens == 0 ? PromptTokens + CompletionTokens : TotalTokens;

    /// <summary>The stored time loses what is below a microsecond; so must everything derived from it.</summary>
    public readonly long StoredTicks => UtcTicks - (UtcTicks % TimeSpan.TicksPerMicrosecond);
}

/// <summary>Where a file ended without ending its last line: how many records were before, and a hash of them, and one of the line.</summary>
internal readonly record struct ImportTail(long Position, UInt128 Before, UInt128 Line);
