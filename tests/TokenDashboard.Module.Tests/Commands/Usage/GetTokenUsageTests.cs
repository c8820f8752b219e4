namespace TokenDashboard.Module.Tests.Commands;

public sealed class GetTokenUsageTests(SampleStore store) : IClassFixture<SampleStore>
{
    [Fact]
    public void Without_grouping_one_row_contains_all_requests()
    {
        Assert.Equal(store.Value<long>("(Get-TokenStore).TotalTokens"), store.Value<long>("(Get-TokenUsage).TotalTokens"));
        Assert.Equal(store.Value<long>("(Get-TokenStore).Rows"), store.Value<long>("(Get-TokenUsage).Requests"));
    }

    [Theory]
    [InlineData("Day", "TokenDashboard.TokenUsage#Time")]
    [InlineData("Model", "TokenDashboard.TokenUsage#Names")]
    [InlineData("User, Week", "TokenDashboard.TokenUsage#TimeNames")]
    [InlineData("User, Model", "TokenDashboard.TokenUsage#Names")]
    [InlineData("Month, Provider, RequestType", "TokenDashboard.TokenUsage#TimeNames")]
    public void Each_grouping_adds_up_to_the_total_and_has_a_view(string groupBy, string view)
    {
        Assert.Equal(
            store.Value<long>("(Get-TokenUsage).TotalTokens"),
            store.Value<long>($"$sum = 0L; foreach ($row in Get-TokenUsage {groupBy}) {{ $sum += $row.TotalTokens }}; $sum"));
        Assert.Equal(view, store.Texts($"(Get-TokenUsage {groupBy} -First 1).PSObject.TypeNames[0]")[0]);
        Assert.Contains(
            view, File.ReadAllText(ModuleSession.ModulePath + "/TokenDashboard.format.ps1xml"));
    }

    [Fact]
    public void Subtotals_belong_to_their_rows_in_a_page()
    {
        const string Rows = "Get-TokenUsage Day, Provider -Total";
        string[] Page(string page) => store.Texts($"{Rows} {page} | ForEach-Object {{ \"$($_.Start.Day) $($_.Provider) $($_.IsTotal)\" }}");
        string[] all = Page("");
        string[] rows = [.. all.Where(row => row.EndsWith("False", StringComparison.Ordinal))];
        int first = Array.IndexOf(all, rows[0].Split(' ')[0] + "  True");

        Assert.True(first > 1);
        // A page that begins within a day has the subtotal of that day, and one that ends within it too. The total is last.
        Assert.Equal([.. rows[1..first], all[first], all[first + 1], all[first..].First(row => row == rows[first].Split(' ')[0] + "  True"), all[^1]], Page($"-Skip 1 -First {first}"));
        Assert.Equal($"{rows.Length}", store.Texts($"{Rows} -IncludeTotalCount -First 1")[0]);
    }

    [Fact]
    public void A_row_that_the_pipeline_does_not_keep_can_be_collected_while_later_rows_are_written() => Assert.Equal(["False"], store.Texts("""
        $count = 0
        Get-TokenUsage Hour, User | ForEach-Object {
            if ($count++ -eq 0) { $first = [WeakReference]::new($_.PSObject.BaseObject) }
            if ($count -eq 100) { [GC]::Collect(); $first.IsAlive }
        }
        """));

