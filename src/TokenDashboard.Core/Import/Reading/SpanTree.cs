using System.Globalization;
using System.Text;
using TokenDashboard.Engines.Sqlite.Imports;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Spans of traces, in any order. A span repeats the tokens of spans below it where it stands for many requests (agents, chains,
/// workflows, tools, or no kind at all) and any below it carry tokens, or where it is a request and those below carry the same tokens or take
/// all of its time: then one call was traced twice. That is known only when the file has ended, so all with tokens are put aside until then. A trace may be cut
/// apart by a collector that begins a new file, or come from several, so what a file leaves open is noted.
/// </summary>
internal sealed class SpanTree(ImportSink sink)
{
    private const string Source = "otlp";

    /// <summary>Remembers a span without tokens.</summary>
    public void AddLink(string? trace, string? span, string? parent, bool isStep)
    {
        if (!sink.KeepNested)
            sink.Scratch.AddSpan(Id(trace, span), Parent(trace, span, parent), isStep, default, null);
    }

    /// <summary>Takes a span with tokens, trace and id.</summary>
    /// <param name="values">What it says, its ids included.</param>
    /// <param name="isRequest">Whether it is a request by its kind.</param>
    /// <param name="isStep">Whether it is an event in a span: the ids are those of the span, which repeats its tokens.</param>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Add(RequestValues values, bool isRequest, bool isStep)
    {
        string? trace = values[ImportColumn.TraceId] = values[ImportColumn.TraceId]?.ToLowerInvariant();
        string? span = values[ImportColumn.SpanId] = values[ImportColumn.SpanId]?.ToLowerInvariant();
        string? parent = values[ImportColumn.ParentSpanId] = values[ImportColumn.ParentSpanId]?.ToLowerInvariant();
        ImportRow row = sink.NewRow();
        if (values.Fill(sink, ref row) is { } reason)
            return reason;
        if (values[ImportColumn.Id] is { } id)
            row.Key = ImportKeys.OfOwnId(Source, Encoding.UTF8.GetBytes(id));
        else
            values.TryKey(sink, Source, in row, out row.Key);
        if (sink.KeepNested)
        {
            sink.Add(ref row);
            return null;
        }
        row.Span = Id(trace, isStep ? string.Create(CultureInfo.InvariantCulture, $"{span} event {row.UtcTicks} {row.PromptTokens} {row.CompletionTokens}") : span);
        row.Parent = isStep ? Id(trace, span) : Parent(trace, span, parent);
        if (isStep && values[ImportColumn.Id] is null)
            row.Key = row.Key with { Hash = row.Span };
        var tokens = new SpanTokens(isRequest, isStep, row.CountedTokens - row.CompletionTokens, row.CompletionTokens,
            Math.Max(0, row.CachedTokens) + Math.Max(0, row.CacheWriteTokens), row.Key.Hour, row.DurationMs);
        sink.Scratch.AddSpan(row.Span, row.Parent, isStep: false, tokens, sink.Batch.Pack(in row));
        return null;
    }

    /// <summary>Decides about all spans of the file.</summary>
    public void Decide()
    {
        if (sink.KeepNested)
            return;
        sink.Scratch.EndSpans();
        foreach ((UInt128 span, long tokens, long hour) in sink.Scratch.UnknownSpansAboveTokens())
            sink.AddNote(ImportRole.TokensBelow, span, tokens: tokens, hour: hour);
        foreach ((UInt128 span, UInt128 above) in sink.Scratch.LinksToOtherFiles())
            sink.AddNote(ImportRole.Link, span, above);
        long repeated = 0, different = 0, longAs = 0;
        foreach ((byte[] packed, bool isRequest, bool isEvent, SpanVerdict verdict) in sink.Scratch.HeldRows())
        {
            ImportRow row = sink.Batch.Unpack(packed);
            row.Role = verdict is SpanVerdict.RepeatsThoseBelow or SpanVerdict.LastsAsThoseBelow ? ImportRole.Aggregate
                : isEvent && row.Key.Hash == row.Span ? ImportRole.Event : isRequest ? ImportRole.Call : ImportRole.Parent;
            repeated += isRequest && verdict == SpanVerdict.RepeatsThoseBelow ? 1 : 0;
            longAs += verdict == SpanVerdict.LastsAsThoseBelow ? 1 : 0;
            different += verdict == SpanVerdict.DiffersFromThoseBelow ? 1 : 0;
            sink.Add(ref row);
        }
        sink.Report.Note(repeated, "Requests with the same tokens as those below them, taken for the same calls traced twice and omitted (-KeepNested counts all)");
        sink.Report.Note(longAs, "Requests with other tokens than those below them, which take all of their time: those below were taken to be right, and these omitted (-KeepNested counts all)");
        sink.Report.Note(different, "Requests that have others with different tokens below them; all were taken for calls of their own");
    }

    // What has no parent is its own, and so below nothing.
    private static UInt128 Parent(string? trace, string? span, string? parent) => Id(trace, string.IsNullOrEmpty(parent) ? span : parent);

    private static UInt128 Id(string? trace, string? span) => ImportKeys.OfIds(Encoding.UTF8.GetBytes(trace ?? ""), Encoding.UTF8.GetBytes(span ?? ""));
}
