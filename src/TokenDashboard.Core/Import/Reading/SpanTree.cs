using TokenDashboard.Engines.Sqlite.Imports;
using TokenDashboard.Import.Records;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Spans of traces, in any order. A span repeats the tokens of spans below it where it stands for many requests (agents, chains,
/// workflows, tools, or no kind at all) and any below it carry tokens, or where it is a request and those below carry the same tokens or take
/// all of its time: then one call was traced twice. That is known only when the file has ended, so all with tokens are put aside until then. A trace may be cut
/// apart by a collector that begins a new file, or come from several, so what a file leaves open is noted.
/// </summary>
internal sealed class SpanTree(ImportSink sink, string source)
{
    /// <summary>Remembers a span without tokens, perhaps a step of a program that calls models.</summary>
    public void AddLink(RequestValues values, bool isStep) => sink.Scratch.AddSpan(Id(values, SpanId), Parent(values), isStep, default, null);

    /// <summary>Takes a span with tokens, trace and id, or an event in one: its ids are those of the span, which repeats its tokens.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Add(RequestValues values)
    {
        ImportRow row = sink.NewRow();
        if (values.Fill(ref row) is { } reason)
            return reason;
        row.Key = sink.KeyOf(in row, source, values[ImportColumn.Id])!.Value;
        bool isEvent = values.Role == ImportRole.Event;
        row.Role = values.Role;
        row.Span = Id(values, SpanId, isEvent ? string.Create(CultureInfo.InvariantCulture, $" event {row.UtcTicks} {row.PromptTokens} {row.CompletionTokens}") : "");
        row.Parent = isEvent ? Id(values, SpanId) : Parent(values);
        if (isEvent && values[ImportColumn.Id] is null)
            row.Key = row.Key with { Hash = row.Span };
        var tokens = new SpanTokens(row.Role != ImportRole.Parent, isEvent, row.CountedTokens - row.CompletionTokens, row.CompletionTokens,
            Math.Max(0, row.CachedTokens) + Math.Max(0, row.CacheWriteTokens), row.Key.Hour, row.DurationMs);
        sink.Scratch.AddSpan(row.Span, row.Parent, isStep: false, tokens, sink.Batch.Pack(in row));
        return null;
    }

    public void Decide()
    {
        sink.Scratch.EndSpans();
        foreach ((UInt128 span, long tokens, long hour) in sink.Scratch.UnknownSpansAboveTokens())
            sink.AddNote(ImportRole.TokensBelow, span, tokens: tokens, hour: hour);
        foreach ((UInt128 span, UInt128 above) in sink.Scratch.LinksToOtherFiles())
            sink.AddNote(ImportRole.Link, span, above);
        long repeated = 0, different = 0, longAs = 0;
        foreach ((byte[] packed, bool isEvent, SpanVerdict verdict) in sink.Scratch.HeldRows())
        {
            ImportRow row = sink.Batch.Unpack(packed);
            repeated += row.Role != ImportRole.Parent && verdict == SpanVerdict.RepeatsThoseBelow ? 1 : 0;
            if (verdict is SpanVerdict.RepeatsThoseBelow or SpanVerdict.LastsAsThoseBelow)
                row.Role = ImportRole.Aggregate;
            else if (row.Role == ImportRole.Event && !(isEvent && row.Key.Hash == row.Span))
                row.Role = ImportRole.Call;
            longAs += verdict == SpanVerdict.LastsAsThoseBelow ? 1 : 0;
            different += verdict == SpanVerdict.DiffersFromThoseBelow ? 1 : 0;
            sink.Add(ref row);
        }
        sink.Report.Note(repeated, "Requests with the same tokens as those below them, taken for the same calls traced twice and omitted (-KeepNested counts all)");
        sink.Report.Note(longAs, "Requests with other tokens than those below them, which take all of their time: those below were taken to be right, and these omitted (-KeepNested counts all)");
        sink.Report.Note(different, "Requests that have others with different tokens below them; all were taken for calls of their own");
    }

    // What has no parent is its own, and so below nothing.
    private static UInt128 Parent(RequestValues values) => Id(values, values[ParentSpanId] is null ? SpanId : ParentSpanId);

    private static UInt128 Id(RequestValues values, ImportColumn span, string suffix = "") =>
        ImportKey.HashOfIds(Encoding.UTF8.GetBytes(values[TraceId] ?? ""), Encoding.UTF8.GetBytes(values[span] + suffix));
}
