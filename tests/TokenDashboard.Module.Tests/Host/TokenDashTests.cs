using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace TokenDashboard.Module.Tests.Host;

public sealed partial class TokenDashTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tokendash-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_script_gets_its_arguments_and_its_place_and_chooses_the_exit_code()
    {
        string script = Script("""
            param([string] $Name, [switch] $Loud, [int] $Count, [Parameter(ValueFromRemainingArguments)] $Rest)
            "$Name|$Loud|$Count|$Rest"
            $PSScriptRoot
            $PSCommandPath
            (Get-Module TokenDashboard).Name
            exit 5
            """);

        TokenDash.Result result = await TokenDash.Run("-File", script, "-Name", "a b", "-Loud", "-Count:3", "x", "y");

        Assert.Equal($"a b|True|3|x y\n{_folder.FullName}\n{script}\nTokenDashboard\n", result.Output);
        Assert.Equal("", result.Error);
        Assert.Equal(5, result.ExitCode);
    }

    [Fact]
    public async Task Results_and_messages_go_to_separate_streams_without_colour()
    {
        TokenDash.Result result = await TokenDash.Run("-Command", """
            [pscustomobject] @{ Name = '漢字'; Count = 1 }
            [pscustomobject] @{ Name = 'Zoë'; Count = 20 }
            $Host.UI.WriteWarningLine('careful')
            $Host.UI.WriteVerboseLine('chatty')
            $Host.UI.WriteProgress(1, [System.Management.Automation.ProgressRecord]::new(1, 'busy', 'half'))
            'last'
            Import-Module
            """);

        Assert.Equal("\nName Count\n---- -----\n漢字     1\nZoë     20\nlast\n\n", result.Output);
        Assert.StartsWith("WARNING: careful\nVERBOSE: chatty\nImport-Module: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("missing mandatory parameters: Name", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("busy", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output + result.Error);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task An_error_before_the_last_statement_does_not_fail_the_run()
    {
        // Nor does a code that a native program left behind: only exit, an ending error, and the last statement count.
        TokenDash.Result result = await TokenDash.Run(Script("$global:LASTEXITCODE = 7; Get-Nothing; 'done'"));

        Assert.Equal("done\n", result.Output);
        Assert.StartsWith("Get-Nothing: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task An_uncaught_error_ends_the_script_and_says_where()
    {
        string script = Script("'before'\nthrow 'broken'\n'after'");

        TokenDash.Result result = await TokenDash.Run(script);

        Assert.Equal("before\n", result.Output);
        Assert.StartsWith($"Exception: {script}:2\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("broken", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task A_parse_error_runs_nothing_and_shows_the_place()
    {
        TokenDash.Result result = await TokenDash.Run("-Command", "'never'; if (");

        Assert.Equal("", result.Output);
        Assert.StartsWith("ParserError:", result.Error, StringComparison.Ordinal);
        Assert.Contains("'never'; if (", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task Standard_input_is_a_script_and_cannot_answer_questions()
    {
        TokenDash.Result result = await TokenDash.RunWithInput("""
            if ($true) {
                'Zoë'
            }
            try { $Host.UI.ReadLine() } catch { "$_" }
            exit 3
            """);

        Assert.StartsWith("Zoë\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("standard input is not a terminal", result.Output, StringComparison.Ordinal);
        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task Version_is_the_one_in_the_build_properties()
    {
        string version = XDocument.Load(Path.Combine(ModuleSession.RepositoryPath, "Directory.Build.props")).Descendants("Version").Single().Value;

        TokenDash.Result result = await TokenDash.Run("-Version");

        Assert.StartsWith($"tokendash {version} (PowerShell 7.", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }

    [Theory]
    [InlineData("-Bogus", "tokendash has no option '-Bogus'.")]
    [InlineData("nowhere.ps1", "There is no script ")]
    public async Task A_wrong_command_line_shows_the_usage(string word, string message)
    {
        TokenDash.Result result = await TokenDash.Run(word);

        Assert.Equal("", result.Output);
        Assert.StartsWith(message, result.Error, StringComparison.Ordinal);
        Assert.Contains("Usage: tokendash", result.Error, StringComparison.Ordinal);
        Assert.Equal(64, result.ExitCode);
    }

    [Theory]
    [InlineData(Interrupt, 130)]
    [InlineData(Terminate, 143)]
    public async Task A_signal_stops_the_script_and_lets_it_clean_up(int signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send to another process.");
        Assert.SkipWhen(signal == Interrupt && InterruptIsIgnored(), "This process was started with SIGINT ignored, and its children inherit that.");
        using Process process = TokenDash.Start([Script("'started'; try { while ($true) { } } finally { [Console]::WriteLine('cleaned up') }")]);
        Assert.Equal("started", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

        Assert.Equal(0, Kill(process.Id, signal));
        string rest = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("cleaned up\n", rest);
        Assert.Equal(exitCode, process.ExitCode);
    }

    [Fact]
    public async Task A_script_ends_when_nobody_reads_its_output_any_more()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The console's stream does not tell on Windows.");
        using Process process = TokenDash.Start([Script("while ($true) { 'endless' }")]);
        Assert.Equal("endless", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

        process.StandardOutput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(141, process.ExitCode);
    }

    private const int Interrupt = 2;
    private const int Terminate = 15;

    private string Script(string text)
    {
        string path = Path.Combine(_folder.FullName, "script [1].ps1");
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A shell starts background jobs so; Linux shows it as a bit of the mask SigIgn.</summary>
    private static bool InterruptIsIgnored() => OperatingSystem.IsLinux()
        && (Convert.ToUInt64(File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim(), 16) & (1UL << (Interrupt - 1))) != 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
