using System.Management.Automation;
using TokenDashboard.Formatting;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Parameters;

/// <summary>Accepts a time as an object or as text for parameters of type <see cref="TimeExpression"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class TimeExpressionTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether a length of time is meant, and instants are refused.</summary>
    public bool IsLength { get; init; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        // A row of a CSV file has an empty text for no time.
        inputData is null || (!IsLength && ((inputData as PSObject)?.BaseObject ?? inputData) is "") ? null : Convert((inputData as PSObject)?.BaseObject ?? inputData, inputData);

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
                // 7d and 30s are numbers to PowerShell's parser; converted to text they are again what was typed.
                _ => TimeExpression.Parse(LanguagePrimitives.ConvertTo<string>(original)),
            };
        }
        catch (FormatException exception)
        {
            throw new ArgumentTransformationMetadataException(IsLength ? $"'{MessageText.Clean(original.ToString() ?? "")}' is not a length of time. {TimeExpression.LengthForms}" : exception.Message, exception);
        }
    }
}
