using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// The usage that Cursor's dashboard exports as CSV, one event per row. Cache-write tokens are the difference of the two input columns. Cost
/// is in dollars, or a word such as Included if there is none. Events have no ids and are identified by their row.
/// </summary>
internal static class CursorUsage
{
    private const string WithCacheWrite = "Input (w/ Cache Write)";
    private const string WithoutCacheWrite = "Input (w/o Cache Write)";

    public static readonly UsageFormat Format = new(ImportFormat.Cursor, "rows with Date and Total Tokens")
    {
        IsCsv = marks => marks.Has("Date", "Model", WithCacheWrite, WithoutCacheWrite),
        Columns = new ColumnMap(
            (Timestamp, ["Date"]), (UserId, ["User", "Email"]), (Model, ["Model"]), (TransactionId, ["Cloud Agent ID"]), (PromptTokens, [WithoutCacheWrite]),
            (CompletionTokens, ["Output Tokens"]), (TotalTokens, ["Total Tokens"]), (CachedTokens, ["Cache Read"]), UsageFormat.Chat),
        CacheIsExcluded = true,
        HasFailed = record => record("Kind")?.Contains("Errored", StringComparison.OrdinalIgnoreCase) == true,
        Complete = Complete,
    };

    private static void Complete(RequestValues values, Func<string, string?> record)
    {
        if (ValueText.TryCount(record(WithCacheWrite), out long with) && ValueText.TryCount(record(WithoutCacheWrite), out long without)
            && ValueText.TryCount(record("Cache Read"), out long read) && ValueText.TryCount(record("Output Tokens"), out long output))
        {
            // The first column has had two meanings: the whole input, or only the cache-write tokens. The total determines which one applies.
            bool isAlone = with < without || (ValueText.TryCount(record("Total Tokens"), out long total) && total == with + without + read + output);
            values.Set(CacheWriteTokens, isAlone ? with : with - without);
        }
        else
        {
            // A number that is not a count is reported as unknown.
            values[CacheWriteTokens] = ValueText.TryCount(record(WithCacheWrite), out _) ? null : record(WithCacheWrite);
        }
        values[Cost] = record("Cost")?.Replace("$", "", StringComparison.Ordinal);
    }
}
