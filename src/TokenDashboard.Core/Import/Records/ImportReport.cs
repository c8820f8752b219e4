using TokenDashboard.Import.Records;

namespace TokenDashboard;

/// <summary>The result of importing a file or a folder. Every request read is imported, updated, a duplicate, an aggregate or from before a removal.</summary>
public sealed class ImportReport
{
    private const int UnreadableShown = 10;

    // Reasons and notes contain commas.
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

    /// <summary>The format of the file; <see cref="ImportFormat.Auto"/> if none was detected, or if the files of a folder have several.</summary>
    public ImportFormat Format { get; internal set; }

    /// <summary>Whether nothing was written. The numbers then show what an import would do.</summary>
    public bool WhatIf { get; }

    /// <summary>Requests found.</summary>
    public long Read { get; internal set; }

    /// <summary>Requests found whose token counts are all 0.</summary>
    public long WithoutTokens { get; private set; }

    /// <summary>Requests that are new in the store.</summary>
    public long Imported => Outcome.Imported;

    /// <summary>Requests that replaced a less complete copy from an earlier import.</summary>
    public long Updated => Outcome.Updated;

    /// <summary>Requests that the store already contains, or that occurred earlier in the file.</summary>
    public long Duplicates => Outcome.Duplicates;

    /// <summary>
    /// Requests that were skipped because Remove-TokenUsage may have removed them before the first import into the store. Of removed requests, only
    /// rollups are left.
    /// </summary>
    public long BeforeRemoval => Outcome.BeforeRemoval;

    /// <summary>Spans of agents, chains and workflows omitted because they repeat the tokens of spans below them.</summary>
    public long Aggregates => Outcome.Aggregates;

    /// <summary>Tokens of the omitted spans.</summary>
    public long AggregateTokens => Outcome.AggregateTokens;

    /// <summary>
    /// Spans that earlier imports stored and this import removed from the store, because only this file contains the spans below them.
    /// </summary>
    public long Withdrawn => Outcome.Withdrawn;

    /// <summary>Tokens of the removed spans.</summary>
    public long WithdrawnTokens => Outcome.WithdrawnTokens;

    /// <summary>The increase of the store's tokens by imported and updated requests. A total of 0 counts as prompt + completion.</summary>
    public long ImportedTokens => Outcome.Tokens;

    /// <summary>Lines that could not be read.</summary>
    public long Unreadable { get; private set; }

    /// <summary>The first ten unreadable lines.</summary>
    public TextList<UnreadableLine> UnreadableLines => new(_unreadable, Separator);

    /// <summary>
    /// Invalid values that became unknown, by column, such as costs in words or durations below zero. Their requests
    /// are imported.
    /// </summary>
    public ValueCounts UnknownValues => new(_unknown.ToDictionary(entry => ImportColumns.Name(entry.Key), entry => entry.Value));

    /// <summary>Assumptions about facts that the file does not contain.</summary>
    public TextList<string> Notes => new(_notes, Separator);

    /// <summary>Why nothing was imported, or null. For a single file, the command then returns an error instead of this report.</summary>
    public string? Problem { get; private set; }

    /// <summary>The ErrorId of <see cref="Problem"/>.</summary>
    public ErrorCode? ProblemCode { get; private set; }

    /// <summary>The reports of a folder's files; none for a file.</summary>
    public TextList<ImportReport> Files => new(_files, Separator);

    /// <summary>Whether the file ends within a line, or its compressed data is truncated. When the file is complete, another import adds the rest.</summary>
    public bool Incomplete { get; internal set; }

    /// <summary>Time of the first request read; null without requests.</summary>
    public DateTimeOffset? FirstRequest { get; private set; }

    /// <summary>Time of the last request read; null without requests.</summary>
    public DateTimeOffset? LastRequest { get; private set; }

    /// <summary>Bytes read from the file in its stored form, compressed or not.</summary>
    public long Bytes { get; internal set; }

    /// <summary>The duration of the import.</summary>
    public TimeSpan Duration { get; internal set; }

    /// <summary>Bytes read per second.</summary>
    public double BytesPerSecond => Duration > TimeSpan.Zero ? Bytes / Duration.TotalSeconds : 0;

    /// <summary>The longest time for which one transaction locked the store for other writers.</summary>
    public TimeSpan LongestLock { get; internal set; }

    /// <summary>The results of the requests that were written.</summary>
    internal ImportOutcome Outcome { get; set; }

    /// <summary>Lines, rows or objects read.</summary>
    internal long Lines { get; set; }

    /// <summary>The path.</summary>
    public override string ToString() => Path;

    /// <summary>Adds up the reports of a folder's files.</summary>
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
            Fail(ErrorCode.ImportNothingFound, files.Count == 0 ? $"'{Path}' contains no files." : $"'{Path}' has no requests in any of its {files.Count} files. The first: {files[0].Problem}");
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
