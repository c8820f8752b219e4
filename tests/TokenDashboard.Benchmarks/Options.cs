using System.Globalization;

namespace TokenDashboard.Benchmarks;

/// <summary>The command-line options.</summary>
/// <param name="Rows">Requests in the store, or in the largest store with --growth.</param>
/// <param name="Growth">Whether to compare stores of several sizes instead.</param>
/// <param name="Folder">The folder that keeps stores between runs.</param>
/// <param name="Runs">How often each operation runs. The median is reported.</param>
/// <param name="Only">The parts to run; all if empty.</param>
/// <param name="PowerShell">The PowerShell that imports the module; that of the .NET tool if null.</param>
internal sealed record Options(int Rows, bool Growth, string Folder, int Runs, IReadOnlyList<string> Only, string? PowerShell)
{
    private const int DefaultRows = 5_000_000;
    private const int DefaultGrowthRows = 10_000_000;
    private static readonly string[] Parts = ["module", "requests", "grouped", "dashboards", "rollups", "imports", "clickhouse"];

    public const string Usage = """
        dotnet run -c Release --project tests/TokenDashboard.Benchmarks -- [--rows N] [--growth] [--only PART,...] [--runs N] [--folder PATH] [--powershell FILE]

          --rows N       requests in the store, at least 10,000; the default is 5,000,000, and 10,000,000 with --growth
          --growth       run the same queries on stores of 0.5, 1, 2, 5 and 10 million requests, up to --rows
          --only PART    run only these parts: module, requests, grouped, dashboards, rollups, imports, clickhouse (generates 50 million
                         requests in TOKENDASHBOARD_TEST_CLICKHOUSE, the address of a server or the path of libchdb.so)
          --runs N       how often each operation runs, at least 3; the default is 3. The tables show medians
          --folder PATH  the folder that keeps stores for the next run; needs about 0.6 KB per request, twice that with --growth
          --powershell FILE  the pwsh that imports the module; the default is the .NET tool, which JIT-compiles PowerShell itself
        """;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">The command line is invalid.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options(0, false, Path.Combine(Path.GetTempPath(), "tokendashboard-benchmarks"), 3, [], null);
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            string Value() => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{name} needs a value.");
            int Number(int minimum) =>
                int.TryParse(Value().Replace(",", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                    && number >= minimum
                    ? number
                    : throw new FormatException($"{name} needs a whole number of at least {minimum}.");
            options = name switch
            {
                "--rows" => options with { Rows = Number(10_000) },
                "--growth" => options with { Growth = true },
                "--runs" => options with { Runs = Number(3) },
                "--only" => options with { Only = PartsOf(Value()) },
                "--folder" => options with { Folder = Path.GetFullPath(Value()) },
                "--powershell" => options with { PowerShell = Value() },
                _ => throw new FormatException($"'{name}' is not a known option."),
            };
        }
        return options.Rows > 0 ? options : options with { Rows = options.Growth ? DefaultGrowthRows : DefaultRows };
    }

    /// <summary>Whether to run a part.</summary>
    public bool Wants(string part) => Only.Count == 0 || Only.Contains(part);

    /// <summary>Whether a store is needed. The parts module and clickhouse do not use it.</summary>
    public bool WantsStore => Only.Count == 0 || Only.Any(part => part is not ("module" or "clickhouse"));

    private static string[] PartsOf(string list)
    {
        string[] parts = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 0 && parts.All(Parts.Contains)
            ? parts
            : throw new FormatException($"--only needs one or more of {string.Join(", ", Parts)}, separated by commas.");
    }
}
