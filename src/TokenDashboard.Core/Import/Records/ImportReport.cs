namespace TokenDashboard.Import.Records;

/// <summary>What became of one file. Every request read is imported, updated, a duplicate or an aggregate.</summary>
public sealed class ImportReport
{
    private const int UnreadableShown = 10;

    private readonly List<UnreadableLine> _unreadable = [];

    internal ImportReport(string path, string database, bool whatIf) => (Path, Database, WhatIf) = (path, database, whatIf);

    /// <summary>The file, or <c>-</c> for standard input.</summary>
    public string Path { get; }

    /// <summary>Full path of the store.</summary>
    public string Database { get; }

    /// <summary>The format the file was read as; <see cref="ImportFormat.Auto"/> where none was recognised.</summary>
    public ImportFormat Format { get; internal set; }

    /// <summary>Whether nothing was written: the numbers say what an import would do.</summary>
    public bool WhatIf { get; }

    /// <summary>Requests found.</summary>
    public long Read { get; internal set; }

    /// <summary>Requests that are new in the store.</summary>
    public long Imported { get; internal set; }

    /// <summary>Requests that took the place of a less complete copy of themselves imported before.</summary>
    public long Updated { get; internal set; }

    /// <summary>Requests the store has already, or that stood earlier in the file.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Spans of agents, chains and workflows left out because they repeat the tokens of spans below them.</summary>
    public long Aggregates { get; internal set; }

    /// <summary>Tokens of the spans left out.</summary>
    public long AggregateTokens { get; internal set; }

    /// <summary>
    /// Such spans of files imported before that were taken out of the store, because only this file has the spans below them.
    /// </summary>
    public long Withdrawn { get; internal set; }

    /// <summary>Tokens of the spans taken out.</summary>
    public long WithdrawnTokens { get; internal set; }

    /// <summary>Tokens the store has more for the requests imported or updated, counted as everywhere: the total, or prompt + completion where that is 0.</summary>
    public long ImportedTokens { get; internal set; }

    /// <summary>Lines that could not be read.</summary>
    public long Unreadable { get; private set; }

    /// <summary>The first ten of them.</summary>
    public IReadOnlyList<UnreadableLine> UnreadableLines => _unreadable;

    /// <summary>Whether the file ends within a line, or its packed data ends too early. Once the file is complete, a new import takes in the rest.</summary>
    public bool Incomplete { get; internal set; }

    /// <summary>Time of the first request read, or null where there is none.</summary>
    public DateTimeOffset? FirstRequest { get; private set; }

    /// <summary>Time of the last request read, or null where there is none.</summary>
    public DateTimeOffset? LastRequest { get; private set; }

    /// <summary>Bytes read of the file as it is stored, packed or not.</summary>
    public long Bytes { get; internal set; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; internal set; }

    /// <summary>Bytes read a second.</summary>
    public double BytesPerSecond => Duration > TimeSpan.Zero ? Bytes / Duration.TotalSeconds : 0;

    /// <summary>The longest time one transaction kept the store from other writers.</summary>
    public TimeSpan LongestLock { get; internal set; }

    internal void CountRead(long utcTicks)
    {
        Read++;
        var time = new DateTimeOffset(utcTicks, TimeSpan.Zero);
        FirstRequest = FirstRequest is { } first && first <= time ? first : time;
        LastRequest = LastRequest is { } last && last >= time ? last : time;
    }

    internal void CountUnreadable(long lineNumber, string reason)
    {
        Unreadable++;
        if (_unreadable.Count < UnreadableShown)
        {
            _unreadable.Add(new UnreadableLine(lineNumber, reason));
        }
    }
}
