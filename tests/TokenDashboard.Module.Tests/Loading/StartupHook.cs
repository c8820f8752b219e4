using System.Runtime.Loader;

/// <summary>
/// Stands for a module that was imported before ours: the runtime runs this before tokendash's own code when DOTNET_STARTUP_HOOKS
/// names this assembly. The runtime asks for exactly this name, without a namespace.
/// </summary>
internal static class StartupHook
{
    public const string AssemblyVariable = "TOKENDASHBOARD_TESTS_FOREIGN_ASSEMBLY";

    public static void Initialize() =>
        AssemblyLoadContext.Default.LoadFromAssemblyPath(Environment.GetEnvironmentVariable(AssemblyVariable)!);
}
