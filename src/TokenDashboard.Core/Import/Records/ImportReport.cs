namespace TokenDashboard.Import.Records;

/// <summary>What became of one file, or of a folder. Every request read is imported, updated, a duplicate, an aggregate or from before a removal.</summary>
public sealed class ImportReport
{
    private const int UnreadableShown = 10;

    // There are commas in reasons and notes.
    private const string Separator = "; ";

    private readonly List<UnreadableLine> _unreadable = [];
    private readonly SortedDictionary<ImportColumn, long> _unknown = [];
    private readonly List<string> _notes = [];
    private readonly List<ImportReport> _files = [];

    internal ImportReport(string path, string database, bool whatIf) => (Path, Database, WhatIf) = (path, database, whatIf);

    /// <summary>The file or the folder, or <c>-</c> for standard input.</summary>
    public string Path { get; }

    /// <summary>Full path of the store.</summary>
    public string Database { get; }

    /// <summary>The format the file was read as; <see cref="ImportFormat.Auto"/> where none was recognised, or files of a folder have several.</summary>
    public ImportFormat Format { get; internal set; }

    /// <summary>Whether nothing was written: the numbers say what an import would do.</summary>
    public bool WhatIf { get; }

    /// <summary>Requests found.</summary>
    public long Read { get; internal set; }

    /// <summary>Those of them whose token counts are all 0.</summary>
    public long WithoutTokens { get; private set; }

    /// <summary>Requests that are new in the store.</summary>
    public long Imported => Outcome.Imported;

    /// <summary>Requests that took the place of a less complete copy of themselves imported before.</summary>
    public long Updated => Outcome.Updated;

    /// <summary>Requests the store has already, or that stood earlier in the file.</summary>
    public long Duplicates => Outcome.Duplicates;

    /// <summary>
    /// Requests omitted because they may be among those that Remove-TokenUsage removed before the first import into the store, of which only
    /// rollups are left.
    /// </summary>
    public long BeforeRemoval => Outcome.BeforeRemoval;

    /// <summary>Spans of agents, chains and workflows omitted because they repeat the tokens of spans below them.</summary>
    public long Aggregates => Outcome.Aggregates;

    /// <summary>Tokens of the spans omitted.</summary>
    public long AggregateTokens => Outcome.AggregateTokens;

    /// <summary>
    /// Such spans of files imported before that were removed from the store, because only this file has the spans below them.
    /// </summary>
    public long Withdrawn => Outcome.Withdrawn;

    /// <summary>Tokens of the spans removed.</summary>
    public long WithdrawnTokens => Outcome.WithdrawnTokens;

    /// <summary>Tokens the store has more for the requests imported or updated, counted as everywhere: the total, or prompt + completion where that is 0.</summary>
    public long ImportedTokens => Outcome.Tokens;

    /// <summary>Lines that could not be read.</summary>
    public long Unreadable { get; private set; }

    /// <summary>The first ten of them.</summary>
    public TextList<UnreadableLine> UnreadableLines => new(_unreadable, Separator);

    /// <summary>
    /// Values that were not what their column needs and became unknown, by column: costs in words, durations below zero. Their requests
    /// count.
    /// </summary>
    public ValueCounts UnknownValues => new(_unknown.ToDictionary(entry => ImportColumns.Name(entry.Key), entry => entry.Value));

    /// <summary>What was assumed where the file does not say it.</summary>
    public TextList<string> Notes => new(_notes, Separator);

    /// <summary>Why nothing was imported, or null: then the command gives an error and not this report.</summary>
    public string? Problem { get; private set; }

    /// <summary>The ErrorId of <see cref="Problem"/>.</summary>
    public ErrorCode? ProblemCode { get; private set; }

    /// <summary>Of a folder, the reports of its files; none for a file.</summary>
    public TextList<ImportReport> Files => new(_files, Separator);

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

    /// <summary>What became of the requests that are written.</summary>
    internal ImportOutcome Outcome { get; set; }

    /// <summary>Lines, rows or objects looked at.</summary>
    internal long Lines { get; set; }

    /// <summary>The path.</summary>
    public override string ToString() => Path;

    /// <summary>Sums up the reports of a folder's files.</summary>
    internal void AddFiles(IReadOnlyList<ImportReport> files)
    {
        _files.AddRange(files);
        foreach (ImportReport file in files)
        {
            Outcome += file.Outcome;
            (Read, WithoutTokens, Unreadable) = (Read + file.Read, WithoutTokens + file.WithoutTokens, Unreadable + file.Unreadable);
            (Bytes, Duration) = (Bytes + file.Bytes, Duration + file.Duration);
            _unreadable.AddRange(file._unreadable.Take(UnreadableShown - _unreadable.Count));
            foreach ((ImportColumn column, long count) in file._unknown)
                CountUnknown(column, count);
            _notes.AddRange(file._notes.Select(note => $"{System.IO.Path.GetFileName(file.Path)}: {note}"));
            Incomplete |= file.Incomplete;
            FirstRequest = FirstRequest <= file.FirstRequest ? FirstRequest : file.FirstRequest ?? FirstRequest;
            LastRequest = LastRequest >= file.LastRequest ? LastRequest : file.LastRequest ?? LastRequest;
            LongestLock = file.LongestLock > LongestLock ? file.LongestLock : LongestLock;
        }
        ImportFormat[] formats = [.. files.Where(file => file.Read > 0).Select(file => file.Format).Distinct()];
        Format = formats is [var only] ? only : ImportFormat.Auto;
        if (files.All(file => file.ProblemCode is not null))
            Fail(ErrorCode.ImportNothingFound, files.Count == 0 ? $"'{Path}' has no files." : $"'{Path}' has no requests in any of its {files.Count} files. The first: {files[0].Problem}");
    }

    internal void Fail(ErrorCode code, string message) => (ProblemCode, Problem) = (code, message);

    internal void Note(long count, string what)
    {
        if (count > 0)
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: {count:N0}."));
    }

    internal void CountUnknown(ImportColumn column, long count = 1) => _unknown[column] = _unknown.GetValueOrDefault(column) + count;

    internal void CountRead(long utcTicks, long tokens)
    {
        Read++;
        WithoutTokens += tokens == 0 ? 1 : 0;
        var time = new DateTimeOffset(utcTicks, TimeSpan.Zero);
        FirstRequest = FirstRequest is { } first && first <= time ? first : time;
        LastRequest = LastRequest is { } last && last >= time ? last : time;
    }

    internal void CountUnreadable(long lineNumber, string reason)
    {
        Unreadable++;
        if (_unreadable.Count < UnreadableShown)
            _unreadable.Add(new UnreadableLine(lineNumber, reason));
    }
}
