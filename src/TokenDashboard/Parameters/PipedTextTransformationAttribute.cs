using System.Collections;
using System.Management.Automation;

namespace TokenDashboard.Parameters;

/// <summary>
/// Takes texts for a parameter that takes them from the pipeline, and leaves other objects to parameters that take their properties: the
/// engine would make the text of a whole object otherwise.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PipedTextTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override bool TransformNullOptionalParameters => false;

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        ((inputData as PSObject)?.BaseObject ?? inputData) is null or string or char or ValueType or IList
            ? inputData
            // The binder goes on to other parameters when it sees this inner exception.
            : throw new ArgumentTransformationMetadataException("An object is no name. Give texts.", new PSInvalidCastException("An object is no name."));
}
