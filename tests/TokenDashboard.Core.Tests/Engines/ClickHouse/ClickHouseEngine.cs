using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using TokenDashboard.Engines.ClickHouse;

namespace TokenDashboard.Tests.Engines.ClickHouse;

/// <summary>
/// The ClickHouse that tests use. TOKENDASHBOARD_TEST_CLICKHOUSE is the address of a server, or the path of libchdb.so from the npm package
/// chdb. Without it, these tests are skipped.
/// </summary>
internal sealed class ClickHouseEngine : IDisposable
{
    private static readonly string? Setting = Environment.GetEnvironmentVariable("TOKENDASHBOARD_TEST_CLICKHOUSE") is { Length: > 0 } text ? text : null;
    private static readonly Lazy<ClickHouseEngine> Instance = new(StartShared);

    private readonly Process? _process;
    private readonly int _port;

    /// <summary>Starts a separate engine if the library is given. Otherwise uses the given server.</summary>
    /// <param name="folder">The folder of its data.</param>
    /// <param name="login">User and password, as user:password.</param>
    /// <param name="traffic">A file that records the network traffic.</param>
    /// <param name="port">The port; 0 for any.</param>
    public ClickHouseEngine(string folder, string? login = null, string? traffic = null, int port = 0)
    {
        if (!HasLibrary)
            return;
        string program = Path.Combine(AppContext.BaseDirectory, "TokenDashboard.SecondProcess.dll");
        _process = Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [program, "clickhouse", Setting!, folder, $"{port}", .. new[] { login, traffic }.TakeWhile(argument => argument is not null).Select(argument => argument!)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            // Its months must end when those of the tests do.
            Environment = { ["TZ"] = "UTC" },
        })!;
        string? answer = _process.StandardOutput.ReadLine();
        Assert.StartsWith("ready ", answer, StringComparison.Ordinal);
        _port = int.Parse(answer![6..], CultureInfo.InvariantCulture);
    }

    /// <summary>Whether a ClickHouse is given.</summary>
    public static bool IsAvailable => Setting is not null;

    /// <summary>Whether tests can start and kill engines.</summary>
    public static bool HasLibrary => IsAvailable && !ClickHouseAddress.Matches(Setting!);

    /// <summary>A cluster of one shard, whose tables contain the same rows as those of a server. Null for a given server, whose clusters are unknown.</summary>
    public static string? Cluster => HasLibrary ? "one" : null;

    /// <summary>A cluster of two shards. Both are the same engine, so its tables contain each row twice.</summary>
    public const string TwoShards = "two";

    /// <summary>The engine that tests share. It ends with the test process.</summary>
    public static ClickHouseEngine Shared => Instance.Value;

    /// <summary>The address of a database.</summary>
    public string AddressOf(string database) => HasLibrary ? $"clickhouse://127.0.0.1:{_port}/{database}" : $"{Setting!.TrimEnd('/')}/{database}";

    public int Port => _port;

    /// <summary>Creates an empty database.</summary>
    /// <returns>Its address.</returns>
    public string NewDatabase(NetworkCredential? credential = null)
    {
        string name = $"test_{Guid.NewGuid():N}";
        Execute($"CREATE DATABASE {name}", "default", credential);
        return AddressOf(name);
    }

    private static ClickHouseEngine StartShared()
    {
        var folder = new TemporaryFolder();
        var engine = new ClickHouseEngine(folder.Path);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            engine.Dispose();
            // The engine leaves tens of thousands of files. The run does not wait for their deletion, nor for the end of redirected output. The library exists only for
            // systems with rm.
            if (HasLibrary)
                Process.Start(new ProcessStartInfo("rm", ["-rf", folder.Path]) { RedirectStandardOutput = true, RedirectStandardError = true })?.Dispose();
            else
                folder.Dispose();
        };
        return engine;
    }

    /// <summary>Runs a statement.</summary>
    public void Execute(string sql, string database = "default", NetworkCredential? credential = null)
    {
        using var server = new ClickHouseServer(ClickHouseAddress.Parse(AddressOf(database)), credential, CancellationToken.None);
        server.Execute(sql);
    }

    /// <summary>Kills it, as a system without free memory does.</summary>
    public void Dispose()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
    }
}

/// <summary>A test that needs ClickHouse.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClickHouseFactAttribute : FactAttribute
{
    public ClickHouseFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        Skip = "TOKENDASHBOARD_TEST_CLICKHOUSE names no ClickHouse.";
        SkipUnless = nameof(ClickHouseAvailability.IsAvailable);
        SkipType = typeof(ClickHouseAvailability);
    }
}

/// <summary>A test that needs a separate engine, to kill it, to read its traffic, or to use its clusters.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClickHouseEngineFactAttribute : FactAttribute
{
    public ClickHouseEngineFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        Skip = "TOKENDASHBOARD_TEST_CLICKHOUSE names no libchdb.";
        SkipUnless = nameof(ClickHouseAvailability.HasLibrary);
        SkipType = typeof(ClickHouseAvailability);
    }
}

/// <summary>The conditions under which tests run.</summary>
public static class ClickHouseAvailability
{
    public static bool IsAvailable => ClickHouseEngine.IsAvailable;

    public static bool HasLibrary => ClickHouseEngine.HasLibrary;
}
