namespace TokenDashboard.Parameters;

/// <summary>Accepts dashboards from Import-Clixml, jobs and other computers. They are copies without methods, but their JSON is complete.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DashboardTransformationAttribute : ArgumentTransformationAttribute
{
    private static readonly string Copy = "Deserialized." + typeof(DashboardDocument).FullName;

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (inputData is not PSObject dashboard || !dashboard.TypeNames.Contains(Copy))
            return inputData;
        string Text(string name) => dashboard.Properties[name]?.Value?.ToString() ?? "";
        try
        {
            return DashboardDocument.Parse(Text(nameof(DashboardDocument.Json)), Text(nameof(DashboardDocument.Title))).Named(Text(nameof(DashboardDocument.Name)));
        }
        catch (TokenDashboardException exception)
        {
            throw new ArgumentTransformationMetadataException(exception.Message, exception);
        }
    }
}
