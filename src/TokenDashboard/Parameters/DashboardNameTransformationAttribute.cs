using System.Collections;
using System.Management.Automation;

namespace TokenDashboard.Parameters;

/// <summary>
/// Takes everything for a name but a hash table, which the engine would make the text "System.Collections.Hashtable" of before it
/// offered it to the parameter that wants it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DashboardNameTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is IDictionary
            // The binder goes on to other parameters when it sees this inner exception.
            ? throw new ArgumentTransformationMetadataException(
                "A hash table is no name. Give it with -Definition.", new PSInvalidCastException("A hash table is no name."))
            : inputData;
}
