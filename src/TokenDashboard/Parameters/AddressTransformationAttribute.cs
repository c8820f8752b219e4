using System.Management.Automation;

namespace TokenDashboard.Parameters;

/// <summary>Makes an address of a text. One that is none is refused in words that do not repeat it, since it may carry a password.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AddressTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? given = (inputData as PSObject)?.BaseObject ?? inputData;
        if (given is not string text)
            return inputData;
        return Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out Uri? address)
            ? address
            : throw new ArgumentTransformationMetadataException(
                "This cannot be read as an address. Give one such as https://grafana.example.com or http://localhost:3000/grafana, without user name and password.");
    }
}
