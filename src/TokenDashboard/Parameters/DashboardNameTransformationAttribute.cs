namespace TokenDashboard.Parameters;

/// <summary>
/// Accepts everything except a hash table and a dashboard as a name. The engine would convert a hash table to "System.Collections.Hashtable" before it
/// offers it to the correct parameter, and of a dashboard it would take the name, and so create the original again.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DashboardNameTransformationAttribute : ArgumentTransformationAttribute
{
    internal const string IsDashboard =
        "This is a dashboard already. To write it to a file, use -Path where you create it, or: $dashboard.Json | Set-Content -NoNewline dashboard.json";

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Wrapped.Inner(inputData) is DashboardDocument ? throw new ArgumentTransformationMetadataException(IsDashboard)
        : Wrapped.Inner(inputData) is IDictionary
            // With this inner exception, the binder tries other parameters.
            ? throw new ArgumentTransformationMetadataException(
                "A hash table is not a name. Use -Definition.", new PSInvalidCastException("A hash table is not a name."))
            : inputData;
}
