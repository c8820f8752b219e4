namespace TokenDashboard.Module.Tests.Commands;

public sealed class WatchTokenUsageTests(SampleStore store) : IClassFixture<SampleStore>
{
    [Theory]
    [InlineData("-Last yesterday", "RangeInvalid")]
    [InlineData("-Last 'last month'", "RangeInvalid")]
    [InlineData("-Since 2100-01-01", "RangeInvalid")]
    [InlineData("-Until now", "NamedParameterNotFound")]
    [InlineData("-WholeDays", "NamedParameterNotFound")]
    [InlineData("-Database clickhouse://127.0.0.1:1/none", "StoreEngineUnknown")]
    public void Invalid_input_has_a_stable_ErrorId(string parameters, string errorId) => Assert.Equal(errorId, Run($"Watch-TokenUsage {parameters}", parameters).ErrorId);

    [Theory]
    [InlineData("-Last 'this year'")]
    [InlineData("-Last today")]
    [InlineData("-Last 7d")]
    [InlineData("-Since 2026-10-01")]
    public void A_period_that_has_not_ended_can_be_watched(string parameters) => Assert.Single(Run($"Watch-TokenUsage {parameters}", parameters).Succeeded());

    [Fact]
    public void The_warning_about_no_matching_requests_is_shown_once()
    {
        ModuleSession.Result result = Run("Watch-TokenUsage -User nobody -Since 2020-01-01 -Count 2 -IntervalSec 1");

        Assert.Equal(2, result.Succeeded().Count);
        Assert.Contains("The stored requests are from 2026-10-", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    private ModuleSession.Result Run(string script, string parameters = "")
    {
        string database = parameters.Contains("-Database", StringComparison.Ordinal) ? "" : $"-Database '{store.Path}'";
        return store.Session.Run($"{script} {database} {(script.Contains("-Count", StringComparison.Ordinal) ? "" : "-Count 1")} -AsLine");
    }
}
