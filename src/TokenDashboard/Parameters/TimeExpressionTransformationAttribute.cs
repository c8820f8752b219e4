using System.Management.Automation;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Parameters;

/// <summary>Accepts a time as an object or as text for parameters of type <see cref="TimeExpression"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class TimeExpressionTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        inputData is null ? null : Convert((inputData as PSObject)?.BaseObject ?? inputData, inputData);

    private static TimeExpression Convert(object value, object original)
    {
        try
        {
            return value switch
            {
                TimeExpression expression => expression,
                DateTimeOffset instant => new TimeExpression(instant),
                DateTime time => new TimeExpression(time),
                // 7d and 30s are numbers to PowerShell's parser; converted to text they are again what was typed.
                _ => TimeExpression.Parse(LanguagePrimitives.ConvertTo<string>(original)),
            };
        }
        catch (FormatException exception)
        {
            throw new ArgumentTransformationMetadataException(exception.Message, exception);
        }
    }
}
