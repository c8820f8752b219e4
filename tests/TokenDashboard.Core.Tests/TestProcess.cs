using TokenDashboard.Testing;

[assembly: AssemblyFixture(typeof(TestProcess))]

namespace TokenDashboard.Testing;

/// <summary>Prepares the process before its tests begin.</summary>
public sealed class TestProcess : IDisposable
{
    private readonly DirectoryInfo _prices = Directory.CreateTempSubdirectory("tokendashboard-");

    public TestProcess()
    {
        // One test per processor holds a thread while servers in the same process respond. The pool would add more threads only slowly.
        ThreadPool.GetMinThreads(out int threads, out int ports);
        ThreadPool.SetMinThreads(Math.Max(threads, 3 * Environment.ProcessorCount), ports);

        // Settings of a user or a machine must not affect the tests.
        string[] names =
        [
            "TOKENDASHBOARD_DATABASE", "OBSERVICIA_CONFIG_FILE", "GRAFANA_URL", "GRAFANA_TOKEN", "CLICKHOUSE_USER", "CLICKHOUSE_PASSWORD",
            // A proxy would also receive the requests to the servers of tests.
            "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy",
        ];
        foreach (string name in names)
            Environment.SetEnvironmentVariable(name, null);
        Environment.SetEnvironmentVariable("TOKENDASHBOARD_PRICES", _prices.FullName);
    }

    public void Dispose() => _prices.Delete(recursive: true);
}
