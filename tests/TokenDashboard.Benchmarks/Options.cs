using System.Globalization;

namespace TokenDashboard.Benchmarks;

/// <summary>What the program was asked for.</summary>
/// <param name="Rows">Requests in the store, or in the largest one where growth is shown.</param>
/// <param name="Growth">Whether stores of several sizes are compared instead.</param>
/// <param name="Folder">Where stores are kept from run to run.</param>
/// <param name="Runs">How often each thing is done; the median counts.</param>
/// <param name="Only">The parts to run; all where it is empty.</param>
/// <param name="PowerShell">The PowerShell that imports the module; that of the .NET tool where it is null.</param>
internal sealed record Options(int Rows, bool Growth, string Folder, int Runs, IReadOnlyList<string> Only, string? PowerShell)
{
    private const int DefaultRows = 5_000_000;
    private const int DefaultGrowthRows = 10_000_000;
    private static readonly string[] Parts = ["module", "requests", "grouped", "dashboards", "rollups", "imports", "clickhouse"];

    public const string Usage = """
        dotnet run -c Release --project tests/TokenDashboard.Benchmarks -- [--rows N] [--growth] [--only PART,...] [--runs N] [--folder PATH] [--powershell FILE]

          --rows N       requests in the store, 10,000 or more; 5,000,000 unless given
          --growth       the same questions on stores of 0.5, 1, 2, 5 and 10 million requests, up to --rows
          --only PART    only some of: module, requests, grouped, dashboards, rollups, imports, clickhouse (50 million requests made in
                         TOKENDASHBOARD_TEST_CLICKHOUSE, the address of a server or the path of libchdb.so)
          --runs N       how often each thing is done, 3 or more; the table shows medians
          --folder PATH  where stores are kept for the next run; needs about 0.6 KB a request, twice that with --growth
          --powershell FILE  the pwsh that imports the module; that of the .NET tool unless given, which compiles PowerShell itself while it runs
        """;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">It cannot be understood.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options(0, false, Path.Combine(Path.GetTempPath(), "tokendashboard-benchmarks"), 3, [], null);
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            string Value() => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{name} needs a value.");
            int Number(int least) =>
                int.TryParse(Value().Replace(",", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
                    ? number
                    : throw new FormatException($"{name} needs a whole number, {least} or more.");
            options = name switch
            {
                "--rows" => options with { Rows = Number(10_000) },
                "--growth" => options with { Growth = true },
                "--runs" => options with { Runs = Number(3) },
                "--only" => options with { Only = PartsOf(Value()) },
                "--folder" => options with { Folder = Path.GetFullPath(Value()) },
                "--powershell" => options with { PowerShell = Value() },
                _ => throw new FormatException($"'{name}' is not known."),
            };
        }
        return options.Rows > 0 ? options : options with { Rows = options.Growth ? DefaultGrowthRows : DefaultRows };
    }

    /// <summary>Whether a part is to be run.</summary>
    public bool Wants(string part) => Only.Count == 0 || Only.Contains(part);

    /// <summary>Whether a store is needed: the module's import asks none.</summary>
    public bool WantsStore => Only.Count == 0 || Only.Any(part => part is not ("module" or "clickhouse"));

    private static string[] PartsOf(string list)
    {
        string[] parts = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 0 && parts.All(Parts.Contains)
            ? parts
            : throw new FormatException($"--only needs one or more of {string.Join(", ", Parts)}, separated by commas.");
    }
}
