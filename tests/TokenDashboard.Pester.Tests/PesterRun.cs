using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace TokenDashboard.Pester.Tests;

/// <summary>Runs Pester files in a PowerShell process and returns a row for each result.</summary>
internal static class PesterRun
{
    private static readonly string Packages = Metadata("PackageDirectory");

    /// <summary>The folder of the repository.</summary>
    public static string Repository { get; } = Metadata("RepositoryDirectory");

    private static string TestDirectory => Path.Combine(Repository, "tests");

    /// <summary>The tested configuration, Debug or Release.</summary>
    public static string Configuration { get; } = Metadata("Configuration");

    /// <summary>The .NET that runs the tests.</summary>
    public static string DotNet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>The command that starts tokendash.</summary>
    public static string[] TokenDash { get; } =
        [DotNet, Path.Combine(Repository, "src", "TokenDashboard.Host", "bin", Configuration, "net10.0", "tokendash.dll")];

    /// <summary>The command that starts PowerShell: the one from the package, unless TOKENDASHBOARD_PWSH names another.</summary>
    public static string[] PowerShell { get; } = Environment.GetEnvironmentVariable("TOKENDASHBOARD_PWSH") is { Length: > 0 } path
        ? [path]
        : [DotNet, Path.Combine(Packages, "powershell", Metadata("PowerShellVersion"), "tools", "net10.0", "any", OperatingSystem.IsWindows() ? "win" : "unix", "pwsh.dll")];

    /// <summary>The names of all Pester test files.</summary>
    public static string[] Files { get; } = [.. Directory.GetFiles(TestDirectory, "*.Tests.ps1").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>Runs files and returns a row with the name of each test.</summary>
    /// <exception cref="InvalidOperationException">The process ended without results, or a file has no test.</exception>
    public static async Task<IEnumerable<ITheoryDataRow>> RunAsync(string[] shell, string version, IEnumerable<string> files)
    {
        string results = Path.GetTempFileName();
        try
        {
            string paths = string.Join(',', files.Select(file => Quoted(Path.Combine(TestDirectory, file))));
            string pester = Path.Combine(Packages, "pester", version, "tools", "Pester.psd1");
            string script = Path.Combine(TestDirectory, "Invoke-PesterTest.ps1");
            var start = new ProcessStartInfo(
                shell[0],
                [.. shell[1..], "-NoProfile", "-NonInteractive", "-Command", $"& {Quoted(script)} -Path {paths} -Pester {Quoted(pester)} -OutputPath {Quoted(results)}; exit $LASTEXITCODE"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            // The process is too short-lived to benefit from dynamic PGO.
            start.Environment["DOTNET_TieredPGO"] = "0";
            start.Environment["NO_COLOR"] = "1";
            start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
            // If PowerShell runs dotnet test, this contains the module folders of that PowerShell.
            start.Environment.Remove("PSModulePath");
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            string json = await File.ReadAllTextAsync(results);
            PesterResult[] tests = json.Length == 0 ? [] : JsonSerializer.Deserialize<PesterResult[]>(json)!;
            if (tests.Length == 0 || (process.ExitCode == 0) == tests.Any(test => test.Result == "Failed"))
                throw new InvalidOperationException($"Pester {version} ended with {process.ExitCode} and {tests.Length} results.\n{string.Concat(output)}");
            return [.. tests.Select(test => test.ToRow(version))];
        }
        finally
        {
            File.Delete(results);
        }
    }

    private static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Metadata(string key) =>
        typeof(PesterRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    private sealed record PesterResult(string Name, string Result, string Message)
    {
        public TheoryDataRow<string, string> ToRow(string version) => new(Result, Message)
        {
            TestDisplayName = $"Pester {version}: {Name.ReplaceLineEndings(" ")}",
            // Otherwise, the arguments would be part of the name.
            Label = "",
            Skip = Result == "Skipped" ? "Pester skipped it." : null,
        };
    }
}
