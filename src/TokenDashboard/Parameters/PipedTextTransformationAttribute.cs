namespace TokenDashboard.Parameters;

/// <summary>
/// Accepts strings from the pipeline, and leaves other objects to parameters that accept their properties. Otherwise, the
/// engine would convert the whole object to a string.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PipedTextTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override bool TransformNullOptionalParameters => false;

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Wrapped.Inner(inputData) is null or string or char or ValueType or IList
            ? inputData
            // With this inner exception, the binder tries other parameters.
            : throw new ArgumentTransformationMetadataException("Names must be strings.", new PSInvalidCastException("Not a name."));
}
