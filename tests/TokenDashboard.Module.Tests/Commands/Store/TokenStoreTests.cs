using System.Management.Automation;

namespace TokenDashboard.Module.Tests.Commands;

public sealed class TokenStoreTests(SampleStore store) : IClassFixture<SampleStore>
{
    [Fact]
    public void Get_TokenStore_describes_the_store()
    {
        PSObject info = Assert.Single(store.Session.Run("Get-TokenStore").Succeeded());

        Assert.Equal(store.Path, info.Properties["Database"].Value);
        Assert.True((long)info.Properties["Rows"].Value > 500);
        Assert.Equal("delete", info.Properties["JournalMode"].Value);
    }

    [Fact]
    public void A_failing_store_does_not_stop_the_pipeline()
    {
        ModuleSession.Result result = store.Session.Run(
            "$PSDefaultParameterValues = @{}; [IO.FileInfo]$path, [IO.FileInfo]'/nowhere.db', [IO.FileInfo]$path | Get-TokenStore; $PSDefaultParameterValues = @{ 'Get-*Token*:Database' = $path; "
                + "'Get-*Token*:TimeZone' = 'UTC' }",
            ("path", store.Path));

        Assert.Null(result.Terminating);
        Assert.Equal(2, result.Output.Count);
        Assert.Equal("StoreNotFound", result.ErrorId);
    }

    [Theory]
    [InlineData("/nowhere.db", "StoreNotFound")]
    [InlineData("nodrive:store.db", "PathInvalid")]
    [InlineData("/nowhere/*.db", "StoreNotFound")]
    public void A_failing_store_is_one_error_and_the_others_are_returned(string wrong, string errorId)
    {
        ModuleSession.Result result = store.Session.Run("Get-TokenStore -Database $wrong, $path", ("wrong", wrong), ("path", store.Path));

        Assert.Null(result.Terminating);
        Assert.Equal(errorId, result.ErrorId);
        Assert.Equal(store.Path, Assert.Single(result.Output).Properties["Database"].Value);
    }

    [Fact]
    public void WhatIf_reports_a_missing_store() =>
        Assert.Equal("StoreNotFound", store.Session.Run("Optimize-TokenStore -Database /nowhere.db -WhatIf").ErrorId);

    [Fact]
    public void A_relative_path_is_resolved_from_the_session_location() => Assert.Equal(
        store.Path,
        store.Session.Run("$null = $ExecutionContext.SessionState.Path.SetLocation($folder); (Get-TokenStore -Database ./store.db).Database", ("folder", Path.GetDirectoryName(store.Path)))
            .Succeeded()[0].ToString());

    [Fact]
    public void WhatIf_creates_no_store()
    {
        store.Session.Run("New-TokenStore $new -Sample -WhatIf", ("new", store.File("whatif.db"))).Succeeded();

        Assert.False(File.Exists(store.File("whatif.db")));
    }

    [Fact]
    public void A_new_store_is_empty_and_is_never_overwritten()
    {
        Assert.Equal(0L, store.Session.Run("(New-TokenStore $new).Rows", ("new", store.File("empty.db"))).Succeeded()[0].BaseObject);
        Assert.Equal("StoreExists", store.Session.Run("New-TokenStore $new", ("new", store.File("empty.db"))).ErrorId);
    }

    [Fact]
    public void The_same_seed_creates_the_same_sample() => Assert.Equal(
        store.Texts("(Get-TokenRequest).SpanId"),
        store.Texts(
            $"$null = New-TokenStore '{store.File("again.db")}' -Sample -Days 10 -RequestsPerDay 120 -Seed 3 -Until 2026-11-01T00:00Z; "
                + $"(Get-TokenRequest -Database '{store.File("again.db")}').SpanId"));

    [Theory]
    [InlineData("New-TokenStore x.db -Days 3 -Seed many", "CannotConvertArgumentNoMessage")]
    [InlineData("New-TokenStore x.db -Sample -Days 0", "ParameterArgumentValidationError")]
    [InlineData("New-TokenStore ''", "ParameterArgumentValidationError")]
    [InlineData("New-TokenStore x.db -Sample -Until 0001-01-02 -Days 30", "RangeInvalid")]
    [InlineData("New-TokenStore \"a`0b\"", "StoreWriteFailed")]
    [InlineData("New-TokenStore clickhouse://h/db", "StoreEngineUnknown")]
    [InlineData("New-GrafanaDashboard Cost -Currency XXXX", "ParameterArgumentValidationError")]
    [InlineData("Get-TokenStore -Database \"a`0b\"", "StoreNotFound")]
    [InlineData("Get-UserTokenUsage -ComparePrevious -Since ([DateTimeOffset]::MinValue) -Until now", "RangeInvalid")]
    public void Invalid_input_has_a_stable_ErrorId(string script, string errorId) => Assert.Equal(errorId, store.Session.Run(script).ErrorId);
}
