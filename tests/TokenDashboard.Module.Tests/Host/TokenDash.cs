using System.Diagnostics;
using System.Text;

namespace TokenDashboard.Module.Tests.Host;

/// <summary>Runs the built tokendash in a separate process, with all streams redirected.</summary>
internal static class TokenDash
{
    private static readonly string Program = Path.Combine(
        ModuleSession.RepositoryPath, "src", "TokenDashboard.Host", "bin", ModuleSession.Metadata("Configuration"), "net10.0", "tokendash.dll");

    /// <summary>Starts tokendash. The caller ends it.</summary>
    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        // Use the runtime that runs the tests, wherever it is installed.
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardErrorEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        start.Environment["NO_COLOR"] = "1";
        // The process is too short-lived to benefit from dynamic PGO.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs tokendash until it exits.</summary>
    public static Task<Result> Run(params string[] arguments) => Run(Start(arguments), "");

    /// <summary>Runs tokendash until it exits, with additional environment variables.</summary>
    public static Task<Result> Run(IReadOnlyDictionary<string, string?> environment, params string[] arguments) => Run(Start(arguments, environment), "");

    /// <summary>Runs tokendash until it exits, with text on standard input.</summary>
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

    /// <summary>The result of a run.</summary>
    internal sealed record Result(int ExitCode, string Output, string Error);
}
