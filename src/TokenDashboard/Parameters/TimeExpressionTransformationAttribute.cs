namespace TokenDashboard.Parameters;

/// <summary>Accepts a time as an object or as text for parameters of type <see cref="TimeExpression"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeExpressionTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether only a length of time is accepted.</summary>
    public bool IsLength { get; init; }

    /// <summary>The word that means no time; empty if there is none. An empty string, as in a CSV file, also means no time.</summary>
    public string NullWord { get; init; } = "";

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Wrapped.Inner(inputData) is { } value && !IsNull(value as string) ? Convert(value, inputData!) : null;

    private bool IsNull(string? text) => (!IsLength && text == "") || (NullWord.Length > 0 && NullWord.Equals(text, StringComparison.OrdinalIgnoreCase));

    private TimeExpression Convert(object value, object original)
    {
        try
        {
            return value switch
            {
                TimeExpression expression => expression,
                DateTimeOffset instant => new TimeExpression(instant),
                DateTime time => new TimeExpression(time),
                TimeSpan ago => new TimeExpression(ago),
                PSCustomObject when Display.Instant(original) is { } instant => new TimeExpression(instant),
                // PowerShell's parser reads 7d and 30s as numbers. Their text is the typed text.
                _ => TimeExpression.Parse(LanguagePrimitives.ConvertTo<string>(original)),
            };
        }
        catch (FormatException exception)
        {
            string problem = IsLength ? $"'{MessageText.Clean(original.ToString() ?? "")}' is not a length of time. {TimeExpression.LengthForms}" : exception.Message;
            throw new ArgumentTransformationMetadataException(
                value is string ? problem : $"{problem} If you assign a value such as 7d to a variable, enclose it in quotes. Otherwise, PowerShell reads it as a number.", exception);
        }
    }
}
