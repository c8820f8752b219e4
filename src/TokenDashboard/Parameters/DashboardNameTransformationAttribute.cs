namespace TokenDashboard.Parameters;

/// <summary>
/// Accepts everything except a hash table as a name. The engine would convert it to "System.Collections.Hashtable" before it
/// offers it to the correct parameter.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DashboardNameTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Wrapped.Inner(inputData) is IDictionary
            // With this inner exception, the binder tries other parameters.
            ? throw new ArgumentTransformationMetadataException(
                "A hash table is not a name. Use -Definition.", new PSInvalidCastException("A hash table is not a name."))
            : inputData;
}
