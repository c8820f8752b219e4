using TokenDashboard.Module.Tests.Host;

namespace TokenDashboard.Module.Tests.Loading;

/// <summary>Assemblies never unload, so each meeting of two copies of Microsoft.Data.Sqlite takes place in a process of its own.</summary>
public sealed class ForeignSqliteTests : IDisposable
{
    private const string Script = """
        param([string] $Folder, [string] $Foreign)
        $ErrorActionPreference = 'Stop'
        New-TokenStore -Path "$Folder/a.db" -Sample -Days 1 | Out-Null
        $before = Get-TokenStore -Database "$Folder/a.db"
        Import-Module $Foreign
        $after = Get-TokenStore -Database "$Folder/a.db"
        $before.Rows -gt 0 -and $before.Rows -eq $after.Rows
        [Microsoft.Data.Sqlite.SqliteConnectionStringBuilder]::new('Data Source=theirs.db').DataSource
        [Microsoft.Data.Sqlite.SqliteConnectionStringBuilder].Assembly.Location
        [AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.GetName().Name -eq 'Microsoft.Data.Sqlite' }.Count
        [System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies.Where{ $_.Location -like "*/deps/*" -or $_.Location -like "*\deps\*" }.Location
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tokendash-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("9.0.23", "9.0.23.0", true)]
    [InlineData("9.0.23", "9.0.23.0", false)]
    [InlineData("11.0.0", "11.0.0.0", true)]
    [InlineData("11.0.0", "11.0.0.0", false)]
    public async Task Another_module_s_copy_and_ours_work_side_by_side(string package, string version, bool theirsIsFirst)
    {
        string assembly = Path.Combine(_folder.FullName, "Microsoft.Data.Sqlite.dll");
        string manifest = Path.Combine(_folder.FullName, "Foreign.psd1");
        string script = Path.Combine(_folder.FullName, "script.ps1");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "ForeignSqlite", package, "Microsoft.Data.Sqlite.dll"), assembly);
        Assert.Equal(version, System.Reflection.AssemblyName.GetAssemblyName(assembly).Version!.ToString());
        await File.WriteAllTextAsync(manifest, "@{ ModuleVersion = '1.0'; RequiredAssemblies = 'Microsoft.Data.Sqlite.dll' }", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(script, Script, TestContext.Current.CancellationToken);
        Dictionary<string, string?> environment = theirsIsFirst
            ? new() { ["DOTNET_STARTUP_HOOKS"] = typeof(ForeignSqliteTests).Assembly.Location, [StartupHook.AssemblyVariable] = assembly }
            : [];

        TokenDash.Result result = await TokenDash.Run(environment, script, "-Folder", _folder.FullName, "-Foreign", manifest);

        Assert.Equal("", result.Error);
        // Both answers of ours, theirs at work, theirs by name, two copies in the process, and none of our dependencies where others look.
        Assert.Equal($"True\ntheirs.db\n{assembly}\n2\n", result.Output);
        Assert.Equal(0, result.ExitCode);
    }
}
