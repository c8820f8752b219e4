using TokenDashboard.Engines.Sqlite.Imports;
using TokenDashboard.Import.Records;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Spans of traces, in any order. A span repeats the tokens of spans below it in two cases. It represents many requests (agents, chains, workflows, tools,
/// or no kind at all) and any span below it has tokens. Or it is a request, and the spans below it have the same tokens or take all of its time, so one
/// call was traced twice. This is only known at the end of the file, so all spans with tokens are kept until then. A collector that begins a new file can
/// split a trace, and a trace can come from several collectors, so a file's undecided spans are noted.
/// </summary>
internal sealed class SpanTree(ImportSink sink, string source)
{
    /// <summary>Keeps a span without tokens, which may be a step of a program that calls models, or a call without token counts.</summary>
    public void AddLink(RequestValues values, bool isStep, bool isCall) =>
        sink.Scratch.AddSpan(Id(values, SpanId), Parent(values), isStep, default(SpanTokens) with { IsRequest = isCall }, null);

    /// <summary>Adds a span with tokens, trace and id, or an event in a span. An event has the ids of its span, and repeats its tokens.</summary>
    /// <returns>The problem, or null.</returns>
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
        foreach ((byte[] packed, bool isEvent, SpanVerdict verdict, byte[]? wrapper) in sink.Scratch.HeldRows())
        {
            ImportRow row = sink.Batch.Unpack(packed);
            repeated += row.Role != ImportRole.Parent && verdict == SpanVerdict.RepeatsThoseBelow ? 1 : 0;
            if (verdict is SpanVerdict.RepeatsThoseBelow or SpanVerdict.LastsAsThoseBelow)
                row.Role = ImportRole.Aggregate;
            else if (wrapper is not null)
                sink.Batch.Complete(ref row, wrapper);
            if (row.Role == ImportRole.Event && !(isEvent && row.Key.Hash == row.Span))
                row.Role = ImportRole.Call;
            longAs += verdict == SpanVerdict.LastsAsThoseBelow ? 1 : 0;
            different += verdict == SpanVerdict.DiffersFromThoseBelow ? 1 : 0;
            sink.Add(ref row);
        }
        sink.Report.Note(sink.Scratch.CountCallsWithoutTokens(), "Calls of models without token counts, which were omitted. Some programs write none for streams");
        sink.Report.Note(sink.Scratch.CountThoseThatLackCache(), "Requests without cached tokens, of which only spans around several requests have the sum, so their cost can be too high");
        sink.Report.Note(repeated, "Requests that were omitted as duplicate traces of the same calls, because requests below them have the same tokens (-KeepNested counts all)");
        sink.Report.Note(longAs, "Requests that were omitted because requests below them have different tokens and take all of their time, and are assumed to be correct (-KeepNested counts all)");
        sink.Report.Note(different, "Requests with other requests below them that have different tokens; all are counted as separate calls");
    }

    // A span without a parent is its own parent, so it is below no other.
    private static UInt128 Parent(RequestValues values) => Id(values, values[ParentSpanId] is null ? SpanId : ParentSpanId);

    private static UInt128 Id(RequestValues values, ImportColumn span, string suffix = "") =>
        ImportKey.HashOfIds(Encoding.UTF8.GetBytes(values[TraceId] ?? ""), Encoding.UTF8.GetBytes(values[span] + suffix));
}
