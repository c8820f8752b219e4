using System.Net;
using System.Net.Sockets;

namespace TokenDashboard.Module.Tests;

public sealed class CompletionTests(SampleStore store) : IClassFixture<SampleStore>
{
    [Fact]
    public void Completion_offers_users_most_frequent_first()
    {
        IReadOnlyList<string> users = store.Session.Complete($"Get-TokenUsage -Database '{store.Path}' -User ");

        Assert.Equal(store.Texts("(Get-TokenUsage User -OrderBy Requests -Descending | Where-Object User).User")[0], users[0]);
        Assert.Contains("'o''neill'", users);
        Assert.Contains("søren", users);
        Assert.DoesNotContain("''", users);
    }

    [Theory]
    [InlineData("Get-TokenUsage -Database '{0}' -User al", "alice")]
    [InlineData("Get-TokenUsage -Database '{0}' -User 'o''n", "'o''neill'")]
    [InlineData("Get-TokenRequest -Database '{0}' -Model MISTRAL", "mistral-medium-latest")]
    [InlineData("Get-UserTokenUsage -Path '{0}' -Provider m", "mistral")]
    [InlineData("Get-UserTokenUsage -Database '{0}' -RequestType e", "embedding")]
    [InlineData("Get-TokenUsage -TimeZone Europe/Berl", "Europe/Berlin")]
    [InlineData("Get-TokenUsage -Last 'last m", "'last month'")]
    [InlineData("Get-TokenUsage -Since yest", "yesterday")]
    [InlineData("Get-TokenUsage -Since no", "now")]
    [InlineData("New-TokenStore x.db -Until yest", "yesterday")]
    [InlineData("Get-TokenUsage -GroupBy Tr", "Transaction")]
    [InlineData("Get-UserTokenUsage -Per W", "Week")]
    [InlineData("Get-TokenRequest -OrderBy Dur", "DurationMs")]
    public void Parameter_values_are_completed(string line, string expected) =>
        Assert.Equal([expected], store.Session.Complete(line.Replace("{0}", store.Path, StringComparison.Ordinal)));

    [Fact]
    public void Completion_reads_the_store_that_the_command_uses()
    {
        string wildcard = Path.Combine(Path.GetDirectoryName(store.Path)!, "st*.db");
        IReadOnlyList<string> users = store.Session.Complete($"Get-TokenUsage -Database '{store.Path}' -User ");

        Assert.Equal(users, store.Session.Complete($"New-TokenReport report.html -Database '{store.Path}' -User "));
        File.WriteAllText(store.File("observicia_config.yaml"), "logging:\n  sqlite:\n    enabled: true\n    database: store.db");
        store.Session.Run("Push-Location $folder", ("folder", Path.GetDirectoryName(store.Path))).Succeeded();
        Assert.Equal(users, store.Session.Complete("New-TokenReport report.html -User "));
        store.Session.Run("Pop-Location").Succeeded();
        Assert.Equal(users, store.Session.Complete($"Get-TokenUsage -Database '{wildcard}' -User "));
        Assert.DoesNotContain("alice", store.Session.Complete($"Get-TokenUsage -Database '{wildcard}x' -User "));
    }

    [Fact]
    public void Completion_of_Last_does_not_offer_now() => Assert.DoesNotContain("now", store.Session.Complete("Get-TokenUsage -Last "));

    [Theory]
    [InlineData("tab\tbed", "\"tab`u{9}bed\"")]
    [InlineData("exe\u202Egpj", "\"exe`u{202e}gpj\"")]
    [InlineData("a\u2028$(b)`“c“[", "\"a`u{2028}`$(b)`````“c`“``[\"")]
    [InlineData("-dash", "'-dash'")]
    [InlineData("d’Arc", "'d’’Arc'")]
    public void Names_with_special_characters_are_quoted(string name, string expected)
    {
        string csv = store.File("names.csv"), database = store.File(Guid.NewGuid() + ".db");
        File.WriteAllText(csv, $"timestamp,prompt_tokens,user_id\n2026-03-01T12:00:00,5,{name}\n");
        store.Session.Run("Import-TokenUsage $csv -Database $database", ("csv", csv), ("database", database)).Succeeded();

        Assert.Equal([expected], store.Session.Complete($"Get-TokenUsage -Database '{database}' -User "));
        Assert.Equal(name, store.Value<string>($"(Get-TokenUsage User -Database '{database}' -User {expected}).User"));
    }

    [Fact]
    public void Completion_is_empty_for_a_missing_store() =>
        Assert.Empty(store.Session.Complete("Get-TokenUsage -Database /nowhere.db -User a"));

    // Without a limit, it would wait for minutes.
    [Fact]
    public void Completion_is_empty_for_a_server_that_does_not_answer()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        Assert.Empty(store.Session.Complete($"Get-TokenUsage -Database clickhouse://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/llm -User a"));
    }

    [Theory]
    [InlineData("@{ Database = 'NoDrive:/x.db' }")]
    [InlineData("@{ Database = 'NoProvider::x.db' }")]
    [InlineData("@{ Database = 'clickhouse://[/x' }")]
    public void Completion_is_empty_for_an_invalid_database(string bound) => Assert.Empty(
        store.Session.Run($"[TokenDashboard.Completion.StoreValueCompleter]::new().CompleteArgument('Get-TokenUsage', 'User', '', $null, {bound})").Succeeded());
}
