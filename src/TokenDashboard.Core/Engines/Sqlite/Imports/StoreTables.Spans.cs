using TokenDashboard.Import.Records;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>
/// Traces that files cut apart. Of a span that is not known whole, it is noted what is above it and whether tokens are below it, so that
/// in whatever order files come, a request that repeats the tokens of others is found out as soon as the last of them is there.
/// </summary>
internal sealed partial class StoreTables
{
    // How long before a request the one around it may have begun, in hours, to be found.
    private const int LongestCall = 24;

    // More tokens than any request has: an event tells of the span it stands in, which is the same request whatever it says itself.
    private const long ToldByEvent = long.MaxValue;

    /// <summary>
    /// Notes that tokens are below a span, and so below all that are above it; whichever of these were imported go, requests only where
    /// they carry the same tokens.
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

    /// <summary>Takes out a request whose own key is its span, where it carries as many tokens as those below it.</summary>
    private long? TakeOutCall(UInt128 span, long tokens, long hour) =>
        TryFindCall(span, hour, out ImportKey key, out long? row) && row is { } id && TokensOf(id) == tokens ? TakeOut(key) : null;

    /// <summary>Whether a request is known whose own key is its span, and which began not long before.</summary>
    private bool TryFindCall(UInt128 span, long hour, out ImportKey key, out long? row)
    {
        (key, row) = (default, null);
        for (long began = hour; began > Math.Max(0, hour - LongestCall); began--)
        {
            key = new ImportKey(began, span);
            if (Find(key, out row, out _))
                return true;
        }
        return false;
    }

    /// <summary>Whether an event in a request, or spans below it with as many tokens, of files imported before, tell of the same call.</summary>
    private bool IsTracedBelow(in ImportRow row) => FindSpan(row.Span).TokensBelow is > 0 and long tokens && (tokens == row.CountedTokens || tokens == ToldByEvent);

    /// <summary>Notes what is above a span without tokens.</summary>
    private void NoteLink(UInt128 id, UInt128 parent, ref ImportOutcome outcome)
    {
        StoredSpan stored = FindSpan(id);
        PutSpan(id, stored with { Parent = parent });
        if (stored.TokensBelow > 0)
            NoteTokensBelow(parent, stored.TokensBelow, 0, ref outcome);
    }

    /// <summary>Notes which request a span is, to take it out if tokens turn out to be below it.</summary>
    /// <returns>False where that is known already.</returns>
    private bool NoteParent(UInt128 id, ImportKey key)
    {
        StoredSpan stored = FindSpan(id);
        if (stored.TokensBelow == 0)
            PutSpan(id, stored with { Key = key });
        return stored.TokensBelow == 0;
    }

    private StoredSpan FindSpan(UInt128 id)
    {
        // Asked for each of millions of spans.
        NativeStatement find = connection.Statement($"SELECT parent, hour, hash, tokens_below FROM {ImportSchema.Spans} WHERE id = ?1");
        find.BindCopy(1, id);
        _ = connection.TryRead(find, row => new StoredSpan(
            row.Blob(0) is { Length: > 0 } parent ? Hash(parent) : null,
            row.Blob(2) is { Length: > 0 } hash ? new ImportKey(row.Integer(1), Hash(hash)) : null,
            row.Integer(3)), out StoredSpan stored);
        return stored;
    }

    /// <summary>Takes in what is noted of a span.</summary>
    public void PutSpan(UInt128 id, StoredSpan span) => connection.Run(
        $"INSERT OR REPLACE INTO {ImportSchema.Spans} VALUES (?1, ?2, ?3, ?4, ?5)", id, span.Parent, span.Key?.Hour, span.Key?.Hash, span.TokensBelow);
}
