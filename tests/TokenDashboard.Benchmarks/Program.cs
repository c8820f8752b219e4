using System.Globalization;
using System.Runtime.InteropServices;
using TokenDashboard.Benchmarks;

Options options;
try
{
    options = Options.Parse(args);
}
catch (FormatException exception)
{
    Console.Error.WriteLine($"{exception.Message}\n\n{Options.Usage}");
    return 2;
}

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.WriteLine(
    $"{Machine()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}; sqlite3 {SqliteShell.Version ?? "not installed"}, DuckDB {DuckDb.Version}; "
        + $"medians of {options.Runs} runs");
if (options.Growth)
{
    GrowthBenchmark.Run(options);
    return 0;
}
if (options.Wants("module"))
    ModuleBenchmark.Run(options.PowerShell, options.Folder);
if (options.Wants("clickhouse"))
    ClickHouseBenchmark.Run(options.Runs);
if (!options.WantsStore)
    return 0;
string raw = SampleStore.Make(options.Folder, options.Rows);
Console.WriteLine($"{Report.Count(options.Rows)} requests of 90 days, {new FileInfo(raw).Length / 1048576d:N0} MiB");
// First, while the process uses little memory.
if (options.Wants("requests"))
    RequestBenchmark.Run(raw, options.Runs);
if (options.Wants("grouped") || options.Wants("dashboards") || options.Wants("rollups"))
{
    string rollups = SampleStore.Copy(raw, "rollups.db");
    (double Time, double LongestLock) build = RollupBenchmark.Build(rollups);
    if (options.Wants("grouped"))
        GroupingBenchmark.Run(raw, rollups, options.Rows, options.Runs);
    if (options.Wants("dashboards"))
        DashboardBenchmark.Run(rollups, options.Runs);
    if (options.Wants("rollups"))
        RollupBenchmark.Run(raw, rollups, options.Rows, build, options.Runs);
    SampleStore.Remove(rollups);
}
if (options.Wants("imports"))
    ImportBenchmark.Run(raw, options.Rows, options.Runs);
return 0;

static string Machine()
{
    const string CpuInfo = "/proc/cpuinfo";
    string? line = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
    return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
}
