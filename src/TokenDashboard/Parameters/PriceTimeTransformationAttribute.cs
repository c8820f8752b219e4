namespace TokenDashboard.Parameters;

/// <summary>Accepts a time, or the word Request, which means the time of each request.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PriceTimeTransformationAttribute : TimeExpressionTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        "Request".Equals(Wrapped.Inner(inputData) as string, StringComparison.OrdinalIgnoreCase)
            ? null : base.Transform(engineIntrinsics, inputData);
}
