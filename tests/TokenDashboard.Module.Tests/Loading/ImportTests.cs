using System.Management.Automation;
using System.Runtime.Loader;

namespace TokenDashboard.Module.Tests.Loading;

public sealed class ImportTests : IDisposable
{
    private const string Rows = "(Get-TokenStore -Database $database).Rows";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tokendash-");
    private readonly string _database;

    public ImportTests()
    {
        _database = Path.Combine(_folder.FullName, "a.db");
        using var session = new ModuleSession();
        session.Run("New-TokenStore -Path $database -Sample -Days 1", ("database", _database)).Succeeded();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Import_with_Force_keeps_every_command_working()
    {
        using var session = new ModuleSession();
        object rows = RowsIn(session);
        object commands = Single(session, "(Get-Command -Module TokenDashboard).Count");

        session.Run("Import-Module $path -Force; Import-Module $path -Force", ("path", ModuleSession.ModulePath)).Succeeded();

        Assert.Equal(commands, Single(session, "(Get-Command -Module TokenDashboard).Count"));
        Assert.Equal(rows, RowsIn(session));
    }

    [Fact]
    public void The_module_can_be_reimported_and_earlier_objects_stay_usable()
    {
        using var session = new ModuleSession();
        session.Run("$earlier = Get-TokenStore -Database $database", ("database", _database)).Succeeded();

        session.Run("Remove-Module TokenDashboard").Succeeded();

        Assert.Equal(0, Single(session, "@(Get-Command -Module TokenDashboard).Count"));
        Assert.Equal("CommandNotFoundException", session.Run(Rows, ("database", _database)).ErrorId);
        object earlier = Single(session, "$earlier.Rows");
        session.Run("Import-Module $path", ("path", ModuleSession.ModulePath)).Succeeded();
        Assert.Equal(earlier, RowsIn(session));
    }

    [Fact]
    public async Task Several_runspaces_import_and_use_the_module_concurrently()
    {
        using var start = new Barrier(4);
        object[] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                using var session = new ModuleSession();
                return RowsIn(session);
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.Single(answers.Distinct());
    }

    [Fact]
    public void Dependencies_load_into_a_separate_context()
    {
        using var session = new ModuleSession();
        RowsIn(session);

        AssemblyLoadContext context = Assert.Single(AssemblyLoadContext.All, context => context.Name == "TokenDashboard");
        string[] own = [.. context.Assemblies.Select(assembly => assembly.GetName().Name!)];
        string[] shared = [.. AssemblyLoadContext.Default.Assemblies.Select(assembly => assembly.GetName().Name!)];

        Assert.Contains("Microsoft.Data.Sqlite", own);
        Assert.Contains("TokenDashboard.Core", own);
        // The default context can also contain System.Text.Json, but from the runtime, not from the module's folder.
        Assert.DoesNotContain(AssemblyLoadContext.Default.Assemblies, assembly => !assembly.IsDynamic && IsInDependencies(assembly.Location));
        Assert.DoesNotContain(shared, name => name is "TokenDashboard.Core" or "Microsoft.Data.Sqlite" or "YamlDotNet" || name.StartsWith("SQLitePCLRaw", StringComparison.Ordinal));
        Assert.All(context.Assemblies, assembly => Assert.True(IsInDependencies(assembly.Location), assembly.Location));
    }

    [Fact]
    public void The_SQLite_version_includes_the_fix_of_CVE_2025_6965()
    {
        using var session = new ModuleSession();

        Version version = Version.Parse((string)Single(session, "(Get-TokenStore -Database $database).Engine.Split(' ')[1]", ("database", _database)));

        // This version fixes CVE-2025-6965, memory corruption through a crafted query.
        Assert.True(version >= new Version(3, 50, 2), version.ToString());
    }

    private static bool IsInDependencies(string path) =>
        path.StartsWith(Path.GetFullPath(Path.Combine(ModuleSession.ModulePath, "deps")), StringComparison.OrdinalIgnoreCase);

    private object RowsIn(ModuleSession session) => Single(session, Rows, ("database", _database));

    private static object Single(ModuleSession session, string script, params (string Name, object? Value)[] variables)
    {
        PSObject value = Assert.Single(session.Run(script, variables).Succeeded());
        return value.BaseObject;
    }
}
