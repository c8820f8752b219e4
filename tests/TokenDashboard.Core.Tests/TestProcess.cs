using TokenDashboard.Testing;

[assembly: AssemblyFixture(typeof(TestProcess))]

namespace TokenDashboard.Testing;

/// <summary>What holds for all tests of a process, before they begin.</summary>
public sealed class TestProcess : IDisposable
{
    private readonly DirectoryInfo _prices = Directory.CreateTempSubdirectory("tokendashboard-");

    public TestProcess()
    {
        // As many tests as there are processors hold a thread each while servers in the same process answer them; more would be added only slowly.
        ThreadPool.GetMinThreads(out int threads, out int ports);
        ThreadPool.SetMinThreads(Math.Max(threads, 3 * Environment.ProcessorCount), ports);

        // What a person or a machine has set for other work must not answer for a test.
        string[] names =
        [
            "TOKENDASHBOARD_DATABASE", "OBSERVICIA_CONFIG_FILE", "GRAFANA_URL", "GRAFANA_TOKEN", "CLICKHOUSE_USER", "CLICKHOUSE_PASSWORD",
            // A proxy would also be asked for the servers of tests.
            "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy",
        ];
        foreach (string name in names)
            Environment.SetEnvironmentVariable(name, null);
        Environment.SetEnvironmentVariable("TOKENDASHBOARD_PRICES", _prices.FullName);
    }

    public void Dispose() => _prices.Delete(recursive: true);
}
