namespace TokenDashboard.Engines.ClickHouse;

/// <summary>The value of each measure of a row of <see cref="RequestTable.Rows"/>.</summary>
internal static class ClickHouseMeasures
{
    // A measure that is not known for all requests is a nullable column.
    private static readonly Dictionary<Measure, string> Values = new(Measures.All.Where(measure => measure is { Aggregate: MeasureAggregate.Sum, KnownBy: not null })
        .SelectMany<Measure, KeyValuePair<Measure, string>>(
            measure => [new(measure.KnownBy!, $"request.{measure.Name} IS NOT NULL"), new(measure, $"request.{measure.Name}")]))
    {
        [Measures.Requests] = "1",
        [Measures.PromptTokens] = "request.prompt_tokens",
        [Measures.CompletionTokens] = "request.completion_tokens",
        [Measures.TotalTokens] = "request.total_tokens",
        [Measures.OtherTokens] = "greatest(request.total_tokens - request.prompt_tokens - request.completion_tokens, 0)",
        [Measures.PolicyFailures] = "request.policy_failed",
        [Measures.InterruptedStreams] = "request.interrupted_stream",
        [Measures.UnreadableRequests] = Has(UnreadableValue.Timestamp | UnreadableValue.Tokens | UnreadableValue.Duration | UnreadableValue.PolicyVerdict),
        [Measures.UnreadableTokens] = Has(UnreadableValue.Tokens),
        [Measures.UnreadableDurations] = Has(UnreadableValue.Duration),
        [Measures.UnreadableVerdicts] = Has(UnreadableValue.PolicyVerdict),
        [Measures.MaxTotalTokens] = "request.total_tokens",
        [Measures.MaxDurationMs] = "request.duration_ms",
        [Measures.LastTicks] = Micros,
        [Measures.FirstTicks] = Micros,
    };

    private const string Micros = "toUnixTimestamp64Micro(request.time)";

    /// <summary>Whether a row has a value that cannot be read.</summary>
    public static string IsUnreadable => Values[Measures.UnreadableRequests];

    /// <summary>All measures in the order in which they are read, integers first.</summary>
    public static IReadOnlyList<Measure> All { get; } = [.. Measures.Integers, .. Measures.Reals];

    /// <summary>The class of input size of a row.</summary>
    public static string InputClass { get; } = string.Join(" + ", InputSize.Thresholds.Select(threshold => string.Create(CultureInfo.InvariantCulture, $"(request.prompt_tokens > {threshold})")));

    /// <summary>The type of a measure.</summary>
    public static string TypeOf(Measure measure) => measure.IsReal ? "Float64" : "Int64";

    /// <summary>The measure of a row; NULL if unknown.</summary>
    public static string Of(Measure measure) => measure.KnownBy is null ? $"to{TypeOf(measure)}({Values[measure]})" : Values[measure];

    /// <summary>The measure over the rows of a group; 0 if no row has a value.</summary>
    public static string Aggregate(Measure measure) => Aggregate(measure, Values[measure]);

    /// <summary>The measure over rows with these values; 0 if no row has a value.</summary>
    public static string Aggregate(Measure measure, string value)
    {
        string aggregate = measure.Aggregate switch { MeasureAggregate.Sum => "sum", MeasureAggregate.Max => "max", _ => "min" };
        return $"to{TypeOf(measure)}({aggregate}({(measure.KnownBy is null ? value : $"ifNull({value}, 0)")}))";
    }

    /// <summary>
    /// Several columns as one number, to group or join by. The hash of a text is computed once for each text of a dictionary, and a sum of hashes costs less
    /// than another hash. Each has a different factor, so that swapped names differ. 1 without columns.
    /// </summary>
    public static string Key(IReadOnlyList<string> columns) =>
        columns.Count == 0 ? "1" : string.Join(" + ", columns.Select((column, index) => string.Create(CultureInfo.InvariantCulture, $"cityHash64({column}) * {(2 * index) + 1}")));

    private static string Has(UnreadableValue kinds) => string.Create(CultureInfo.InvariantCulture, $"bitAnd(request.unreadable, {(byte)kinds}) > 0");
}
