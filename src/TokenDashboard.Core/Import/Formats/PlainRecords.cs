using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Any CSV file and any JSON with one object per request, including exports of this module's own commands. Columns are identified by
/// their names or by a map. Requests are identified by trace and span or, without these, by their whole line.
/// </summary>
internal static class PlainRecords
{
    public static readonly UsageFormat Csv = new(ImportFormat.Csv, "rows with a time and token counts")
    {
        // Columns with unknown names need a map. The reader's message describes it.
        IsCsv = marks => HasRequest(marks) || (marks.Names.Count() > 1 && marks.Names.All(IsName)),
    };

    public static readonly UsageFormat Json = new(ImportFormat.Json, "objects with a time and token counts") { Source = Csv.Source, IsJson = HasRequest };

    private static bool HasRequest(Marks marks) => Knows(marks, ImportColumn.Timestamp) && (Knows(marks, ImportColumn.PromptTokens) || Knows(marks, ImportColumn.TotalTokens));

    private static bool Knows(Marks marks, ImportColumn column) => marks.Names.Any(name => ColumnMap.TryColumn(name, out ImportColumn found) && found == column);

    private static bool IsName(string name) => name.Length is > 0 and < 100 && name.All(character => char.IsLetterOrDigit(character) || " _-.()/#%:".Contains(character, StringComparison.Ordinal));
}
