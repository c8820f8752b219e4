using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Any CSV file and any JSON of one object a request, their columns known by their names or by a map: what this module's own commands
/// export too. Requests are known again by trace and span, else by their whole line.
/// </summary>
internal static class PlainRecords
{
    private static readonly RecordShape Shape = new("csv", Columns: null);

    public static readonly UsageFormat Csv = UsageFormat.Of(ImportFormat.Csv, "rows with a time and token counts", Shape, isCsv: marks =>
        (Knows(marks, ImportColumn.Timestamp) && (Knows(marks, ImportColumn.PromptTokens) || Knows(marks, ImportColumn.TotalTokens)))
        // Columns, but not ones that name themselves: a map is missing, and the message of the reader says so.
        || (marks.Names.Count() > 1 && marks.Names.All(IsName)));

    public static readonly UsageFormat Json = UsageFormat.Of(ImportFormat.Json, "objects with a time and token counts", Shape,
        isJson: marks => Knows(marks, ImportColumn.Timestamp) && (Knows(marks, ImportColumn.PromptTokens) || Knows(marks, ImportColumn.TotalTokens)));

    private static bool Knows(Marks marks, ImportColumn column) => marks.Names.Any(name => ColumnMap.TryColumn(name, out ImportColumn found) && found == column);

    private static bool IsName(string name) => name.Length is > 0 and < 100 && name.All(character => char.IsLetterOrDigit(character) || " _-.()/#%:".Contains(character, StringComparison.Ordinal));
}
