namespace TokenDashboard.Parameters;

/// <summary>
/// Accepts the names of an enumeration. PowerShell would convert numbers to values, and <c>'Day,Model'</c>, which is one string in schedulers
/// and <c>pwsh -File</c>, to the combination of both values. Here, a comma separates names if several are permitted, and numbers are rejected.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ChoiceTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether several names are permitted.</summary>
    public bool IsList { get; init; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = Wrapped.Inner(inputData);
        if (value is IEnumerable many and not string)
            return many.Cast<object?>().SelectMany(Names).ToArray();
        object?[] names = [.. Names(value)];
        return names.Length == 1 ? names[0] : names;
    }

    private IEnumerable<object?> Names(object? value)
    {
        value = Wrapped.Inner(value);
        if (value is not string text)
            return value is null or Enum ? [value] : throw Refused(value);
        string[] names = text.Split(',', StringSplitOptions.TrimEntries);
        return Array.Find(names, name => name.Length == 0 || char.IsAsciiDigit(name[^1])) is { } number ? throw Refused(number.Length == 0 ? text : number)
            : names.Length > 1 && !IsList ? throw Refused(text) : names;
    }

    private static ArgumentTransformationMetadataException Refused(object value) =>
        new($"'{MessageText.Clean(value.ToString() ?? "")}' is not a valid value. Press Tab to see the values.");
}
