using System.Collections;
using TokenDashboard.Import.Records;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Reading;

/// <summary>
/// Maps columns of the store to columns of a source. The key is a column of the store. The value is a column of the source, or a constant after
/// an equals sign.
/// </summary>
internal sealed class ColumnMap
{
    private const char ConstantMark = '=';

    // Other names of columns that are detected.
    private static readonly (ImportColumn Column, string[] Names)[] Aliases =
    [
        (Timestamp, ["time", "start_time"]),
        (TransactionId, ["transaction", "session_id"]),
        (UserId, ["user"]),
        (PromptTokens, ["input_tokens"]),
        (CompletionTokens, ["output_tokens"]),
        (CachedTokens, ["input_cached_tokens", "cache_read_tokens", "cache_read_input_tokens"]),
        (CacheWriteTokens, ["cache_creation_tokens", "cache_creation_input_tokens"]),
        (HourCacheWriteTokens, ["ephemeral_1h_input_tokens"]),
        (ReasoningTokens, ["thoughts_tokens"]),
        (Cost, ["recorded_cost"]),
        (Success, ["policy_passed"]),
    ];

    private static readonly Dictionary<string, ImportColumn> ByName = Aliases.Concat(Enum.GetValues<ImportColumn>().Select(column => (Column: column, Names: (string[])[ImportColumns.Name(column)])))
        .SelectMany(target => target.Names.Select(name => (Name: Normalize(name), target.Column))).ToDictionary(target => target.Name, target => target.Column);

    private readonly Dictionary<ImportColumn, string[]> _sources = [];
    private IEnumerable<string> _names = [];
    private string[]? _otherTokens;

    /// <summary>Creates a map from a PowerShell hash table.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.ImportMapInvalid"/>: a key is not a column of the store, or a value is not text.</exception>
    public ColumnMap(IDictionary map)
    {
        foreach (DictionaryEntry entry in map)
        {
            string name = entry.Key.ToString() ?? "";
            if (!TryColumn(name, out ImportColumn column))
                throw Invalid($"'{name}' is not a column of the store. Its columns are {string.Join(", ", Enum.GetValues<ImportColumn>().Select(ImportColumns.Name))}.");
            if (entry.Value?.ToString() is not { Length: > 0 } source)
                throw Invalid($"'{name}' has no value. Specify the name of the file's column, or a constant after an equals sign, as in @{{ model = '=gpt-4' }}.");
            if (!_sources.TryAdd(column, [source]))
                throw Invalid($"'{name}' is specified twice.");
        }
    }

    internal ColumnMap(params IEnumerable<(ImportColumn Column, string[] Names)> sources) => _sources = sources.ToDictionary(source => source.Column, source => source.Names);

    /// <summary>The names of each column in the source. The first name with a value applies.</summary>
    internal IReadOnlyDictionary<ImportColumn, string[]> Sources => _sources;

    /// <summary>
    /// Whether names are those of Anthropic's API, whose input tokens exclude cached tokens: https://docs.claude.com/en/docs/build-with-claude/prompt-caching.
    /// </summary>
    internal bool CacheIsExcluded => IsNamed(PromptTokens, "input_tokens") && (IsNamed(CachedTokens, "cache_read_input_tokens") || IsNamed(CacheWriteTokens, "cache_creation_input_tokens"));

    /// <summary>Names in the source that are not of a column, although they contain the word token.</summary>
    // Few records need them, and each object of a JSON file has a map of its own.
    internal string[] OtherTokens => _otherTokens ??= [.. _names.Where(name => name.Contains("token", StringComparison.OrdinalIgnoreCase) && !TryColumn(name, out _))];

    /// <summary>The columns that follow from the source's own names.</summary>
    internal static ColumnMap OfNames(IEnumerable<string> names) => new(names
        .Where(name => TryColumn(name, out _))
        .GroupBy(name => ByName[Normalize(name)])
        // The number of a row in a table is not the id of a request.
        .Where(group => group.Key != Id)
        // The cost in results of Get-TokenRequest is computed from the price list, in addition to the recorded cost.
        .Select(group => (group.Key, group.Where(name => name != "Cost" || !group.Contains("RecordedCost")).ToArray())))
    {
        _names = names,
    };

    /// <summary>This map, supplemented by the entries of another map.</summary>
    internal ColumnMap Over(ColumnMap other) => new(_sources.Concat(other._sources.Where(entry => !_sources.ContainsKey(entry.Key)))
        // If the map names the time, an end time that another map detects does not belong to it. Buckets also have one.
        .Where(entry => entry.Key != EndTime || _sources.ContainsKey(entry.Key) || !_sources.ContainsKey(Timestamp))
        .Select(entry => (entry.Key, entry.Value)));

    /// <summary>This map, with only the names that a file has.</summary>
    internal ColumnMap Among(Func<string, bool> has) => new(_sources
        .Select(entry => (entry.Key, Names: entry.Value.Where(name => Constant(name) is not null || has(name)).ToArray())).Where(entry => entry.Names.Length > 0));

    internal static bool TryColumn(string name, out ImportColumn column) => ByName.TryGetValue(Normalize(name), out column);

    /// <summary>The constant in a value of the map; null if the value is a column name.</summary>
    internal static string? Constant(string source) => source[0] == ConstantMark ? source[1..] : null;

    private bool IsNamed(ImportColumn column, string name) => _sources.TryGetValue(column, out string[]? names) && names is [var only] && only.Split('.')[^1] == name;

    private static string Normalize(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static TokenDashboardException Invalid(string what) => new(ErrorCode.ImportMapInvalid, $"The map cannot be used: {what}");
}
