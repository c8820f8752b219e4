using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>What a format reads from and writes to.</summary>
internal sealed record FormatInput(LineReader Lines, ImportSink Sink, ColumnMap? Map, bool IsJson);

/// <summary>A format of files: how it is recognised, and how it is read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Needs">What a file must have for requests to be in it, for the message where there are none.</param>
internal sealed record UsageFormat(ImportFormat Name, string Needs)
{
    /// <summary>Whether an object of a JSON file is one of this format, by its names.</summary>
    public Func<Marks, bool>? IsJson { get; init; }

    /// <summary>Whether a CSV file is one of this format, by the names of its columns.</summary>
    public Func<Marks, bool>? IsCsv { get; init; }

    public required Action<FormatInput> Read { get; init; }

    /// <summary>A format of records, one a request.</summary>
    public static UsageFormat Of(ImportFormat name, string needs, RecordShape shape, Func<Marks, bool>? isJson = null, Func<Marks, bool>? isCsv = null) => new(name, needs)
    {
        IsJson = isJson,
        IsCsv = isCsv,
        Read = input =>
        {
            SpanTree? tree = shape.IsTree ? new SpanTree(input.Sink) : null;
            if (input.IsJson)
                new JsonRecords(input.Sink, shape, input.Map, tree).Read(input.Lines);
            else
                CsvUsage.Read(input.Lines, input.Sink, shape, tree, input.Map);
            tree?.Decide();
        },
    };
}
