using System.Management.Automation;

namespace TokenDashboard.Module.Tests.Commands;

public sealed class ImportTokenUsageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tokendashboard-");
    private readonly CapturingHost _host = new();
    private readonly ModuleSession _session;

    public ImportTokenUsageTests()
    {
        _session = new ModuleSession(_host);
        Write("first.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n2023-11-16 18:17:04.0319600,3180,8");
        Write("poem.txt", "Roses are red,\nviolets are blue\n");
        Write("never.csv", "timestamp,prompt_tokens\nnever,1\n");
        Write("sums.csv", "start_time,num_model_requests,input_tokens\n1793491200,57,12000\n");
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "empty"));
        Write("second [1].csv", "timestamp,prompt_tokens,user_id\n2026-03-01T12:00:00,5,alice\n2026-03-01T12:00:00,many,bob\n");
        _session.Run("$null = $ExecutionContext.SessionState.Path.SetLocation($folder); $PSDefaultParameterValues = @{ '*:Database' = $folder + '/store.db' }", ("folder", _folder.FullName))
            .Succeeded();
    }

    [Fact]
    public void Times_without_a_zone_use_the_given_time_zone()
    {
        (string Time, string Utc)[] times =
        [
            ("2026-07-01T08:00:00", "2026-07-01T06:00:00"), ("1.7.2026 08:00", "2026-07-01T06:00:00"), ("2026-01-01 08:00", "2026-01-01T07:00:00"),
            ("2026-07-01T08:00:00Z", "2026-07-01T08:00:00"), ("2026-07-01 08:00:00 UTC", "2026-07-01T08:00:00"), ("Wed Jul 01 2026 08:00:00 GMT", "2026-07-01T08:00:00"),
            ("2026-07-01T08:00:00+05:00", "2026-07-01T03:00:00"), ("2026-07-01T08:00:00[America/New_York]", "2026-07-01T12:00:00"), ("1782892800", "2026-07-01T08:00:00"),
        ];
        Write("zones.csv", "timestamp,prompt_tokens,user_id\n" + string.Concat(times.Select((time, index) => $"{time.Time},1,{index}\n")));

        IReadOnlyList<PSObject> stored = _session.Run(
            "$null = Import-TokenUsage zones.csv -TimeZone Europe/Berlin; Get-TokenRequest | Sort-Object User | ForEach-Object { $_.Timestamp.ToString('s') }").Succeeded();

        Assert.Equal(times.Select(time => time.Utc), stored.Select(time => time.ToString()));
    }

    [Fact]
    public void Map_imports_a_CSV_file_with_other_column_names()
    {
        PSObject report = Assert.Single(
            _session.Run("Import-TokenUsage first.csv -Map @{ timestamp = 'TIMESTAMP'; prompt_tokens = 'ContextTokens'; completion_tokens = 'GeneratedTokens'; model = '=gpt-4' }").Succeeded());

        Assert.Equal(2L, report.Properties["Imported"].Value);
        Assert.Equal(8006L, _session.Run("(Get-TokenUsage Model).TotalTokens").Succeeded()[0].BaseObject);
    }

    [Fact]
    public void Piped_files_with_brackets_in_their_names_are_imported()
    {
        PSObject report = Assert.Single(_session.Run("[IO.FileInfo]$file | Import-TokenUsage", ("file", Path.Combine(_folder.FullName, "second [1].csv"))).Succeeded());

        Assert.Equal((1L, 1L), ((long)report.Properties["Imported"].Value, (long)report.Properties["Unreadable"].Value));
        Assert.Equal("line 3: 'many' is not a token count (prompt_tokens)", _session.Run("(Import-TokenUsage 'second [1].csv').UnreadableLines[0].ToString()").Succeeded()[0].BaseObject);
    }

    [Fact]
    public void A_failed_file_does_not_stop_the_import_of_the_next()
    {
        ModuleSession.Result result = _session.Run("Import-TokenUsage first.csv, nowhere.csv, 'sec*.csv'");

        Assert.Null(result.Terminating);
        Assert.Equal(["ImportColumnMissing", "ImportFileNotFound"], result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Single(result.Output);
    }

    [Fact]
    public void WhatIf_counts_requests_and_writes_nothing()
    {
        PSObject report = Assert.Single(_session.Run("Import-TokenUsage 'sec*.csv' -WhatIf").Succeeded());

        Assert.Equal(1L, report.Properties["Imported"].Value);
        Assert.Contains("second [1].csv", _host.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "store.db")));
    }

    [Fact]
    public void A_folder_import_returns_one_report_for_all_files()
    {
        Write("deep/er/third.csv", "timestamp,prompt_tokens\n2026-03-01T12:00:00,7\n");
        string map = "-Map @{ timestamp = 'TIMESTAMP'; prompt_tokens = 'ContextTokens' }";

        ModuleSession.Result result = _session.Run("Import-TokenUsage $folder", ("folder", _folder.FullName));

        PSObject report = Assert.Single(result.Output);
        Assert.Empty(result.Errors);
        Assert.Equal((2L, 2L, 2L), ((long)report.Properties["Read"].Value, (long)report.Properties["Imported"].Value, (long)report.Properties["Unreadable"].Value));
        Assert.Equal(2, result.Warnings.Count);
        Assert.Equal(
            ["first.csv ImportColumnMissing", "never.csv ImportNothingFound", "poem.txt ImportFormatUnknown", "second [1].csv ", "sums.csv ImportNotRequests", "deep/er/third.csv "],
            _session.Run("(Import-TokenUsage $folder -WarningAction SilentlyContinue).Files | ForEach-Object { $_.Path.Substring($folder.Length + 1).Replace('\\', '/') + ' ' + $_.ProblemCode }")
                .Succeeded().Select(line => (string)line.BaseObject));
        Assert.Empty(_session.Run($"Import-TokenUsage first.csv {map}").Warnings);
    }

    [Fact]
    public void A_folder_import_warns_of_archives_with_the_solution()
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "rollout.zip"), [0x50, 0x4B, 3, 4, 0]);

        Assert.Contains("Extract it first", _session.Run("Import-TokenUsage $folder", ("folder", _folder.FullName)).Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_import_skips_only_the_store_itself()
    {
        foreach (string name in (string[])["store.db.csv", "store.db-2026.csv", "store.dbx/one.csv"])
            Write($"beside/{name}", $"timestamp,prompt_tokens,user_id\n2026-03-01T12:00:00,1,{name}\n");

        PSObject report = Assert.Single(_session.Run("Import-TokenUsage beside/store.db.csv -Database beside/store.db; Import-TokenUsage beside -Database beside/store.db").Succeeded().Skip(1));

        Assert.Equal((2L, 1L), ((long)report.Properties["Imported"].Value, (long)report.Properties["Duplicates"].Value));
        Assert.Equal(3, ((IReadOnlyCollection<object>)report.Properties["Files"].Value).Count);
    }

    [Fact]
    public void One_warning_counts_unknown_values_and_CSV_shows_them_as_text()
    {
        Write("costs.csv", "timestamp,prompt_tokens,cost,duration_ms\n2026-03-01T12:00:00,1,\"1,5\",5\n2026-03-01T12:00:01,1,$1.50,-1\nnever,1,1,1\nnever,2,1,1\n");

        ModuleSession.Result result = _session.Run("$report = Import-TokenUsage costs.csv; $report | ConvertTo-Csv | ConvertFrom-Csv");

        Assert.Equal(2, result.Warnings.Count);
        Assert.Contains(": cost 2, duration_ms 1.", result.Warnings[1], StringComparison.Ordinal);
        PSObject row = Assert.Single(result.Output);
        Assert.Equal("cost 2, duration_ms 1", row.Properties["UnknownValues"].Value);
        Assert.StartsWith("line 4: 'never' is not a time between the years 2000 and 2199; line 5: ", (string)row.Properties["UnreadableLines"].Value, StringComparison.Ordinal);
        Assert.Equal("", row.Properties["Notes"].Value);
        Assert.Equal(2L, _session.Run("$report.UnknownValues.cost").Succeeded()[0].BaseObject);
    }

    [Fact]
    public void A_partly_readable_file_causes_one_warning() => Assert.Single(_session.Run("Import-TokenUsage 'sec*.csv'").Warnings);

    [Fact]
    public void Formats_are_completed() => Assert.Equal(
        ["ClaudeCode", "Cline", "Clixml", "Codex", "Copilot", "CopilotCli", "Csv", "Cursor"], _session.Complete("Import-TokenUsage x -Format C").Order());

    [Fact]
    public void A_file_of_unknown_format_creates_no_store()
    {
        _session.Run("Import-TokenUsage poem.txt -Database new.db");
        Assert.Empty(_folder.GetFiles("new.db"));

        _session.Run("Import-TokenUsage 'second [1].csv' -Database new.db");
        Assert.Single(_folder.GetFiles("new.db"));
    }

    [Theory]
    [InlineData("Import-TokenUsage first.csv -Map @{ colour = 'red' }", "ImportMapInvalid")]
    [InlineData("Import-TokenUsage first.csv -Format Otlp -Map @{ model = '=x' }", "ImportMapInvalid")]
    [InlineData("Import-TokenUsage first.csv -Format Excel", "CannotConvertArgumentNoMessage")]
    [InlineData("Import-TokenUsage first.csv -Database first.csv -Map @{ timestamp = 'TIMESTAMP'; prompt_tokens = 'ContextTokens' }", "ImportFormatUnsupported")]
    [InlineData("Import-TokenUsage ($folder + '/empty')", "ImportNothingFound")]
    [InlineData("Import-TokenUsage poem.txt", "ImportFormatUnknown")]
    [InlineData("Import-TokenUsage never.csv", "ImportNothingFound")]
    [InlineData("Import-TokenUsage sums.csv", "ImportNotRequests")]
    [InlineData("Import-TokenUsage poem.txt -Format TokenStore", "ImportFormatUnknown")]
    public void Invalid_input_has_a_stable_ErrorId(string script, string errorId) => Assert.Equal(errorId, _session.Run(script, ("folder", _folder.FullName)).ErrorId);

    public void Dispose()
    {
        _session.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Write(string name, string content)
    {
        string path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
