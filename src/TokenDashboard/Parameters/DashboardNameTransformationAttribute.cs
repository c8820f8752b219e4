namespace TokenDashboard.Parameters;

/// <summary>
/// Accepts any object as a name except a hash table and a dashboard. The engine would convert a hash table to "System.Collections.Hashtable" before it
/// tries the correct parameter. From a dashboard it would use the name, and the command would create the original again.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DashboardNameTransformationAttribute : ArgumentTransformationAttribute
{
    internal const string IsDashboard =
        "The object is already a dashboard. To write it to a file, use -Path when you create it, or run: $dashboard.Json | Set-Content -NoNewline dashboard.json";

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Wrapped.Inner(inputData) is DashboardDocument ? throw new ArgumentTransformationMetadataException(IsDashboard)
        : Wrapped.Inner(inputData) is IDictionary
            // With this inner exception, the binder tries other parameters.
            ? throw new ArgumentTransformationMetadataException(
                "A hash table is not a name. Use -Definition.", new PSInvalidCastException("A hash table is not a name."))
            : inputData;
}
