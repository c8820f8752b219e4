namespace TokenDashboard.Parameters;

/// <summary>Converts text to an address. The error for an invalid address does not repeat it, because it can contain a password.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AddressTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (Wrapped.Inner(inputData) is not string text)
            return inputData;
        return Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out Uri? address)
            ? address
            : throw new ArgumentTransformationMetadataException(
                "This is not a valid address. Use an address that begins with https:// or http://, without user name and password.");
    }
}
