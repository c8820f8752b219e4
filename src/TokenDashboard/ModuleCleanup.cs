namespace TokenDashboard;

/// <summary>Removes the session's secrets when the module is removed. The assemblies stay loaded.</summary>
public sealed class ModuleCleanup : IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo) => SessionConnections.Current.Clear();
}
