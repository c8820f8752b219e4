namespace TokenDashboard.Tests.Import;

/// <summary>Sessions and telemetry of GitHub Copilot.</summary>
public sealed class CopilotTests : IDisposable
{
    private readonly ImportFolder _folder = new();

    [Fact]
    public void A_session_of_the_CLI_counts_its_requests_those_of_subagents_and_compactions()
    {
        ImportReport report = _folder.Import(Samples.CopilotCli), again = _folder.Import(Samples.CopilotCli);

        Assert.Equal((ImportFormat.CopilotCli, 3, 0, 3), (report.Format, report.Imported, report.Unreadable, again.Duplicates));
        Assert.Equal(
            [
                "2026-03-01T12:00:02|s1||gpt-5.4|github-copilot|chat|1000|50|1050|900.0|1||||400|30|20|-",
                "2026-03-01T12:00:03|s1||gpt-5.4-mini|github-copilot|chat|500|10|510|300.0|1||||0|0|-|-",
                "2026-03-01T12:00:09|s1||gpt-5.4|github-copilot|chat|2000|60|2060|1500.0|1||||800|0|-|-",
            ],
            _folder.Requests());
    }

    [Fact]
    public void Requests_with_a_key_of_the_user_have_its_provider()
    {
        _folder.Import(Samples.CopilotCli.Replace("\"isByok\":false", "\"isByok\":true,\"providerType\":\"azure\""));

        Assert.Equal(["azure"], _folder.Query("SELECT DISTINCT provider FROM telemetry"));
    }

    [Fact]
    public void A_copy_of_a_request_in_another_session_counts_once()
    {
        _folder.Import(Samples.CopilotCli);

        ImportReport copy = _folder.Import(Samples.CopilotCli.Replace("\"id\":\"e2\"", "\"id\":\"f2\"").Replace("\"sessionId\":\"s1\"", "\"sessionId\":\"s9\""));

        Assert.Equal((0, 3), (copy.Imported, copy.Duplicates));
    }

    [Theory]
    [InlineData("github.copilot.turn_id", "github-copilot")]
    [InlineData("copilot_chat.turn.index", "github-copilot")]
    [InlineData("other", "github")]
    public void Spans_of_Copilot_have_the_provider_of_its_prices(string attribute, string provider)
    {
        _folder.Import(Samples.Copilot.Replace("\"gen_ai.request.model\"", $"\"gen_ai.provider.name\":\"github\",\"{attribute}\":\"0\",\"gen_ai.request.model\""));

        Assert.Equal([provider], _folder.Query("SELECT DISTINCT provider FROM telemetry WHERE model IS NOT NULL"));
    }

    [Fact]
    public void Spans_in_the_scope_of_Copilot_have_the_provider_of_its_prices()
    {
        _folder.Import(Samples.Copilot.Replace("\"gen_ai.request.model\"", "\"gen_ai.provider.name\":\"github\",\"gen_ai.request.model\"")
            .Replace("\"attributes\"", "\"instrumentationScope\":{\"name\":\"github.copilot\"},\"attributes\""));

        Assert.Equal(["github-copilot"], _folder.Query("SELECT DISTINCT provider FROM telemetry WHERE model IS NOT NULL"));
    }

    public void Dispose() => _folder.Dispose();
}
