using System.Management.Automation;
using System.Text.Json;

namespace TokenDashboard.Module.Tests.Commands;

public sealed class NewGrafanaDashboardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;
    private readonly ModuleSession _session = new();

    private string Target => Path.Combine(_folder, "out", "overview.json");

    public void Dispose()
    {
        _session.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("{ \"title\": \"Mine\", \"uid\": \"mine\", \"panels\": [] }")]
    [InlineData("a note")]
    public void An_unrelated_file_is_replaced_only_with_Force(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        File.WriteAllText(Target, text);

        Assert.Equal("DashboardExists", Run("New-GrafanaDashboard Overview -Path $folder/out").ErrorId);
        Assert.Equal(text, File.ReadAllText(Target));
        Run("New-GrafanaDashboard Overview -Path $folder/out -Force").Succeeded();
        Run("New-GrafanaDashboard Overview -Path $folder/out -ForSharing").Succeeded();
        Assert.Contains("__inputs", File.ReadAllText(Target), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a note")]
    [InlineData("{ \"title\": \"Mine\", \"uid\": \"tokendashboard-overview\", \"panels\": [] }")]
    [InlineData(null)]
    public void A_link_is_followed_only_if_it_is_the_specified_file(string? text)
    {
        string outside = Path.Combine(_folder, "outside.json");
        if (text is not null)
            File.WriteAllText(outside, text);
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        File.CreateSymbolicLink(Target, outside);

        Assert.Equal("DashboardWriteFailed", Run("New-GrafanaDashboard Overview -Path $folder/out -Force").ErrorId);
        Assert.NotNull(Run("New-GrafanaDashboard Overview -Path $folder/out").ErrorId);
        Assert.Equal(text, File.Exists(outside) ? File.ReadAllText(outside) : null);
        Run("New-GrafanaDashboard Overview -Path $folder/out/overview.json -Force").Succeeded();
        Assert.Contains("LLM overview", File.ReadAllText(outside), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Overview")]
    [InlineData("-Definition @{ title = 'x'; panels = @() }")]
    public void A_time_zone_without_an_IANA_name_is_rejected(string what)
    {
        ModuleSession.Result result = _session.Run(
            $"New-GrafanaDashboard {what} -TimeZone Europe/Berlin, ([TimeZoneInfo]::CreateCustomTimeZone(\"O'Brien, the other\", [timespan]::FromHours(3), 'x', 'x'))");

        Assert.Equal("TimeZoneInvalid", result.ErrorId);
        Assert.Contains("'O'Brien, the other' has no IANA name", Assert.Single(result.Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("Sqlite", "dashboards")]
    [InlineData("ClickHouse", "dashboards/clickhouse")]
    public void The_files_in_the_repository_match_the_output_of_the_command(string engine, string folder)
    {
        string[] written = [.. Run($"New-GrafanaDashboard -Engine {engine} -ForSharing -Path $folder -PassThru").Succeeded()
            .Select(file => ((FileInfo)file.BaseObject).FullName)];
        string repository = Path.Combine(ModuleSession.RepositoryPath, folder);

        Assert.Equal(written.Select(Path.GetFileName).Order(), Directory.GetFiles(repository).Select(Path.GetFileName).Order());
        Assert.All(written, file => Assert.True(
            File.ReadAllText(file) == File.ReadAllText(Path.Combine(repository, Path.GetFileName(file))),
            $"{Path.GetFileName(file)} differs from the generated file. If the change is intended, write it again: "
            + $"dotnet run --project src/TokenDashboard.Host -- -Command 'New-GrafanaDashboard -Engine {engine} -ForSharing -Path {folder}/'"));
    }

    [Fact]
    public void Each_dashboard_has_a_page_that_describes_every_panel()
    {
        string pages = Path.Combine(ModuleSession.RepositoryPath, "docs", "dashboards");
        string index = File.ReadAllText(Path.Combine(pages, "README.md"));
        Assert.All(Run("New-GrafanaDashboard").Succeeded(), dashboard =>
        {
            string page = ((string)dashboard.Properties["Name"].Value).ToLowerInvariant() + ".md";
            using JsonDocument json = JsonDocument.Parse((string)dashboard.Properties["Json"].Value);
            IEnumerable<string> titles = json.RootElement.GetProperty("panels").EnumerateArray()
                .SelectMany<JsonElement, JsonElement>(panel => panel.GetProperty("type").GetString() == "row" ? [.. panel.GetProperty("panels").EnumerateArray()] : [panel])
                .Select(panel => panel.GetProperty("title").GetString()!);

            IEnumerable<string> rows = File.ReadLines(Path.Combine(pages, page)).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
                .Select(line => line.Split('|')[1].Trim());

            Assert.Equal(titles.Order(), rows.Order());
            Assert.Contains($"[{dashboard.Properties["Title"].Value}]({page})", index, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Without_a_path_dashboards_are_returned_as_objects()
    {
        PSObject dashboard = Assert.Single(Run("New-GrafanaDashboard Overview").Succeeded());

        Assert.Equal("TokenDashboard.Grafana.Model.DashboardDocument", dashboard.TypeNames[0]);
        Assert.Equal("LLM overview", dashboard.ToString());
        Assert.Equal("Overview", dashboard.Properties["Name"].Value);
        Assert.Equal("tokendashboard-overview", dashboard.Properties["Uid"].Value);
        Assert.Equal(14, dashboard.Properties["Panels"].Value);
        Assert.Equal(["tokendashboard"], (IEnumerable<string>)dashboard.Properties["Tags"].Value);
        Assert.False((bool)dashboard.Properties["ForSharing"].Value);
    }

    [Fact]
    public void The_default_properties_of_a_dashboard_exclude_its_JSON() => Assert.Equal(
        ["Name", "Uid", "Title", "Panels"],
        Run("(New-GrafanaDashboard Overview).PSStandardMembers.DefaultDisplayPropertySet.ReferencedPropertyNames").Succeeded().Select(name => name.ToString()));

    [Theory]
    [InlineData("New-GrafanaDashboard over*")]
    [InlineData("New-GrafanaDashboard overview, O*, Overview")]
    [InlineData("'Overview' | New-GrafanaDashboard")]
    [InlineData("[pscustomobject]@{ Name = 'Over[V]iew' } | New-GrafanaDashboard")]
    public void Names_ignore_case_and_each_dashboard_is_created_once(string script) =>
        Assert.Equal("Overview", Assert.Single(Run(script).Succeeded()).Properties["Name"].Value);

    [Fact]
    public void An_unknown_name_is_one_error_that_lists_the_known_names()
    {
        ModuleSession.Result result = Run("New-GrafanaDashboard Nonsense, Overview");

        Assert.Equal("DashboardNotFound", result.ErrorId);
        Assert.Null(result.Terminating);
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Contains("Overview", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("Nonsense", error.TargetObject);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.Single(result.Output);
    }

    [Fact]
    public void A_pattern_without_matches_returns_nothing() => Assert.Empty(Run("New-GrafanaDashboard Nonsense*").Succeeded());

    [Fact]
    public void Uid_and_Title_override_the_defaults_and_update_the_links()
    {
        PSObject dashboard = Assert.Single(Run("New-GrafanaDashboard Overview -Uid my_uid -Title 'Größe & \"Kosten\"'").Succeeded());
        using JsonDocument json = JsonDocument.Parse((string)dashboard.Properties["Json"].Value);

        Assert.Equal("my_uid", json.RootElement.GetProperty("uid").GetString());
        Assert.Equal("Größe & \"Kosten\"", json.RootElement.GetProperty("title").GetString());
        Assert.StartsWith("/d/my_uid?", json.RootElement.GetProperty("links")[1].GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("tokendashboard-overview", json.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Uid llm")]
    [InlineData("-Title LLM")]
    [InlineData("-Path $folder/out/all.json")]
    public void Several_dashboards_cannot_share_a_uid_title_or_file(string parameter) =>
        Assert.Equal("DashboardInvalid", Run("New-GrafanaDashboard " + parameter).ErrorId);

    [Fact]
    public void Without_a_name_all_dashboards_are_created() => Assert.Equal(
        ["Cost", "Models", "Overview", "Requests", "Users"],
        Run("New-GrafanaDashboard").Succeeded().Select(dashboard => dashboard.Properties["Name"].Value));

    [Theory]
    [InlineData("-Uid 'has space'")]
    [InlineData("-Uid ''")]
    [InlineData("-Uid 12345678901234567890123456789012345678901")]
    [InlineData("-Title ' '")]
    public void Uids_and_titles_that_Grafana_rejects_are_invalid_arguments(string parameter) =>
        Assert.Equal("ParameterArgumentValidationError", Run("New-GrafanaDashboard Overview " + parameter).ErrorId);

    [Theory]
    [InlineData("$folder/out")]
    [InlineData("$folder/out/overview.json")]
    public void A_path_is_a_file_when_it_ends_in_json_and_a_folder_otherwise(string path)
    {
        Assert.Empty(Run($"New-GrafanaDashboard Overview -Path \"{path}\"").Succeeded());

        Assert.Equal((string)Run("(New-GrafanaDashboard Overview).Json").Succeeded()[0].BaseObject, File.ReadAllText(Target));
    }

    [Fact]
    public void A_relative_path_is_resolved_from_the_session_location()
    {
        Run("$null = $ExecutionContext.SessionState.Path.SetLocation($folder); New-GrafanaDashboard -Path out").Succeeded();

        Assert.True(File.Exists(Target));
    }

    [Fact]
    public void An_up_to_date_file_is_returned_but_not_rewritten()
    {
        Run("New-GrafanaDashboard -Path $folder/out").Succeeded();
        var past = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Target, past);

        PSObject file = Assert.Single(Run("New-GrafanaDashboard Overview -Path $folder/out -PassThru").Succeeded());

        Assert.Equal(Target, Assert.IsType<FileInfo>(file.BaseObject).FullName);
        Assert.Equal(past, File.GetLastWriteTimeUtc(Target));
    }

    [Fact]
    public void WhatIf_writes_nothing()
    {
        Assert.Empty(Run("New-GrafanaDashboard -Path $folder/out -PassThru -WhatIf").Succeeded());

        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_folder_that_cannot_be_created_is_an_error()
    {
        File.WriteAllText(Path.Combine(_folder, "out"), "");

        Assert.Equal("DashboardWriteFailed", Run("New-GrafanaDashboard -Path $folder/out").ErrorId);
    }

    [Fact]
    public void Names_are_completed() => Assert.Equal(["Overview"], _session.Complete("New-GrafanaDashboard -Name ov"));

    [Theory]
    [InlineData("New-GrafanaDashboard -Definition $own")]
    [InlineData("$own | New-GrafanaDashboard")]
    [InlineData("New-GrafanaDashboard -Definition $json")]
    [InlineData("New-GrafanaDashboard -Definition $folder/own.json")]
    [InlineData("New-GrafanaDashboard -Definition $folder/ow?.json")]
    [InlineData("[IO.FileInfo] \"$folder/own.json\" | ForEach-Object { New-GrafanaDashboard -Definition $_ }")]
    [InlineData("[pscustomobject] @{ Title = 'Größe'; PANELS = [pscustomobject] @{ type = 'text'; content = 'x' } } | New-GrafanaDashboard")]
    [InlineData("New-GrafanaDashboard -Definition @{ title = 'Größe'; panels = [Collections.ArrayList] @([ordered] @{ type = 'text'; content = 'x' }) }")]
    [InlineData("$table = [Collections.Generic.Dictionary[string, object]]::new(); $own.GetEnumerator() | ForEach-Object { $table[$_.Key] = $_.Value }; New-GrafanaDashboard -Definition $table")]
    public void A_definition_can_be_a_hashtable_an_object_JSON_or_a_file(string script)
    {
        const string Json = """{ "title": "Größe", "panels": [{ "type": "text", "content": "x" }] }""";
        File.WriteAllText(Path.Combine(_folder, "own.json"), $"[{Json}]");

        PSObject dashboard = Assert.Single(_session.Run(
            $"$own = @{{ title = 'Größe'; panels = @{{ type = 'text'; content = 'x' }} }}; {script}", ("folder", _folder), ("json", Json)).Succeeded());

        Assert.Equal("Größe", dashboard.Properties["Title"].Value);
        Assert.Equal("", dashboard.Properties["Name"].Value);
        Assert.Equal(1, dashboard.Properties["Panels"].Value);
    }

    [Theory]
    [InlineData("[datetime]::SpecifyKind('2026-11-04 22:00', 'Utc')", "2026-11-04T22:00:00Z")]
    [InlineData("[datetime]::new(2026, 11, 4)", "2026-11-04T00:00:00")]
    [InlineData("[DateTimeOffset]::new(2026, 11, 4, 22, 0, 0, [timespan]::FromHours(1))", "2026-11-04T22:00:00+01:00")]
    [InlineData("[DateOnly]::new(2026, 11, 4)", "2026-11-04")]
    public void Times_and_large_numbers_are_written_as_Grafana_reads_them(string time, string expected)
    {
        PSObject dashboard = Assert.Single(Run(
            $"$time = {time}; New-GrafanaDashboard -Definition @{{ title = 'x'; from = $time; panels = @{{ type = 'table'; title = 'x'; sql = 'SELECT 1'; "
            + "transformations = @{ id = 'limit'; options = @{ at = $time; number = [bigint]::Pow(7, 99) } } } }").Succeeded());
        using JsonDocument json = JsonDocument.Parse((string)dashboard.Properties["Json"].Value);
        JsonElement options = json.RootElement.GetProperty("panels")[0].GetProperty("transformations")[0].GetProperty("options");

        Assert.Equal(expected, json.RootElement.GetProperty("time").GetProperty("from").GetString());
        Assert.Equal(expected, options.GetProperty("at").GetString());
        Assert.Equal(System.Numerics.BigInteger.Pow(7, 99).ToString("R"), options.GetProperty("number").GetRawText());
    }

    [Theory]
    [InlineData("-Engine ClickHouse -Database ./s.db")]
    [InlineData("-Engine Sqlite -Database clickhouse://host:8123/llm")]
    [InlineData("-Database http://host:8123/llm")]
    public void An_engine_that_does_not_match_the_database_is_an_error(string parameters)
    {
        ModuleSession.Result result = Run("New-GrafanaDashboard Overview " + parameters);

        Assert.Equal("StoreEngineUnknown", result.ErrorId);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Lists_become_text_in_CSV() => Assert.Equal(
        "\"tokendashboard\"", Run("(New-GrafanaDashboard Overview | ForEach-Object { [pscustomobject] @{ Tags = $_.Tags } } | ConvertTo-Csv)[1]").Succeeded().Single().ToString());

    [Fact]
    public void The_scripts_on_the_page_about_definitions_run()
    {
        string page = File.ReadAllText(Path.Combine(ModuleSession.RepositoryPath, "docs", "dashboard-definitions.md")).ReplaceLineEndings("\n");
        string[] scripts = [.. page.Split("```powershell\n").Skip(1).Select(part => part[..part.IndexOf("```", StringComparison.Ordinal)])];

        Run("$null = $ExecutionContext.SessionState.Path.SetLocation($folder); " + scripts[0]).Succeeded();
        PSObject extended = Assert.Single(Run(scripts[1]).Succeeded()), forClickHouse = Assert.Single(Run(scripts[2]).Succeeded());

        Assert.Equal(3, scripts.Length);
        Assert.Contains("grafana-clickhouse-datasource", (string)forClickHouse.Properties["Json"].Value);
        Assert.True(File.Exists(Path.Combine(_folder, "out", "assistants.json")));
        Assert.Equal(15, extended.Properties["Panels"].Value);
    }

    [Fact]
    public void Each_definition_error_names_its_place_and_valid_definitions_succeed()
    {
        File.WriteAllText(Path.Combine(_folder, "wrong.json"), """{ "panels": [{ "type": "stat", "title": "x", "sql": "SELECT 1", "unit": "?" }] }""");

        ModuleSession.Result result = Run("""
            New-GrafanaDashboard -Definition "$folder/wrong.json", "$folder/none.json", '{', @{ title = 'Sound' }, @{ title = 'sound' }
            """);

        Assert.Null(result.Terminating);
        Assert.Equal("Sound", Assert.Single(result.Output).ToString());
        Assert.Equal(
            [
                ("DashboardDefinitionInvalid", "title"), ("DashboardDefinitionInvalid", "panels[0].unit"), ("DashboardDefinitionNotFound", $"{_folder}/none.json"),
                ("DashboardDefinitionInvalid", "The text"), ("DashboardDefinitionInvalid", "uid"),
            ],
            result.Errors.Select(error => (error.FullyQualifiedErrorId.Split(',')[0], error.TargetObject.ToString()!)));
        Assert.StartsWith($"'{Path.Combine(_folder, "wrong.json")}': title is missing", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(
            [ErrorCategory.InvalidArgument, ErrorCategory.ObjectNotFound], result.Errors.Skip(1).Take(2).Select(error => error.CategoryInfo.Category));
    }

    [Fact]
    public void A_hashtable_that_contains_itself_is_an_error()
    {
        ModuleSession.Result result = Run("$own = @{ title = 'x' }; $own.panels = $own; New-GrafanaDashboard -Definition $own");

        Assert.Empty(result.Output);
        Assert.Equal("panels[0].type", Assert.Single(result.Errors).TargetObject);
    }

    [Fact]
    public void Files_of_custom_dashboards_are_named_after_their_uids()
    {
        string[] files = [.. Run("@{ title = 'A b' }, @{ base = 'users'; uid = 'mine' } | New-GrafanaDashboard -Path $folder/out -PassThru").Succeeded()
            .Select(file => ((FileInfo)file.BaseObject).Name)];

        Assert.Equal(["a-b.json", "mine.json"], files);
        Assert.Equal("DashboardInvalid", Run("@{ title = 'a' }, @{ title = 'b' } | New-GrafanaDashboard -Title c").ErrorId);
        Assert.Equal("c", Assert.Single(Run("@{ title = 'a' } | New-GrafanaDashboard -Title c -Uid d").Succeeded()).ToString());
    }

    [Theory]
    [InlineData("Overview, Users -Path $folder/one.json", "Overview, Users")]
    [InlineData("-Definition @{ title = 'a' }, @{ base = 'users' } -Title c -Path $folder/out", "'a', 'Users'")]
    [InlineData("-Definition @{ title = 'a' }, @{ title = 'b' } -Uid c -Path $folder/out", "'a', 'b'")]
    public void Nothing_is_written_if_dashboards_would_share_a_uid_title_or_file(string parameters, string names)
    {
        ModuleSession.Result result = Run("New-GrafanaDashboard " + parameters);

        Assert.Equal("DashboardInvalid", result.ErrorId);
        Assert.Contains($"The dashboards {names} cannot", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("New-GrafanaDashboard -Definition '{', '  \"title\": \"a\"', '}'", "-Raw")]
    [InlineData("New-GrafanaDashboard -Definition ''", "empty string")]
    [InlineData("'{ \"title\": \"a\" }' | New-GrafanaDashboard", "-Definition")]
    [InlineData("New-GrafanaDashboard Overview | New-GrafanaDashboard -Path $folder/out", "already")]
    [InlineData("New-GrafanaDashboard -Definition @{ title = 'a' } | New-GrafanaDashboard -Path $folder/out", "already")]
    [InlineData("New-GrafanaDashboard -Definition (New-GrafanaDashboard Overview)", "already")]
    [InlineData("New-GrafanaDashboard -Definition (New-GrafanaDashboard Overview).Json", "already")]
    [InlineData("New-GrafanaDashboard -Definition ((New-GrafanaDashboard Overview).Json | ConvertFrom-Json)", "already")]
    public void Input_that_is_not_a_definition_is_one_short_error(string script, string words)
    {
        ModuleSession.Result result = Run(script);

        string message = Assert.Single(result.Errors).ToString();
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 1, 300);
        Assert.Empty(result.Output);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_Latin_1_file_is_an_error_but_UTF_16_is_read()
    {
        File.WriteAllBytes(Path.Combine(_folder, "latin.json"), System.Text.Encoding.Latin1.GetBytes("""{ "title": "Größe" }"""));
        File.WriteAllText(Path.Combine(_folder, "wide.json"), """{ "title": "Größe" }""", System.Text.Encoding.Unicode);

        Assert.Equal("DashboardDefinitionInvalid", Run("New-GrafanaDashboard -Definition $folder/latin.json").ErrorId);
        Assert.Equal("DashboardInvalid", Run("Test-GrafanaDashboard $folder/latin.json -SkipQuery").ErrorId);
        Assert.Equal("AlertRuleInvalid", Run("Export-GrafanaProvisioning $folder/out -AlertRule $folder/latin.json").ErrorId);
        Assert.Equal("Größe", Assert.Single(Run("New-GrafanaDashboard -Definition $folder/wide.json").Succeeded()).ToString());
    }

    [Fact]
    public void The_error_for_a_piped_file_suggests_Definition() =>
        Assert.Contains("-Definition", Assert.Single(Run("[IO.FileInfo] 'own.json' | New-GrafanaDashboard").Errors).ToString(), StringComparison.Ordinal);

    private ModuleSession.Result Run(string script) => _session.Run(script, ("folder", _folder));
}
