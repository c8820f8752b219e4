using System.Management.Automation;
using System.Runtime.Loader;

namespace TokenDashboard.Loader;

/// <summary>
/// Connects the module to its private dependencies. The manifest lists this assembly as a nested module, because PowerShell imports nested
/// modules first. Before any code of the cmdlet assembly runs, PowerShell lists its types, and types that use Core's types need Core then.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    /// <summary>
    /// The default context belongs to the whole process, but a module is imported once per runspace, and again with -Force. The runtime runs
    /// this constructor once, and a concurrent import in another thread waits for it. The handler stays after Remove-Module, because
    /// objects of this module may still be in use.
    /// </summary>
    static ModuleInitializer() => AssemblyLoadContext.Default.Resolving += DependencyContext.ResolveCore;

    /// <inheritdoc/>
    /// <exception cref="FileNotFoundException">The module's folder is incomplete.</exception>
    public void OnImport() => DependencyContext.Verify();
}
