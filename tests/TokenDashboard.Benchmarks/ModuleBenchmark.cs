using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace TokenDashboard.Benchmarks;

/// <summary>
/// Compares the first import of the module in a new PowerShell process with that of PSReadLine, which every interactive session imports, and the
/// first query of a process with the second one.
/// </summary>
internal static class ModuleBenchmark
{
    // Imports are short, and the start of a process varies.
    private const int Runs = 9;

    // 150 ms on a machine that imports PSReadLine in 107.
    private const double MaxRatioToPSReadLine = 1.4;

    // A small store, so that almost all of the time of the first query is the runtime's.
    private const int Requests = 10_000;

    public static void Run(string? powerShell, string folder)
    {
        Report.Begin("Module import");
        string module = $"Import-Module {Quoted(Metadata("ModuleDirectory").TrimEnd('/', '\\'))}";
        string rollups = SampleStore.Copy(SampleStore.Make(folder, Requests), "module.db");
        RollupBenchmark.Build(rollups);
        string query = $"$null = Get-TokenUsage Day -Database {Quoted(rollups)} -WarningAction Ignore";
        (string Before, string Timed)[] scripts = [("", module), ("", "Import-Module PSReadLine"), (module, query), ($"{module}; {query}", query)];
        double[][] times = [.. scripts.Select(_ => new double[Runs])];
        // The first run only fills the caches of the operating system.
        for (int run = -1; run < Runs; run++)
        {
            for (int script = 0; script < scripts.Length; script++)
                times[script][Math.Max(run, 0)] = Time(powerShell, scripts[script].Before, scripts[script].Timed);
        }
        SampleStore.Remove(rollups);
        double[] medians = [.. times.Select(Measure.Median)];
        Report.Compare("Import-Module in a new process", medians[0], "PSReadLine", medians[1], MaxRatioToPSReadLine);
        Report.Compare("the first query of a process", medians[2], "the same again", medians[3]);
    }

    private static double Time(string? powerShell, string before, string timed)
    {
        string script = $"{before}; $w = [Diagnostics.Stopwatch]::StartNew(); {timed}; $w.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)";
        string[] arguments = ["-NoProfile", "-NonInteractive", "-Command", script];
        ProcessStartInfo start = powerShell is null
            ? new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Metadata("PowerShell"), .. arguments])
            : new(powerShell, arguments);
        start.RedirectStandardOutput = true;
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? double.Parse(output, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"PowerShell ended with {process.ExitCode}: {output}");
    }

    private static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Metadata(string key) =>
        typeof(ModuleBenchmark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
