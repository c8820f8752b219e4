using TokenDashboard.Testing;

[assembly: AssemblyFixture(typeof(TestProcess))]

namespace TokenDashboard.Testing;

/// <summary>Prepares the test process before the first test.</summary>
public sealed class TestProcess : IDisposable
{
    private readonly DirectoryInfo _prices = Directory.CreateTempSubdirectory("tokendashboard-");

    public TestProcess()
    {
        // Tests block threads, one per processor, while they wait for servers in the same process. The thread pool grows only slowly.
        ThreadPool.GetMinThreads(out int threads, out int ports);
        ThreadPool.SetMinThreads(Math.Max(threads, 3 * Environment.ProcessorCount), ports);

        // Settings of the user or the machine must not affect the tests.
        string[] names =
        [
            "TOKENDASHBOARD_DATABASE", "OBSERVICIA_CONFIG_FILE", "GRAFANA_URL", "GRAFANA_TOKEN", "CLICKHOUSE_USER", "CLICKHOUSE_PASSWORD",
            // A proxy would also receive requests to test servers.
            "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy",
        ];
        foreach (string name in names)
            Environment.SetEnvironmentVariable(name, null);
        Environment.SetEnvironmentVariable("TOKENDASHBOARD_PRICES", _prices.FullName);
    }

    public void Dispose() => _prices.Delete(recursive: true);
}
