namespace TokenDashboard.Parameters;

/// <summary>Requires a version of 1 or more, or no version: piped results of dashboards that were not published have none.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class VersionRangeAttribute : ValidateArgumentsAttribute
{
    /// <inheritdoc/>
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        if (arguments is < 1L)
            throw new ValidationMetadataException("Version numbers start at 1.");
    }
}
