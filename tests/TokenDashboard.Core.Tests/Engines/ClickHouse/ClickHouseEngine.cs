using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using TokenDashboard.Engines.ClickHouse;

namespace TokenDashboard.Tests.Engines.ClickHouse;

/// <summary>
/// The ClickHouse that tests use: TOKENDASHBOARD_TEST_CLICKHOUSE is the address of a server, or the path of libchdb.so, which the npm package
/// chdb brings. Without it these tests are skipped.
/// </summary>
internal sealed class ClickHouseEngine : IDisposable
{
    private static readonly string? Setting = Environment.GetEnvironmentVariable("TOKENDASHBOARD_TEST_CLICKHOUSE") is { Length: > 0 } text ? text : null;
    private static readonly Lazy<ClickHouseEngine> Instance = new(StartShared);

    private readonly Process? _process;
    private readonly int _port;

    /// <summary>Starts an engine of its own, where there is the library; else it is the server.</summary>
    /// <param name="folder">The folder of its data.</param>
    /// <param name="login">User and password, as user:password.</param>
    /// <param name="traffic">A file that takes what goes over the wire.</param>
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
            // Months end for it when they do for the tests.
            Environment = { ["TZ"] = "UTC" },
        })!;
        string? answer = _process.StandardOutput.ReadLine();
        Assert.StartsWith("ready ", answer, StringComparison.Ordinal);
        _port = int.Parse(answer![6..], CultureInfo.InvariantCulture);
    }

    /// <summary>Whether there is any.</summary>
    public static bool IsThere => Setting is not null;

    /// <summary>Whether engines can be started here, and killed.</summary>
    public static bool HasLibrary => IsThere && !ClickHouseAddress.Matches(Setting!);

    /// <summary>A cluster of one shard, whose tables show what those of a server do. Null where a server is given, whose clusters are not known.</summary>
    public static string? Cluster => HasLibrary ? "one" : null;

    /// <summary>A cluster of two shards. Both are the engine, so its tables show each row twice.</summary>
    public const string TwoShards = "two";

    /// <summary>The engine that tests share. It ends with them.</summary>
    public static ClickHouseEngine Shared => Instance.Value;

    /// <summary>The address of a database.</summary>
    public string AddressOf(string database) => HasLibrary ? $"clickhouse://127.0.0.1:{_port}/{database}" : $"{Setting!.TrimEnd('/')}/{database}";

    public int Port => _port;

    /// <summary>A new database with nothing in it.</summary>
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

    /// <summary>Ends it as a system does that has no memory left.</summary>
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
        SkipUnless = nameof(ClickHouseAvailability.IsThere);
        SkipType = typeof(ClickHouseAvailability);
    }
}

/// <summary>A test that needs an engine of its own, to end it, to read its traffic, or for its clusters.</summary>
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

/// <summary>What skips tests.</summary>
public static class ClickHouseAvailability
{
    public static bool IsThere => ClickHouseEngine.IsThere;

    public static bool HasLibrary => ClickHouseEngine.HasLibrary;
}
