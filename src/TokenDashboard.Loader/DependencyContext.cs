using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace TokenDashboard.Loader;

/// <summary>
/// Isolates TokenDashboard.Core and its packages from the rest of the process, so that another module's
/// version of Microsoft.Data.Sqlite does not conflict with the version of this module.
/// </summary>
internal sealed class DependencyContext : AssemblyLoadContext
{
    private const string CoreName = "TokenDashboard.Core";

    private static readonly string CorePath = Path.Combine(
        Path.GetDirectoryName(typeof(DependencyContext).Assembly.Location)!, "deps", CoreName + ".dll");

    private static readonly Lazy<DependencyContext> Instance = new(() => new DependencyContext());

    // Reads Core's .deps.json, which must be in the same folder. Finds the native library for this platform, even if a
    // distribution's runtime uses another name for the platform. Created on first use, because it takes time and Core does not need it.
    private readonly Lazy<AssemblyDependencyResolver> _resolver = new(() => new AssemblyDependencyResolver(CorePath));

    private DependencyContext()
        : base("TokenDashboard")
    {
    }

    /// <summary>Checks that no module file is missing. The runtime's own message would not report this cause.</summary>
    /// <exception cref="FileNotFoundException">The module's folder is incomplete.</exception>
    internal static void Verify()
    {
        if (!File.Exists(CorePath))
            throw new FileNotFoundException($"The module TokenDashboard is incomplete: the file '{CorePath}' is missing. Install or copy the module again, with all its folders.", CorePath);
    }

    /// <summary>Resolves only the assembly that the default context needs from this context.</summary>
    internal static Assembly? ResolveCore(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == CoreName ? Instance.Value.LoadFromAssemblyPath(CorePath) : null;

    protected override Assembly? Load(AssemblyName assemblyName) =>
        !IsInRuntime(assemblyName) && _resolver.Value.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    // A runtime that is as new as a package has the same assembly, such as System.Text.Json, compiled ahead of time and mostly loaded already.
    private static bool IsInRuntime(AssemblyName name)
    {
        string path = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), name.Name + ".dll");
        return File.Exists(path) && AssemblyName.GetAssemblyName(path).Version >= name.Version;
    }

    /// <summary>PowerShell does not probe for native libraries of a private context, so e_sqlite3 is resolved here.</summary>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.Value.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : nint.Zero;
}
