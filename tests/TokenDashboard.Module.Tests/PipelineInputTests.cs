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
    public void A_files_owner_is_not_taken_for_a_user_of_requests()
    {
        PSObject file = PSObject.AsPSObject(_store);
        file.Properties.Add(new PSNoteProperty("User", "owner-of-the-file"));

        PSObject all = Assert.Single(_session.Run("$file | Get-TokenUsage", ("file", file)).Succeeded());
        PSObject alice = Assert.Single(_session.Run("$file | Get-TokenUsage -User alice", ("file", file)).Succeeded());

        Assert.True((long)all.Properties["Requests"].Value > (long)alice.Properties["Requests"].Value);
        Assert.True((long)alice.Properties["Requests"].Value > 0);
    }

    [Fact]
    public void A_store_that_cannot_be_made_does_not_keep_the_next_from_being_made()
    {
        string other = Path.Combine(_folder.FullName, "other.db");

        ModuleSession.Result result = _session.Run("$paths | New-TokenStore", ("paths", new[] { _store.FullName, other }));

        Assert.Equal("StoreExists", result.ErrorId);
        Assert.Null(result.Terminating);
        Assert.Equal(other, Assert.Single(result.Output).Properties["Database"].Value);
    }

    [Fact]
    public void Filling_gives_the_empty_days_of_a_range_without_requests()
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
