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

    private static readonly Lazy<DependencyContext> Instance = new(() => new DependencyContext());

    private readonly AssemblyDependencyResolver _resolver;

    private DependencyContext()
        : base("TokenDashboard")
    {
        string folder = Path.GetDirectoryName(typeof(DependencyContext).Assembly.Location)!;
        _resolver = new AssemblyDependencyResolver(Path.Combine(folder, "deps", CoreName + ".dll"));
    }

    /// <summary>Answers the one name that crosses from the default context into this one, and no other module's requests.</summary>
    internal static Assembly? ResolveCore(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == CoreName ? Instance.Value.LoadFromAssemblyName(name) : null;

    protected override Assembly? Load(AssemblyName assemblyName) =>
        _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    /// <summary>PowerShell's own probing for native libraries never runs for a private context, so e_sqlite3 is found here.</summary>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : nint.Zero;
}
