using TokenDashboard.Testing;

[assembly: AssemblyFixture(typeof(NoSettings))]

namespace TokenDashboard.Testing;

/// <summary>What a person or a machine has set for other work must not answer for a test. It is taken out of the process before its tests begin.</summary>
public sealed class NoSettings : IDisposable
{
    private readonly DirectoryInfo _prices = Directory.CreateTempSubdirectory("tokendashboard-");

    public NoSettings()
    {
        string[] names =
        [
            "TOKENDASHBOARD_DATABASE", "OBSERVICIA_CONFIG_FILE", "GRAFANA_URL", "GRAFANA_TOKEN", "CLICKHOUSE_USER", "CLICKHOUSE_PASSWORD", "NO_COLOR",
            // A proxy would also be asked for the servers of tests.
            "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy",
        ];
        foreach (string name in names)
            Environment.SetEnvironmentVariable(name, null);
        Environment.SetEnvironmentVariable("TOKENDASHBOARD_PRICES", _prices.FullName);
    }

    public void Dispose() => _prices.Delete(recursive: true);
}
