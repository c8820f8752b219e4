namespace TokenDashboard.Grafana.Parsing;

/// <summary>What a variable stands for in queries.</summary>
/// <param name="Values">The chosen values.</param>
/// <param name="IsList">Whether the variable takes several values, so that one is a list of one.</param>
internal sealed record VariableValue(IReadOnlyList<string> Values, bool IsList)
{
    /// <summary>What is inserted as it is, in any format, while all is chosen; null where the values are.</summary>
    internal string? CustomAll { get; init; }

    /// <summary>The texts shown for the values; the values themselves where there are none.</summary>
    internal IReadOnlyList<string> Texts { get; init; } = Values;

    /// <summary>How many characters the values have in all.</summary>
    internal long Length { get; } = Values.Sum(value => (long)value.Length);

    internal static VariableValue Of(string value) => new([value], IsList: false);
}
