namespace TokenDashboard.Parameters;

internal static class Wrapped
{
    /// <summary>Unwraps a value that PowerShell may have wrapped in a PSObject.</summary>
    internal static object? Inner(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
