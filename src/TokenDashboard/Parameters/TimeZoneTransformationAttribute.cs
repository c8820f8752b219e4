namespace TokenDashboard.Parameters;

/// <summary>Accepts time zones as objects or by their IANA or Windows names; <c>Local</c> is the computer's time zone.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeZoneTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Wrapped.Inner(inputData) is IList list ? list.Cast<object?>().Select(Zone).ToArray() : Zone(inputData);

    private static TimeZoneInfo Zone(object? inputData)
    {
        if (Wrapped.Inner(inputData) is TimeZoneInfo zone)
            return zone;
        string name = LanguagePrimitives.ConvertTo<string>(inputData) ?? "";
        if (name.Equals("Local", StringComparison.OrdinalIgnoreCase))
            return TimeZoneInfo.Local;
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name.Equals("UTC", StringComparison.OrdinalIgnoreCase) ? "UTC" : name);
        }
        catch (Exception exception) when (exception is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            throw new ArgumentTransformationMetadataException(
                $"'{name}' is not a known time zone. Use an IANA name such as Europe/Berlin, a Windows name, UTC or Local. Tab completion offers all names.",
                exception);
        }
    }
}
