using TokenDashboard.Formatting;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Parameters;

/// <summary>Accepts a time as an object or as text for parameters of type <see cref="TimeExpression"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class TimeExpressionTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether only a length of time is accepted.</summary>
    public bool IsLength { get; init; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        // In a CSV file, no time is an empty string.
        Wrapped.Inner(inputData) is { } value && (IsLength || value is not "") ? Convert(value, inputData!) : null;

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
                // PowerShell's parser reads 7d and 30s as numbers. Their text is what was typed.
                _ => TimeExpression.Parse(LanguagePrimitives.ConvertTo<string>(original)),
            };
        }
        catch (FormatException exception)
        {
            throw new ArgumentTransformationMetadataException(IsLength ? $"'{MessageText.Clean(original.ToString() ?? "")}' is not a length of time. {TimeExpression.LengthForms}" : exception.Message, exception);
        }
    }
}
