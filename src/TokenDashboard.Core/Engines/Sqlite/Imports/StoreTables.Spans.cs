using TokenDashboard.Import.Records;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>
/// Traces that are split across files. For an incomplete span, the span above it and the tokens below it are recorded. In any order of
/// files, a request that repeats the tokens of others is therefore detected as soon as the last of them is imported.
/// </summary>
internal sealed partial class StoreTables
{
    // How many hours before a request the request around it may have begun to be found.
    private const int LongestCall = 24;

    // More tokens than any request has. An event belongs to the same request as its span, whatever tokens it has.
    private const long CountedByEvent = long.MaxValue;

    /// <summary>
    /// Records that tokens are below a span, and therefore below all spans above it. Imported rows of these spans are withdrawn, but requests
    /// only if they have the same tokens.
    /// </summary>
    private void NoteTokensBelow(UInt128 id, long tokens, long hour, ref ImportOutcome outcome)
    {
        for (UInt128? next = id; next is { } span;)
        {
            StoredSpan stored = FindSpan(span);
            if (stored.TokensBelow >= Math.Max(1, tokens))
                return;
            PutSpan(span, stored with { TokensBelow = Math.Max(1, tokens) });
            if ((stored.Key is { } key ? TakeOut(key) : TakeOutCall(span, tokens, hour)) is { } withdrawn)
            {
                outcome.Withdrawn++;
                outcome.WithdrawnTokens += withdrawn;
            }
            next = stored.Parent;
        }
    }

    /// <summary>Withdraws a request whose own key is its span, if it has as many tokens as the spans below it.</summary>
    private long? TakeOutCall(UInt128 span, long tokens, long hour) =>
        FindCall(span, hour) is { RowId: { } id, Key: var key } && TokensOf(id) == tokens ? TakeOut(key) : null;

    /// <summary>The stored request whose own key is its span, and which began shortly before.</summary>
    private StoredKey? FindCall(UInt128 span, long hour)
    {
        for (long began = hour; began > Math.Max(0, hour - LongestCall); began--)
        {
            if (Find(new ImportKey(began, span)) is { } call)
                return call;
        }
        return null;
    }

    /// <summary>Whether earlier imports contain an event in a request, or spans below it with the same number of tokens, that describe the same call.</summary>
    private bool IsTracedBelow(in ImportRow row) => FindSpan(row.Span).TokensBelow is > 0 and long tokens && (tokens == row.CountedTokens || tokens == CountedByEvent);

    /// <summary>Records the span above a span without tokens.</summary>
    private void NoteLink(UInt128 id, UInt128 parent, ref ImportOutcome outcome)
    {
        StoredSpan stored = FindSpan(id);
        PutSpan(id, stored with { Parent = parent });
        if (stored.TokensBelow > 0)
            NoteTokensBelow(parent, stored.TokensBelow, 0, ref outcome);
    }

    /// <summary>Records the request of a span, to withdraw it if tokens below the span are found; false if it is already recorded.</summary>
    private bool NoteParent(UInt128 id, ImportKey key)
    {
        StoredSpan stored = FindSpan(id);
        if (stored.TokensBelow == 0)
            PutSpan(id, stored with { Key = key });
        return stored.TokensBelow == 0;
    }

    private StoredSpan FindSpan(UInt128 id)
    {
        // Called for each of millions of spans.
        NativeStatement find = connection.Statement($"SELECT parent, hour, hash, tokens_below FROM {ImportSchema.Spans} WHERE id = ?1");
        find.BindCopy(1, id);
        _ = connection.TryRead(find, row => new StoredSpan(
            row.Blob(0) is { Length: > 0 } parent ? Hash(parent) : null,
            row.Blob(2) is { Length: > 0 } hash ? new ImportKey(row.Integer(1), Hash(hash)) : null,
            row.Integer(3)), out StoredSpan stored);
        return stored;
    }

    /// <summary>Stores the data about a span.</summary>
    public void PutSpan(UInt128 id, StoredSpan span) => connection.Run(
        $"INSERT OR REPLACE INTO {ImportSchema.Spans} VALUES (?1, ?2, ?3, ?4, ?5)", id, span.Parent, span.Key?.Hour, span.Key?.Hash, span.TokensBelow);
}
