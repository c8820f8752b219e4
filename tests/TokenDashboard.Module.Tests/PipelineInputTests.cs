using System.Management.Automation;

namespace TokenDashboard.Module.Tests;

public sealed class PipelineInputTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tokendashboard-");
    private readonly ModuleSession _session = new();
    private readonly FileInfo _store;

    public PipelineInputTests()
    {
        _store = new FileInfo(Path.Combine(_folder.FullName, "store.db"));
        _session.Run("New-TokenStore $store -Sample -Days 2 -RequestsPerDay 50 -Until 2026-10-30T00:00Z", ("store", _store.FullName)).Succeeded();
    }

    [Fact]
    public void The_owner_of_a_piped_file_is_not_a_user_filter()
    {
        PSObject file = PSObject.AsPSObject(_store);
        file.Properties.Add(new PSNoteProperty("User", "owner-of-the-file"));

        PSObject all = Assert.Single(_session.Run("$file | Get-TokenUsage", ("file", file)).Succeeded());
        PSObject alice = Assert.Single(_session.Run("$file | Get-TokenUsage -User alice", ("file", file)).Succeeded());

        Assert.True((long)all.Properties["Requests"].Value > (long)alice.Properties["Requests"].Value);
        Assert.True((long)alice.Properties["Requests"].Value > 0);
    }

    [Fact]
    public void Only_unknown_piped_names_cause_a_warning()
    {
        ModuleSession.Result name = _session.Run("'alice', 'nouser' | Get-UserTokenUsage -Database $database", ("database", _store.FullName));
        ModuleSession.Result row = _session.Run("Get-UserTokenUsage -Database $database -First 1 | Get-TokenUsage User -Database $database -Last 1s", ("database", _store.FullName));

        Assert.StartsWith(
            "No request matches 'nouser'. The stored requests are from 2026-10-2",
            Assert.Single(name.Warnings, warning => warning.StartsWith("No request", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain(row.Warnings, warning => warning.StartsWith("No request", StringComparison.Ordinal));
    }

    [Fact]
    public void A_piped_sync_result_queries_its_target_unless_Database_is_given()
    {
        const string Result = "[pscustomobject]@{ Database = $database; Target = 'clickhouse://127.0.0.1:1/llm'; Source = 'web' }";

        ModuleSession.Result target = _session.Run($"{Result} | Get-TokenUsage", ("database", _store.FullName));
        ModuleSession.Result store = _session.Run($"{Result} | Select-Object Database, Target | Get-TokenUsage -Database $database", ("database", _store.FullName));

        Assert.StartsWith("StoreUnreachable,", Assert.Single(target.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Single(store.Succeeded());
    }

    [Fact]
    public void Piped_names_are_not_treated_as_wildcards()
    {
        string csv = Path.Combine(_folder.FullName, "names.csv"), database = Path.Combine(_folder.FullName, "names.db");
        string[] users = ["team*", "team1", "alice", "Alice", "bob[1", "svc-[prod]", "svc-p", "`tick", ""];
        File.WriteAllLines(csv, ["timestamp,user_id,prompt_tokens", .. users.Select((user, index) => $"2026-10-01T00:00:0{index},{user},{index + 1}")]);
        _session.Run("$null = Import-TokenUsage $csv -Database $database -Format Csv", ("csv", csv), ("database", database)).Succeeded();

        foreach (string script in (string[])["Get-UserTokenUsage -Database $database", "Get-TokenUsage User -Database $database", "Get-TokenRequest -Database $database"])
        {
            IReadOnlyList<PSObject> asked = _session.Run(
                $"{script} | ForEach-Object {{ $row = $_; $again = $row | Get-TokenUsage User -Database $database; \"$($row.User) $($row.TotalTokens) = $($again.User) $($again.TotalTokens)\" }}")
                .Succeeded();
            Assert.Equal(users.Select((user, index) => $"{user} {index + 1} = {user} {index + 1}").Order(), asked.Select(row => row.ToString()).Order());
        }
        Assert.Equal(
            "8", Assert.Single(_session.Run("(Get-TokenUsage -User TEAM* -Database $database).Requests + (Get-TokenUsage -User alice -Database $database).TotalTokens - 1").Succeeded()).ToString());
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("-Since 2026-10-29T00:15Z", false)]
    [InlineData("-Since 2026-10-29T12:00Z -MinTokens 1", false)]
    [InlineData("-Since $first", true)]
    [InlineData("-Until ($first.AddSeconds(1))", true)]
    [InlineData("-MinTokens 1", true)]
    [InlineData("-PolicyFailed", true)]
    [InlineData("Transaction", true)]
    public void Warns_when_removed_requests_are_missing_from_the_result(string arguments, bool warns)
    {
        _session.Run(
            "$first = (Get-TokenRequest -Database $store -First 1).Timestamp; Remove-TokenUsage -Database $store -Before 2026-10-29T00:15Z -Confirm:$false -WarningAction Ignore",
            ("store", _store.FullName)).Succeeded();

        ModuleSession.Result result = _session.Run($"Get-TokenUsage {arguments} -Database $store", ("store", _store.FullName));

        Assert.Equal(warns, result.Warnings.Any(warning => warning.Contains("Remove-TokenUsage", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_piped_row_with_a_range_can_be_watched()
    {
        ModuleSession.Result result = _session.Run(
            "Get-TokenUsage User -First 1 -Since 2026-10-29 -Until 2026-10-30 -Database $store | Watch-TokenUsage -Count 1 -AsLine -Database $store", ("store", _store.FullName));

        Assert.Single(result.Succeeded());
    }

    [Fact]
    public void A_store_that_cannot_be_created_does_not_stop_the_pipeline()
    {
        string other = Path.Combine(_folder.FullName, "other.db");

        ModuleSession.Result result = _session.Run("$paths | New-TokenStore", ("paths", new[] { _store.FullName, other }));

        Assert.Equal("StoreExists", result.ErrorId);
        Assert.Null(result.Terminating);
        Assert.Equal(other, Assert.Single(result.Output).Properties["Database"].Value);
    }

    [Fact]
    public void Fill_returns_empty_days_for_a_range_without_requests()
    {
        const string Question = "-Fill -Since 2020-01-01 -Until 2020-01-04 -TimeZone UTC -Database $store";

        IReadOnlyList<PSObject> days = _session.Run("Get-TokenUsage Day " + Question, ("store", _store.FullName)).Succeeded();
        IReadOnlyList<PSObject> daysOfModels = _session.Run("Get-TokenUsage Day, Model " + Question).Succeeded();

        Assert.Equal([0L, 0L, 0L], days.Select(day => day.Properties["Requests"].Value));
        Assert.Empty(daysOfModels);
    }

    public void Dispose()
    {
        _session.Dispose();
        _folder.Delete(recursive: true);
    }
}
