using System.Text.Json;

namespace TokenDashboard.Module.Tests.Host;

/// <summary>The script that makes a dashboard of one's own.</summary>
public sealed class OwnDashboardScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_tests_the_dashboard_on_a_sample_store_and_writes_it()
    {
        string script = Path.Combine(ModuleSession.RepositoryPath, "examples", "New-OwnDashboard.ps1");

        TokenDash.Result result = await TokenDash.Run("-File", script, "-Path", _folder);

        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        string file = Path.Combine(_folder, "assistants.json");
        Assert.Equal($"Assistants: 5 panels, every query run without a fault. Written: {file}", result.Output.Trim());
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal("Assistants", json.RootElement.GetProperty("title").GetString());
    }
}
