using System.Collections;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Says which column of a source holds what: the key is a column of the store, the value a column of the source, or a constant after
/// an equals sign.
/// </summary>
public sealed class ColumnMap
{
    private const char ConstantMark = '=';

    private static readonly (ImportColumn Column, string[] Names)[] Targets =
    [
        (ImportColumn.Timestamp, ["timestamp", "time", "start_time"]),
        (ImportColumn.EndTime, ["end_time"]),
        (ImportColumn.Transaction, ["transaction_id", "transaction"]),
        (ImportColumn.User, ["user_id", "user"]),
        (ImportColumn.Model, ["model"]),
        (ImportColumn.Provider, ["provider"]),
        (ImportColumn.RequestType, ["request_type"]),
        (ImportColumn.PromptTokens, ["prompt_tokens"]),
        (ImportColumn.CompletionTokens, ["completion_tokens"]),
        (ImportColumn.TotalTokens, ["total_tokens"]),
        (ImportColumn.CachedTokens, ["cached_tokens"]),
        (ImportColumn.CacheWriteTokens, ["cache_write_tokens"]),
        (ImportColumn.ReasoningTokens, ["reasoning_tokens"]),
        (ImportColumn.Cost, ["cost"]),
        (ImportColumn.DurationMs, ["duration_ms"]),
        (ImportColumn.Success, ["success", "policy_passed"]),
        (ImportColumn.TraceId, ["trace_id"]),
        (ImportColumn.SpanId, ["span_id"]),
        (ImportColumn.ParentSpanId, ["parent_span_id"]),
        (ImportColumn.Id, ["id"]),
    ];

    private static readonly Dictionary<string, ImportColumn> ByName = Targets
        .SelectMany(target => target.Names.Select(name => (Name: Normalize(name), target.Column))).ToDictionary(target => target.Name, target => target.Column);

    private readonly Dictionary<ImportColumn, string> _sources = [];

    /// <param name="map">The map, as a PowerShell hashtable is one.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.ImportMapInvalid"/>: a key is no column of the store, or a value is no text.</exception>
    public ColumnMap(IDictionary map)
    {
        ArgumentNullException.ThrowIfNull(map);
        foreach (DictionaryEntry entry in map)
        {
            string name = entry.Key.ToString() ?? "";
            if (!TryColumn(name, out ImportColumn column))
            {
                throw Invalid($"'{name}' is not a column of the store. Its columns are {string.Join(", ", Targets.Select(target => target.Names[0]))}.");
            }
            if (entry.Value?.ToString() is not { Length: > 0 } source)
            {
                throw Invalid($"'{name}' has no value. Give the name of the file's column, or a constant after an equals sign, as in @{{ model = '=gpt-4' }}.");
            }
            if (!_sources.TryAdd(column, source))
            {
                throw Invalid($"'{name}' is given twice.");
            }
        }
    }

    private ColumnMap(Dictionary<ImportColumn, string> sources) => _sources = sources;

    internal IReadOnlyDictionary<ImportColumn, string> Sources => _sources;

    internal static ColumnMap Of(IEnumerable<KeyValuePair<ImportColumn, string>> sources) => new(new Dictionary<ImportColumn, string>(sources));

    /// <summary>This map, with another one's answers where this has none.</summary>
    internal ColumnMap Over(ColumnMap other) => Of(_sources.Concat(other._sources.Where(entry => !_sources.ContainsKey(entry.Key))));

    internal static bool TryColumn(string name, out ImportColumn column) => ByName.TryGetValue(Normalize(name), out column);

    internal static string NameOf(ImportColumn column) => Targets[(int)column].Names[0];

    /// <summary>The constant a value of the map stands for, or null where it names a column.</summary>
    internal static string? Constant(string source) => source[0] == ConstantMark ? source[1..] : null;

    private static string Normalize(string name) => name.Replace("_", "", StringComparison.Ordinal).Trim().ToLowerInvariant();

    private static TokenDashboardException Invalid(string what) => new(ErrorCode.ImportMapInvalid, $"The map cannot be used: {what}");
}
