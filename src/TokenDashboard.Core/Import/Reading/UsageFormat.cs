using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>A format of files: how it is recognised and read, and, where its records are one request each, what they call their parts.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Needs">What a file must have for requests to be in it, for the message where there are none.</param>
internal sealed record UsageFormat(ImportFormat Name, string Needs)
{
    /// <summary>The type of request of programs that only chat.</summary>
    public static readonly (ImportColumn Column, string[] Names) Chat = (ImportColumn.RequestType, ["=chat"]);

    /// <summary>Whether an object of a JSON file is one of this format, by its names.</summary>
    public Func<Marks, bool>? IsJson { get; init; }

    /// <summary>Whether a CSV file is one of this format, by the names of its columns.</summary>
    public Func<Marks, bool>? IsCsv { get; init; }

    /// <summary>Reads a file; null where it has nothing but records.</summary>
    public Action<LineReader, ImportSink, ColumnMap?>? Reader { get; init; }

    /// <summary>Whose ids the requests' own ids are.</summary>
    public string Source { get; init; } = $"{Name}";

    /// <summary>Of each column the names it may have in a record, in JSON as paths; null where records say them by their own names.</summary>
    public ColumnMap? Columns { get; init; }

    /// <inheritdoc cref="RequestValues.IsVerbatim"/>
    public bool IsVerbatim { get; init; }

    /// <inheritdoc cref="RequestValues.CacheIsBeside"/>
    public bool CacheIsBeside { get; init; }

    /// <inheritdoc cref="RequestValues.ReasoningIsBeside"/>
    public bool ReasoningIsBeside { get; init; }

    /// <summary>Whether a record is a request; others are passed over.</summary>
    public Func<Func<string, string?>, bool>? IsRequest { get; init; }

    public Func<Func<string, string?>, bool>? HasFailed { get; init; }

    /// <summary>Completes what the names alone do not give.</summary>
    public Action<RequestValues, Func<string, string?>>? Complete { get; init; }

    /// <summary>What is said once, in the page around records or in a line before them, and holds for all that do not say it.</summary>
    public string[] Around { get; init; } = [];

    /// <summary>The member in which records may lie with what belongs to them.</summary>
    public string? Within { get; init; }

    /// <summary>Whether a later copy of a record may be more complete: then the one with most tokens stays.</summary>
    public bool HasCopies { get; init; }

    /// <summary>Whether of copies the earliest stays, however many tokens the others have.</summary>
    public bool EarliestStays { get; init; }

    /// <summary>Whether records may contain one another's tokens, as spans do.</summary>
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
