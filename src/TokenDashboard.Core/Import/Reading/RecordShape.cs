using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>What the records of a format, one a request, call their parts, in JSON as paths.</summary>
/// <param name="Source">Whose ids the records' own ids are.</param>
/// <param name="Columns">Of each column the names it may have; null where records say them by their own names.</param>
internal sealed record RecordShape(string Source, ColumnMap? Columns)
{
    /// <summary>The type of request of programs that only chat.</summary>
    public static readonly (ImportColumn Column, string[] Names) Chat = (ImportColumn.RequestType, ["=chat"]);

    /// <inheritdoc cref="RequestValues.CacheIsBeside"/>
    public bool CacheIsBeside { get; init; }

    /// <inheritdoc cref="RequestValues.ReasoningIsBeside"/>
    public bool ReasoningIsBeside { get; init; }

    /// <summary>Whether a record is a request; others are passed over.</summary>
    public Func<Func<string, string?>, bool>? IsRequest { get; init; }

    /// <summary>Whether the call of a record failed.</summary>
    public Func<Func<string, string?>, bool>? HasFailed { get; init; }

    /// <summary>Completes what the names alone do not give.</summary>
    public Action<RequestValues, Func<string, string?>>? Complete { get; init; }

    /// <summary>The member by which records say their session, or the first line of the session for all.</summary>
    public string? Session { get; init; }

    /// <summary>The member in which records may lie with what belongs to them.</summary>
    public string? Within { get; init; }

    /// <summary>Whether a later copy of a record may be more complete: then the one with most tokens stays.</summary>
    public bool HasCopies { get; init; }

    /// <summary>Whether of copies the earliest stays, however many tokens the others have.</summary>
    public bool EarliestStays { get; init; }

    /// <summary>Whether records may contain one another's tokens, as spans do.</summary>
    public bool IsTree { get; init; }
}
