using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// A file format: how it is detected and read and, if each record is one request, the names of the record's parts. <c>Needs</c> is what a file must
/// contain.
/// </summary>
internal sealed record UsageFormat(ImportFormat Name, string Needs)
{
    /// <summary>The request type of programs that only chat.</summary>
    public static readonly (ImportColumn Column, string[] Names) Chat = (ImportColumn.RequestType, ["=chat"]);

    /// <summary>Detects an object of a JSON file in this format by its names.</summary>
    public Func<Marks, bool>? IsJson { get; init; }

    /// <summary>Detects a CSV file in this format by its column names.</summary>
    public Func<Marks, bool>? IsCsv { get; init; }

    /// <summary>Reads a file; null if it contains only records.</summary>
    public Action<LineReader, ImportSink, ColumnMap?>? Reader { get; init; }

    /// <summary>The namespace of the requests' ids.</summary>
    public string Source { get; init; } = $"{Name}";

    /// <summary>The possible names of each column in a record, as paths in JSON; null if records use the names of the store's columns.</summary>
    public ColumnMap? Columns { get; init; }

    /// <inheritdoc cref="RequestValues.IsVerbatim"/>
    public bool IsVerbatim { get; init; }

    /// <inheritdoc cref="RequestValues.CacheIsExcluded"/>
    public bool CacheIsExcluded { get; init; }

    /// <inheritdoc cref="RequestValues.ReasoningIsExcluded"/>
    public bool ReasoningIsExcluded { get; init; }

    /// <summary>Whether a record is a request. Other records are skipped.</summary>
    public Func<Func<string, string?>, bool>? IsRequest { get; init; }

    public Func<Func<string, string?>, bool>? HasFailed { get; init; }

    /// <summary>Adds values that the names alone do not provide.</summary>
    public Action<RequestValues, Func<string, string?>>? Complete { get; init; }

    /// <summary>A sentence for the report about certain records, and how to recognize them; null if the format has none.</summary>
    public (string Note, Func<Func<string, string?>, bool> Applies)? Noted { get; init; }

    /// <summary>Names of values that occur once, in the page around records or in a line before them, and apply to all records without these values.</summary>
    public string[] Around { get; init; } = [];

    /// <summary>The member that can contain the records and related values.</summary>
    public string? Within { get; init; }

    /// <summary>Whether a later copy of a record can be more complete. The copy with the most tokens is then kept.</summary>
    public bool HasCopies { get; init; }

    /// <summary>
    /// What a record has in common with copies of it under other ids, which identifies it then; null if the record can still change, so that its id
    /// identifies it. The copy with the first id is kept.
    /// </summary>
    public Func<Func<string, string?>, string?>? FinalContent { get; init; }

    /// <summary>Whether the earliest copy is kept, whatever the tokens of other copies.</summary>
    public bool EarliestStays { get; init; }

    /// <summary>Whether records can include the tokens of other records, like spans.</summary>
    public bool IsTree { get; init; }

    public void Read(LineReader lines, ImportSink sink, ColumnMap? map)
    {
        if (Reader is not null)
        {
            Reader(lines, sink, map);
            return;
        }
        var requests = new RecordSink(sink, this);
        if (lines.IsJson)
            JsonLines.ReadValues(lines, sink, new JsonRecords(requests, map).ReadObject);
        else
            CsvUsage.Read(lines, requests, map);
        requests.Complete();
    }
}
