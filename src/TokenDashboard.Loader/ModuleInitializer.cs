using System.Management.Automation;
using System.Runtime.Loader;

namespace TokenDashboard.Loader;

/// <summary>
/// Connects the module to its private dependencies. The manifest lists this assembly as a nested module, because PowerShell imports
/// those first: it lists the types of the cmdlet assembly before it runs any of its code, and types that use Core's need Core by then.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    private static int _connected;

    /// <inheritdoc/>
    public void OnImport()
    {
        // Called once per runspace and again on -Force, but the default context is the whole process's. The handler stays after
        // Remove-Module, because objects of this module may still be alive.
        if (Interlocked.Exchange(ref _connected, 1) == 0)
        {
            AssemblyLoadContext.Default.Resolving += DependencyContext.ResolveCore;
        }
    }
}
