using System.Management.Automation;
using System.Runtime.Loader;

namespace TokenDashboard.Loader;

/// <summary>
/// Connects the module to its private dependencies. The manifest lists this assembly as a nested module, because PowerShell imports
/// those first: it lists the types of the cmdlet assembly before it runs any of its code, and types that use Core's need Core by then.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    /// <summary>
    /// The default context is the whole process's, while modules are imported once per runspace and again with -Force: the runtime runs
    /// this once, and lets another thread that imports at the same time wait for it. The handler stays after Remove-Module, because
    /// objects of this module may still be alive.
    /// </summary>
    static ModuleInitializer() => AssemblyLoadContext.Default.Resolving += DependencyContext.ResolveCore;

    /// <inheritdoc/>
    /// <exception cref="FileNotFoundException">The module's folder is incomplete.</exception>
    public void OnImport() => DependencyContext.Verify();
}
