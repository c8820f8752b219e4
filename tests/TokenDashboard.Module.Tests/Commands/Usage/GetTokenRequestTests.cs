using System.Management.Automation;

namespace TokenDashboard.Module.Tests.Commands;

public sealed class GetTokenRequestTests(SampleStore store) : IClassFixture<SampleStore>
{
    [Fact]
    public void Requests_are_returned_in_the_order_they_were_stored()
    {
        string[] ids = store.Texts("(Get-TokenRequest).Id");

        Assert.Equal(Enumerable.Range(1, ids.Length).Select(id => id.ToString()), ids);
        Assert.Equal(store.Value<long>("(Get-TokenStore).Rows"), ids.Length);
    }

    [Fact]
    public void Descending_order_returns_the_largest_requests_first()
    {
        string[] tokens = store.Texts("(Get-TokenRequest -OrderBy TotalTokens -Descending -First 5).TotalTokens");

        Assert.Equal(5, tokens.Length);
        Assert.Equal(store.Texts("(Get-TokenRequest).TotalTokens").OrderByDescending(long.Parse).Take(5), tokens);
    }

    [Fact]
    public void The_total_count_precedes_the_page()
    {
        string[] output = store.Texts("Get-TokenRequest -User alice -First 1 -IncludeTotalCount");

        Assert.Equal(store.Texts("(Get-TokenRequest -User alice).Count"), output[..1]);
        Assert.Equal(2, output.Length);
    }

    [Fact]
    public void Break_in_the_pipeline_ends_the_query() =>
        Assert.Equal("1", store.Texts("foreach ($round in 1) { Get-TokenRequest | ForEach-Object { $_.Id; break } }")[0]);

    [Fact]
    public void Stopping_the_pipeline_stops_the_query()
    {
        using PowerShell shell = PowerShell.Create(store.Session.Runspace);
        // Each iteration runs a new query, so one is running or about to start when the pipeline is stopped.
        shell.AddScript("while ($true) { $null = Get-TokenRequest -OrderBy TotalTokens }");
        using var started = new ManualResetEventSlim();
        shell.InvocationStateChanged += (_, change) => started.Set();
        IAsyncResult running = shell.BeginInvoke();
        started.Wait(TestContext.Current.CancellationToken);

        shell.Stop();

        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.NotEmpty(store.Texts("(Get-TokenRequest -First 1).Id"));
    }

    [Theory]
    [InlineData("(Get-TokenRequest -PolicyFailed).PolicyPassed", "False")]
    [InlineData("(Get-TokenRequest -Model *-embed-*).RequestType", "embedding")]
    [InlineData("(Get-TokenRequest -User O*NEILL).User", "o'neill")]
    [InlineData("(Get-TokenRequest -User '').User", "")]
    [InlineData("(Get-TokenRequest -MinTokens 5000).TotalTokens | ForEach-Object { $_ -ge 5000 }", "True")]
    public void Filters_return_only_matching_requests(string script, string expected)
    {
        Assert.Equal([expected], store.Texts(script).Distinct());
    }
}
