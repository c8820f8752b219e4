namespace TokenDashboard.Telemetry;

/// <summary>
/// Classes of requests by the size of their input. In price lists, all tokens of a request have another rate if its prompt tokens
/// exceed a threshold, so usage is aggregated separately by class.
/// </summary>
internal static class InputSize
{
    /// <summary>The thresholds that price lists use, in prompt tokens: genai-prices 0.1.8.</summary>
    public static IReadOnlyList<long> Thresholds { get; } = [128_000, 199_999, 200_000, 271_999, 272_000, 512_000];

    /// <summary>The class of a request: the number of thresholds its prompt tokens exceed.</summary>
    public static int ClassOf(long promptTokens)
    {
        int passed = 0;
        while (passed < Thresholds.Count && promptTokens > Thresholds[passed])
            passed++;
        return passed;
    }

    /// <summary>The minimum and maximum of prompt tokens of each class, in the order of the classes.</summary>
    public static IReadOnlyList<(long Smallest, long Largest)> Ranges { get; } = [.. Enumerable.Range(0, Thresholds.Count + 1).Select(RangeOf)];

    /// <summary>The minimum and maximum of prompt tokens of a request in a class.</summary>
    public static (long Smallest, long Largest) RangeOf(int inputClass) =>
        (inputClass == 0 ? 0 : Thresholds[inputClass - 1] + 1, inputClass < Thresholds.Count ? Thresholds[inputClass] : long.MaxValue);
}
