namespace TokenDashboard.Module.Tests.Host;

/// <summary>Tests what tokendash adds to PowerShell's console host: the module, for every command line.</summary>
public sealed class TokenDashTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tokendash-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_script_gets_the_module_and_its_arguments_and_sets_the_exit_code()
    {
        string script = Script("""
            param([string] $Name, [switch] $Loud, [int] $Count, [Parameter(ValueFromRemainingArguments)] $Rest)
            "$Name|$Loud|$Count|$Rest"
            $PSCommandPath
            (Get-Module TokenDashboard).Name
            exit 5
            """);

        TokenDash.Result result = await TokenDash.Run("-File", script, "-Name", "a b", "-Loud", "-Count:3", "x", "y");

        Assert.Equal(($"a b|True|3|x y\n{script}\nTokenDashboard\n", "", 5), (result.Output, result.Error, result.ExitCode));
    }

    [Theory]
    [InlineData("", "-NoProfile", "-Command", "Get-Module TokenDashboard | ForEach-Object Name; exit 3")]
    [InlineData("Get-Module TokenDashboard | ForEach-Object Name; exit 3", "-NoProfile", "-NonInteractive", "-Command", "-")]
    [InlineData("Get-Module TokenDashboard | ForEach-Object Name; exit 3", "-NoProfile", "-NonInteractive", "-File", "-")]
    public async Task The_module_is_loaded_for_commands_and_standard_input(string input, params string[] arguments)
    {
        TokenDash.Result result = await TokenDash.RunWithInput(input, arguments);

        Assert.Contains("TokenDashboard\n", result.Output, StringComparison.Ordinal);
        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task A_custom_session_configuration_finds_the_module_on_its_path()
    {
        string session = Path.Combine(_folder.FullName, "own.pssc");
        await TokenDash.Run("-NoProfile", "-Command", $"New-PSSessionConfigurationFile '{session}'");

        TokenDash.Result result = await TokenDash.Run("-NoProfile", "-ConfigurationFile", session, "-Command", "(Get-Command Get-TokenStore).Source");

        Assert.Equal(("TokenDashboard\n", 0), (result.Output, result.ExitCode));
    }

    [Fact]
    public async Task Built_in_modules_are_available_and_other_runspaces_find_this_module()
    {
        // On Windows, PowerShell writes in the code page of the console.
        TokenDash.Result result = await TokenDash.Run("-NoProfile", "-Command", """
            [Console]::OutputEncoding = [Text.UTF8Encoding]::new()
            (Get-Module -ListAvailable PSReadLine, Microsoft.PowerShell.* | ForEach-Object Name | Sort-Object -Unique) -join ' '
            Add-Type 'public static class FromSource { public static int Value => 6; }'; [FromSource]::Value
            Start-ThreadJob { (Get-Command Get-TokenStore).Source } | Receive-Job -Wait
            1 | ForEach-Object -Parallel { (Get-Command Get-TokenStore).Source }
            [pscustomobject] @{ Name = 'Zoë'; Count = 20 } | ConvertTo-Csv
            """);

        Assert.Equal("", result.Error);
        string[] lines = result.Output.TrimEnd('\n').Split('\n');
        string[] modules = lines[0].Split(' ');
        Assert.All(
            ["Archive", "Host", "Management", "PSResourceGet", "Security", "ThreadJob", "Utility"],
            name => Assert.Contains($"Microsoft.PowerShell.{name}", modules));
        Assert.Contains("PSReadLine", modules);
        Assert.Equal(["6", "TokenDashboard", "TokenDashboard", "\"Name\",\"Count\"", "\"Zoë\",\"20\""], lines[1..]);
    }

    private string Script(string text)
    {
        string path = Path.Combine(_folder.FullName, "script [1].ps1");
        File.WriteAllText(path, text);
        return path;
    }
}
