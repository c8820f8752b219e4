using System.Reflection;
using System.Runtime.Loader;

namespace TokenDashboard.Loader;

/// <summary>
/// Holds TokenDashboard.Core and its packages apart from everything else in the process, so that another module's
/// Microsoft.Data.Sqlite, older or newer, neither breaks this module nor is broken by it.
/// </summary>
internal sealed class DependencyContext : AssemblyLoadContext
{
    private const string CoreName = "TokenDashboard.Core";

    private static readonly string CorePath = Path.Combine(
        Path.GetDirectoryName(typeof(DependencyContext).Assembly.Location)!, "deps", CoreName + ".dll");

    private static readonly Lazy<DependencyContext> Instance = new(() => new DependencyContext());

    // Reads Core's .deps.json, which must therefore stay beside it. Knows which native library fits this platform, also where a
    // distribution's own runtime calls the platform by another name. Reading takes time that an import should not: Core itself needs none of it.
    private readonly Lazy<AssemblyDependencyResolver> _resolver = new(() => new AssemblyDependencyResolver(CorePath));

    private DependencyContext()
        : base("TokenDashboard")
    {
    }

    /// <summary>Says plainly what the runtime's own message would not: that files of the module are missing.</summary>
    /// <exception cref="FileNotFoundException">The module's folder is incomplete.</exception>
    internal static void Verify()
    {
        if (!File.Exists(CorePath))
            throw new FileNotFoundException($"The module TokenDashboard is incomplete: the file '{CorePath}' is missing. Install or copy the module again, with all its folders.", CorePath);
    }

    /// <summary>Answers the one name that crosses from the default context into this one, and no other module's requests.</summary>
    internal static Assembly? ResolveCore(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == CoreName ? Instance.Value.LoadFromAssemblyPath(CorePath) : null;

    protected override Assembly? Load(AssemblyName assemblyName) =>
        _resolver.Value.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    /// <summary>PowerShell's own probing for native libraries never runs for a private context, so e_sqlite3 is found here.</summary>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.Value.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : nint.Zero;
}
