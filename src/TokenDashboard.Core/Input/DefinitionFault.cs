namespace TokenDashboard.Input;

/// <summary>An error in a definition.</summary>
/// <param name="Path">Names of keys and zero-based positions in lists, such as <c>sections[1].panels[0].unit</c>; empty for the whole definition.</param>
/// <param name="Problem">The problem, as the rest of a sentence that begins with the path.</param>
internal sealed record DefinitionFault(string Path, string Problem)
{
    /// <inheritdoc/>
    public override string ToString() => Path.Length > 0 ? $"{Path} {Problem}" : $"The definition {Problem}";
}
