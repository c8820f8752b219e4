using System.Reflection;
using System.Runtime.Loader;

namespace TokenDashboard.Loader;

/// <summary>
/// Isolates TokenDashboard.Core and its packages from the rest of the process, so that another module's
/// version of Microsoft.Data.Sqlite does not conflict with that of this module.
/// </summary>
internal sealed class DependencyContext : AssemblyLoadContext
{
    private const string CoreName = "TokenDashboard.Core";

    private static readonly string CorePath = Path.Combine(
        Path.GetDirectoryName(typeof(DependencyContext).Assembly.Location)!, "deps", CoreName + ".dll");

    private static readonly Lazy<DependencyContext> Instance = new(() => new DependencyContext());

    // Reads Core's .deps.json, which must be in the same folder. Finds the native library for this platform, even if a
    // distribution's runtime has another name for the platform. It is read late, because it takes time and Core does not need it.
    private readonly Lazy<AssemblyDependencyResolver> _resolver = new(() => new AssemblyDependencyResolver(CorePath));

    private DependencyContext()
        : base("TokenDashboard")
    {
    }

    /// <summary>Reports that files of the module are missing, which the runtime's message does not say.</summary>
    /// <exception cref="FileNotFoundException">The module's folder is incomplete.</exception>
    internal static void Verify()
    {
        if (!File.Exists(CorePath))
            throw new FileNotFoundException($"The module TokenDashboard is incomplete: the file '{CorePath}' is missing. Install or copy the module again, with all its folders.", CorePath);
    }

    /// <summary>Resolves only the one name that the default context needs from this one.</summary>
    internal static Assembly? ResolveCore(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == CoreName ? Instance.Value.LoadFromAssemblyPath(CorePath) : null;

    protected override Assembly? Load(AssemblyName assemblyName) =>
        _resolver.Value.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    /// <summary>PowerShell's probing for native libraries does not run for a private context, so e_sqlite3 is found here.</summary>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.Value.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : nint.Zero;
}
