using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TokenDashboard.Pester.Tests;

/// <summary>
/// Rehearses a release: packages go to a folder that replaces the PowerShell Gallery and NuGet, and are installed from there into an empty home
/// directory. No other source is used.
/// </summary>
public sealed class PackageTests : IDisposable
{
    private const string Version = "0.1.0";
    private const string NextVersion = "0.2.0";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tokendash-");
    private readonly string _packages;
    private readonly string _home;

    public PackageTests()
    {
        _packages = _folder.CreateSubdirectory("packages").FullName;
        _home = _folder.CreateSubdirectory("home").FullName;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_module_can_be_installed_imported_and_updated_side_by_side()
    {
        await PackAsync("TokenDashboard");
        string staged = Path.Combine(PesterRun.Repository, "artifacts", "module", "TokenDashboard");

        // On Windows, user modules are in Documents, which no variable redirects, so they are saved to another folder.
        JsonElement published = await RunAsync($$"""
            Register-PSResourceRepository Rehearsal -Uri '{{_packages}}' -Trusted
            Copy-Item '{{staged}}' '{{_folder.FullName}}/next/TokenDashboard' -Recurse -Force
            $manifest = '{{_folder.FullName}}/next/TokenDashboard/TokenDashboard.psd1'
            (Get-Content $manifest -Raw).Replace("'{{Version}}'", "'{{NextVersion}}'") | Set-Content $manifest
            Publish-PSResource -Path (Split-Path $manifest) -Repository Rehearsal
            $found = Find-PSResource TokenDashboard -Repository Rehearsal -Version '*' | Sort-Object Version
            {{Install(Version)}}
            @{
                Versions = @($found.Version.ForEach('ToString'))
                Links    = @($found | ForEach-Object { "$($_.ProjectUri)"; "$($_.LicenseUri)" } | Where-Object { $_ -match '^https://' }).Count
                Notes    = @($found.ReleaseNotes | Where-Object Length -GT 200).Count
                Tags     = @($found | Where-Object { $_.Tags -contains 'PSEdition_Core' -and $_.Tags -contains 'Grafana' }).Count
            } | ConvertTo-Json -Compress
            """);

        Assert.Equal([Version, NextVersion], published.GetProperty("Versions").EnumerateArray().Select(version => version.GetString()));
        Assert.Equal((4, 2, 2), (published.GetProperty("Links").GetInt32(), published.GetProperty("Notes").GetInt32(), published.GetProperty("Tags").GetInt32()));

        // The update is installed while the older version is loaded.
        JsonElement first = await RunAsync($$"""
            {{Look}}
            {{Install(NextVersion)}}
            $look | ConvertTo-Json -Compress -Depth 4
            """);

        AssertComplete(first);
        JsonElement second = await RunAsync($$"""
            $newer = Import-Module TokenDashboard -PassThru
            $rows = (New-TokenStore "$HOME/next.db" -Sample -Days 1).Rows
            Remove-Module TokenDashboard
            $older = Import-Module TokenDashboard -RequiredVersion {{Version}} -PassThru
            "$($newer.Version)", "$($older.Version)", ($rows -gt 0) | ConvertTo-Json -Compress
            """);
        Assert.Equal([NextVersion, Version, "True"], second.EnumerateArray().Select(each => each.ToString()));
    }

    [Fact]
    public async Task The_tool_can_be_installed_and_run()
    {
        await PackAsync("TokenDashboard.Host");
        string tools = Path.Combine(_folder.FullName, "tools");
        string sources = Path.Combine(_folder.FullName, "nuget.config");
        await File.WriteAllTextAsync(
            sources, $"""<configuration><packageSources><clear /><add key="rehearsal" value="{_packages}" /></packageSources></configuration>""", TestContext.Current.CancellationToken);

        await ProcessAsync([PesterRun.DotNet, "tool", "install", "TokenDashboard.Host", "--tool-path", tools, "--configfile", sources]);
        string output = await ProcessAsync(
            [Path.Combine(tools, OperatingSystem.IsWindows() ? "tokendash.exe" : "tokendash"), "-NoProfile", "-NonInteractive", "-Command",
            $"$store = New-TokenStore '{_folder.FullName}/a.db' -Sample -Days 1; $store.Rows -gt 0; (Get-Module TokenDashboard).Version.ToString()"]);

        Assert.Equal(["True", Version], output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private static string Look => """
        Import-Module TokenDashboard
        $module = Get-Module TokenDashboard
        $commands = (Get-Command -Module TokenDashboard).Name
        $look = @{
            Version  = $module.Version.ToString()
            Listed   = @($module.ExportedCmdlets.Keys | Sort-Object)
            Commands = @($commands | Sort-Object)
            Helped   = @($commands | Where-Object { (Get-Help $_).description })
            Links    = @($commands | ForEach-Object { [Microsoft.PowerShell.Commands.GetHelpCodeMethods]::GetHelpUri((Get-Command $_)) })
            Project  = "$($module.ProjectUri)"
            About    = @((Get-Help about_TokenDashboard).Length, (Get-Help about_* | Where-Object Name -Match 'TokenDashboard').Name).Count
            Files    = @('LICENSE', 'THIRD-PARTY-NOTICES.txt' | Where-Object { Test-Path (Join-Path $module.ModuleBase $_) }).Count
            Rows     = (New-TokenStore "$HOME/$([guid]::NewGuid()).db" -Sample -Days 1).Rows
        }
        """;

    private static string Install(string version) => $$"""
        if ($IsWindows) { Save-PSResource TokenDashboard -Version {{version}} -Repository Rehearsal -Path (New-Item "$HOME/modules" -ItemType Directory -Force) }
        else { Install-PSResource TokenDashboard -Version {{version}} -Repository Rehearsal -Scope CurrentUser -Quiet }
        """;

    private static void AssertComplete(JsonElement look)
    {
        string[] Texts(string name) => [.. look.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];
        string[] commands = [.. Directory.GetFiles(Path.Combine(PesterRun.Repository, "docs", "commands"), "*-*.md").Select(page => Path.GetFileNameWithoutExtension(page)!).Order()];
        Assert.Equal(Version, look.GetProperty("Version").GetString());
        Assert.Equal(commands, Texts("Commands").Order());
        Assert.Equal(commands, Texts("Listed").Order());
        Assert.Equal(commands, Texts("Helped").Order());
        Assert.Equal(commands.Select(command => $"{look.GetProperty("Project").GetString()}/blob/main/docs/commands/{command}.md"), Texts("Links").Order());
        Assert.Equal((2, 2), (look.GetProperty("About").GetInt32(), look.GetProperty("Files").GetInt32()));
        Assert.True(look.GetProperty("Rows").GetInt64() > 0);
    }

    private Task<string> PackAsync(string project) => ProcessAsync(
        [PesterRun.DotNet, "pack", Path.Combine(PesterRun.Repository, "src", project), "--no-build", "--configuration", PesterRun.Configuration, "--output", _packages],
        ownHome: false);

    private async Task<JsonElement> RunAsync(string script)
    {
        string output = await ProcessAsync(
            [.. PesterRun.PowerShell, "-NoProfile", "-NonInteractive", "-Command", "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'\n" + script]);
        return JsonDocument.Parse(output).RootElement;
    }

    private async Task<string> ProcessAsync(string[] command, bool ownHome = true)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment.Remove("PSModulePath");
        if (ownHome)
        {
            foreach (string variable in (string[])["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "NUGET_PACKAGES"])
                start.Environment.Remove(variable);
            foreach (string variable in (string[])["HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "DOTNET_CLI_HOME"])
                start.Environment[variable] = _home;
            // The installed tool uses the .NET that runs the tests.
            start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
            if (OperatingSystem.IsWindows())
                start.Environment["PSModulePath"] = Path.Combine(_home, "modules");
        }
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)}\nended with {process.ExitCode}\n{string.Concat(output)}");
        return output[0];
    }
}
