using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace TokenDashboard.Benchmarks;

/// <summary>Compares the first import of the module in a new PowerShell process with that of PSReadLine, which every interactive session imports.</summary>
internal static class ModuleBenchmark
{
    // Imports are short, and the start of a process varies.
    private const int Runs = 9;

    // 150 ms on a machine that imports PSReadLine in 107.
    private const double MaxRatioToPSReadLine = 1.4;

    public static void Run(string? powerShell)
    {
        Report.Begin("Module import");
        string module = Metadata("ModuleDirectory").TrimEnd('/', '\\');
        double[] ours = new double[Runs], theirs = new double[Runs];
        // The first run only fills the caches of the operating system.
        for (int run = -1; run < Runs; run++)
        {
            (double one, double other) = (Import(powerShell, module), Import(powerShell, "PSReadLine"));
            if (run >= 0)
                (ours[run], theirs[run]) = (one, other);
        }
        (double median, double yardstick) = (Measure.Median(ours), Measure.Median(theirs));
        Report.Compare("Import-Module in a new process", median, "PSReadLine", yardstick, MaxRatioToPSReadLine);
    }

    private static double Import(string? powerShell, string module)
    {
        string script = $"$w = [Diagnostics.Stopwatch]::StartNew(); Import-Module '{module.Replace("'", "''", StringComparison.Ordinal)}'; "
            + "$w.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)";
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

    private static string Metadata(string key) =>
        typeof(ModuleBenchmark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
