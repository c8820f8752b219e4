namespace TokenDashboard.Parameters;

/// <summary>
/// Accepts strings from the pipeline, and leaves other objects to parameters that accept their properties. Otherwise, the
/// engine would convert the whole object to a string.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PipedTextTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether the text is a path, which files and locations also have.</summary>
    public bool IsPath { get; init; }

    /// <inheritdoc/>
    public override bool TransformNullOptionalParameters => false;

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Wrapped.Inner(inputData) is null or string or char or ValueType or IList || (IsPath && IsLocation(inputData))
            ? inputData
            // With this inner exception, the binder tries other parameters.
            : throw new ArgumentTransformationMetadataException(
                IsPath ? "Paths must be strings or files." : "Names must be strings.", new PSInvalidCastException("Not text."));

    // Files can come from another session.
    private static bool IsLocation(object? inputData) => Wrapped.Inner(inputData) is FileSystemInfo or PathInfo
        || (inputData as PSObject)?.TypeNames.Contains("Deserialized.System.IO.FileSystemInfo") == true;
}
