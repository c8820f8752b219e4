namespace TokenDashboard.Parameters;

internal static class Wrapped
{
    /// <summary>A value without the object that PowerShell may have wrapped it in.</summary>
    internal static object? Inner(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
