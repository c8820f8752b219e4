using System.Diagnostics;
using System.Text;

namespace TokenDashboard.Module.Tests.Host;

/// <summary>The built tokendash as its own process, with every stream redirected.</summary>
internal static class TokenDash
{
    private static readonly string Program = Path.Combine(
        ModuleSession.RepositoryPath, "src", "TokenDashboard.Host", "bin", ModuleSession.Metadata("Configuration"), "net10.0", "tokendash.dll");

    /// <summary>Starts tokendash; whoever asks ends it.</summary>
    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        // The runtime that runs the tests also runs the program, wherever it is installed.
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardErrorEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        start.Environment["NO_COLOR"] = "1";
        // Such a process ends before code that was measured while it ran could pay.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs tokendash to its end.</summary>
    public static Task<Result> Run(params string[] arguments) => Run(Start(arguments), "");

    /// <summary>Runs tokendash to its end with more environment variables.</summary>
    public static Task<Result> Run(IReadOnlyDictionary<string, string?> environment, params string[] arguments) => Run(Start(arguments, environment), "");

    /// <summary>Runs tokendash to its end with a text on its standard input.</summary>
    public static Task<Result> RunWithInput(string input, params string[] arguments) => Run(Start(arguments), input);

    private static async Task<Result> Run(Process started, string input)
    {
        using Process process = started;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Result(process.ExitCode, (await output).ReplaceLineEndings("\n"), (await error).ReplaceLineEndings("\n"));
    }

    /// <summary>What a run left behind.</summary>
    internal sealed record Result(int ExitCode, string Output, string Error);
}