    [Fact]
    public void Without_a_match_the_warning_shows_the_first_and_last_request_of_imports_in_any_order()
    {
        File.WriteAllText(store.File("order.csv"), "timestamp,user_id,prompt_tokens\n2026-09-30T00:00:00,a,1\n2026-02-01T00:00:00,a,1\n2026-11-09T00:00:00,a,1\n2026-08-20T00:00:00,a,1\n");
        store.Session.Run("Import-TokenUsage $csv -Database $imported", ("csv", store.File("order.csv")), ("imported", store.File("order.db"))).Succeeded();

        ModuleSession.Result result = store.Session.Run("Get-TokenUsage -Database $imported -User nobody", ("imported", store.File("order.db")));

        Assert.Contains("from 2026-02-01 00:00 to 2026-11-09 00:00 UTC", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Days_follow_the_time_zone()
    {
        Assert.Equal(["00:00:00", "00:00:00"], store.Texts("Get-TokenUsage Day -TimeZone Europe/Berlin -First 2 | ForEach-Object { $_.Start.TimeOfDay }"));
        Assert.Equal(["02:00:00", "01:00:00"], store.Texts("(Get-TokenUsage Day -TimeZone Europe/Berlin | Where-Object { $_.Start.Day -in 25, 26 }).Start.Offset"));
    }

    [Theory]
    [InlineData("-Last 7d")]
    [InlineData("-Since 7d")]
    [InlineData("-Last 'last month'")]
    [InlineData("-Since 2026-10-25 -Until 2026-10-26T12:00")]
    [InlineData("-Since ([DateTimeOffset]'2026-10-25Z') -Until ([datetime]'2026-10-26')")]
    public void Time_ranges_are_accepted_in_every_form(string range) => store.Session.Run($"Get-TokenUsage {range}").Succeeded();

    [Fact]
    public void A_time_range_is_half_open()
    {
        long whole = store.Value<long>("(Get-TokenUsage -Since 2026-10-25 -Until 2026-10-27).Requests");

        Assert.Equal(
            whole,
            store.Value<long>("(Get-TokenUsage -Since 2026-10-25 -Until 2026-10-26T07:30).Requests")
                + store.Value<long>("(Get-TokenUsage -Since 2026-10-26T07:30 -Until 2026-10-27).Requests"));
    }

    [Fact]
    public void Rows_are_ordered_and_paged_as_requested()
    {
        string[] ordered = store.Texts("(Get-TokenUsage User -OrderBy Requests -Descending).Requests");

        Assert.Equal(ordered.OrderByDescending(long.Parse), ordered);
        Assert.Equal(ordered[2..5], store.Texts("(Get-TokenUsage User -OrderBy Requests -Descending -Skip 2 -First 3).Requests"));
        Assert.Equal(ordered.Length.ToString(), store.Texts("Get-TokenUsage User -First 1 -IncludeTotalCount")[0]);
    }

    [Fact]
    public void A_piped_row_selects_its_own_requests() => Assert.Equal(
        store.Texts("(Get-TokenUsage Day, User).Requests"),
        store.Texts("Get-TokenUsage Day, User | ForEach-Object { $row = $_; ($row | Get-TokenUsage).Requests }"));

    [Theory]
    [InlineData("Get-TokenUsage Model, User")]
    [InlineData("Get-TokenUsage Day -Total")]
    [InlineData("Get-TokenUsage")]
    [InlineData("Get-UserTokenUsage -Total")]
    [InlineData("Measure-TokenUsage -Database $path")]
    public void A_piped_row_keeps_the_time_range_of_its_result(string command)
    {
        string rows = $"{command} -Since 2026-10-25 -Until 2026-10-27T00:00:00.25 -TimeZone Europe/Berlin";

        Assert.NotEmpty(store.Texts($"({rows}).Requests"));
        Assert.Equal(store.Texts($"({rows}).Requests"), store.Texts($"{rows} | ForEach-Object {{ $row = $_; ($row | Get-TokenUsage).Requests }}"));
        Assert.Equal(store.Texts($"({rows}).Requests"), store.Texts($"{rows} | ConvertTo-Csv | ConvertFrom-Csv | ForEach-Object {{ $row = $_; ($row | Get-TokenUsage).Requests }}"));
    }

    [Fact]
    public void Last_overrides_the_time_range_of_a_piped_row() => Assert.Equal(
        store.Texts("(Get-TokenUsage -User alice -Last 30y).Requests"),
        store.Texts("Get-TokenUsage User -User alice -Since 2026-10-25 -Until 2026-10-26 | Get-TokenUsage -Last 30y | ForEach-Object Requests"));

    [Theory]
    [InlineData("Get-TokenUsage Day, Hour", "GroupingInvalid")]
    [InlineData("Get-TokenUsage Model -Fill", "GroupingInvalid")]
    [InlineData("Get-TokenUsage -Last 7d -Since today", "RangeInvalid")]
    [InlineData("Get-TokenUsage -Since 2026-02-01 -Until 2026-01-01", "RangeInvalid")]
    [InlineData("Get-TokenUsage -Last 2026-01-01", "RangeInvalid")]
    [InlineData("Get-TokenUsage -User '[ab'", "PatternInvalid")]
    [InlineData("Get-TokenUsage -Source '[ab'", "PatternInvalid")]
    [InlineData("Get-TokenPrice '[ab'", "PatternInvalid")]
    [InlineData("Get-TokenPrice gpt-4o -Provider '[ab'", "PatternInvalid")]
    [InlineData("New-GrafanaDashboard '[ab'", "PatternInvalid")]
    [InlineData("Get-TokenUsage Hour -Fill -Since 0001-01-01", "TooManyBuckets")]
    [InlineData("Get-TokenUsage -Since soon", "ParameterArgumentTransformationError")]
    [InlineData("Get-TokenUsage -TimeZone Mars/Base", "ParameterArgumentTransformationError")]
    [InlineData("Get-TokenUsage Colour", "CannotConvertArgumentNoMessage")]
    [InlineData("Get-TokenUsage -Database /nowhere.db", "StoreNotFound")]
    public void Invalid_input_has_a_stable_ErrorId(string script, string errorId) => Assert.Equal(errorId, store.Session.Run(script).ErrorId);

    // Each job and each parallel block has a separate session.
    [Fact]
    public void The_upper_bound_warning_is_shown_once_per_session()
    {
        for (int i = 0; i < 2; i++)
        {
            using var session = new ModuleSession();
            IEnumerable<string> UpperBoundWarnings() =>
                session.Run("Get-TokenUsage -Database $path", ("path", store.Path)).Warnings.Where(text => text.Contains("upper bound", StringComparison.Ordinal));

            Assert.Single(UpperBoundWarnings());
            Assert.Empty(UpperBoundWarnings());
        }
    }

    [Fact]
    public void Fill_returns_a_row_for_every_bucket() => Assert.Equal(
        48L, (long)store.Session.Run("Get-TokenUsage Hour -Fill -Since 2026-10-24 -Until 2026-10-26").Succeeded().Count);
}
