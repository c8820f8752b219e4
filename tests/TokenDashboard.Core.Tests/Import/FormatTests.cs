using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Import.Reading;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Tests.Import;

public sealed class FormatTests : IDisposable
{
    private readonly ImportFolder _folder = new();

    [Fact]
    public void A_logged_span_counts_once_at_its_start_time()
    {
        ImportReport report = _folder.Import(Samples.ObserviciaLog);

        Assert.Equal((ImportFormat.Observicia, 4, 3, 1, 0), (report.Format, report.Read, report.Imported, report.Duplicates, report.Unreadable));
        Assert.Equal("2026-03-01T12:00:01.500000|t1|alice|gpt-4o|openai|chat|10|5|15|250.0|1|00000000000000000000000000000001|0000000000000001||-|-|-|-", _folder.Requests()[0]);
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 12, 0, 1, 500, TimeSpan.Zero), report.FirstRequest);
        Assert.Equal("integer", _folder.Query("SELECT typeof(success) FROM telemetry")[0]);
    }

    [Theory]
    [InlineData("""{"timestamp":"2026-03-01T12:00:00Z","model":"m","promptTokens":1234,"generatedTokens":56}""")]
    [InlineData("timestamp,model,prompt_tokens,generatedTokens\n2026-03-01T12:00:00Z,m,1234,56\n")]
    public void Names_that_can_be_those_of_completion_tokens_are_mentioned(string content)
    {
        ImportReport report = _folder.Import(content), whole = _folder.Import(content.Replace("model", "max_tokens").Replace("generated", "completion"));

        Assert.Contains("completion tokens, whose other names can be those of token counts: generatedTokens.", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.Equal((1, 0), (whole.Read, whole.Notes.Count));
    }

    [Fact]
    public void Every_format_has_a_sample_and_documentation()
    {
        // Other tests cover generic records, and a store is not text.
        ImportFormat[] others = [ImportFormat.TokenStore, ImportFormat.Csv, ImportFormat.Json, ImportFormat.Clixml];
        ImportFormat[] formats = [.. Enum.GetValues<ImportFormat>().Except([ImportFormat.Auto])];
        string page = Repository.Read("docs/import-formats.md"), help = Repository.Read("docs/commands/Import-TokenUsage.md");
        string[] headings = [.. page.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line.Replace(" ", "", StringComparison.Ordinal))];
        ImportFormat[] samples = [.. Samples.All.Select(row => _folder.Import((string)row.Data.Item2, whatIf: true).Format)];

        Assert.All(formats, format => Assert.True(page.Contains($"| `{format}` |", StringComparison.Ordinal), $"The table in docs/import-formats.md has no row of {format}."));
        Assert.All(formats, format => Assert.True(help.Contains($"- {format}\n", StringComparison.Ordinal), $"docs/commands/Import-TokenUsage.md does not list {format}."));
        Assert.All(formats.Except(others), format => Assert.True(
            headings.Any(heading => heading.Contains($"{format}", StringComparison.OrdinalIgnoreCase)), $"docs/import-formats.md has no section about {format}."));
        Assert.All(formats.Except(others), format => Assert.True(samples.Contains(format), $"Samples.All has no file of {format}."));
    }

    [Fact]
    public void Token_parts_are_stored_correctly_despite_a_column_of_a_newer_version()
    {
        string names = string.Join(',', Measures.Parts.Select(part => part.Name)), counts = string.Join(',', Measures.Parts.Select((_, index) => index + 1));
        string Csv(int second) => $"timestamp,prompt_tokens,completion_tokens,{names}\n2026-03-01T12:00:0{second}Z,100,100,{counts}\n";
        _folder.Import(Csv(1));
        _folder.Query($"ALTER TABLE {TelemetrySql.DetailTable} ADD COLUMN of_a_newer_version INTEGER");

        Assert.Equal(1, _folder.Import(Csv(2)).Imported);

        Assert.Equal([counts, counts], _folder.Query($"SELECT concat_ws(',', {names}) FROM {TelemetrySql.DetailTable}"));
    }

    [Theory]
    [InlineData("-1", "5")]
    [InlineData("\"NaN\"", "5")]
    [InlineData("10", "1e13")]
    [InlineData("10", "[5]")]
    [InlineData("10.5", "5")]
    public void An_invalid_count_makes_a_line_unreadable(string prompt, string completion)
    {
        ImportReport report = _folder.Import(Samples.Span(1, prompt, completion) + Samples.Span(2, 1, 1));

        Assert.Equal((1, 1, 1L), (report.Imported, report.Unreadable, Assert.Single(report.UnreadableLines).LineNumber));
    }

    [Theory]
    [InlineData("\"10\"", "5.0")]
    [InlineData("1e1", "\"5\"")]
    public void A_count_may_be_text_or_have_a_decimal_point(string prompt, string completion)
    {
        _folder.Import(Samples.Span(1, prompt, completion));

        Assert.Equal(["10|5"], _folder.Query("SELECT prompt_tokens || '|' || completion_tokens FROM telemetry"));
    }

    [Fact]
    public void Policy_verdicts_are_stored()
    {
        _folder.Import(Samples.Span(1, 1, 1, more: ", \"policy.passed\": false") + Samples.Span(2, 1, 1, more: ", \"policy.passed\": true"));

        Assert.Equal(["0", "1"], _folder.Query("SELECT success FROM telemetry ORDER BY timestamp"));
    }

    [Fact]
    public void Identical_CSV_lines_without_keys_are_separate_requests()
    {
        ImportReport first = _folder.Import(Samples.ObserviciaCsv), second = _folder.Import(Samples.ObserviciaCsv);

        Assert.Equal((ImportFormat.Observicia, 3, 0), (first.Format, first.Imported, first.Duplicates));
        Assert.Equal((0, 3), (second.Imported, second.Duplicates));
        Assert.Contains("2026-03-01T12:00:01||O'Neill, \"Bob\"|gpt-4o|openai|chat|7|0|0|90.0|0||||-|-|-|-", _folder.Requests());
    }

    [Fact]
    public void Columns_are_mapped_and_constants_replace_missing_ones()
    {
        var map = new ColumnMap(new Dictionary<string, string> { ["Timestamp"] = "TIMESTAMP", ["prompt_tokens"] = "ContextTokens", ["completion_tokens"] = "GeneratedTokens", ["model"] = "=gpt-4" });

        ImportReport report = _folder.Import("TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n2023-11-16 18:17:04.0319600,3180,8", map: map);

        Assert.Equal((2, false), (report.Imported, report.Incomplete));
        Assert.Equal(["2023-11-16T18:17:03.979960|||gpt-4|||4808|10|4818|-|1||||-|-|-|-", "2023-11-16T18:17:04.031960|||gpt-4|||3180|8|3188|-|1||||-|-|-|-"], _folder.Requests());
    }

    [Theory]
    [InlineData("time;prompts")]
    [InlineData("timestamp,tokens")]
    [InlineData("timestamp,prompt_tokens, Prompt_Tokens")]
    public void A_CSV_file_without_usable_columns_is_rejected(string header) => Assert.Equal(
        ErrorCode.ImportColumnMissing,
        Assert.Throws<TokenDashboardException>(() => _folder.Import(header + "\n2026-03-01,1\n", ImportFormat.Csv)).Code);

    [Fact]
    public void A_map_entry_that_matches_several_columns_is_rejected() => Assert.Equal(
        ErrorCode.ImportColumnMissing,
        Assert.Throws<TokenDashboardException>(() => _folder.Import(
            "timestamp,prompt_tokens,note,Note\n2026-03-01,1,a,b\n", ImportFormat.Csv, map: new ColumnMap(new Dictionary<string, string> { ["user"] = "NOTE" }))).Code);

    [Fact]
    public void Duplicate_names_of_unused_columns_are_ignored() =>
        Assert.Equal(1, _folder.Import("timestamp,prompt_tokens,note,note\n2026-03-01T00:00:00Z,5,a,b\n", ImportFormat.Csv).Imported);

    [Theory]
    [InlineData("colour", "red")]
    [InlineData("model", "")]
    public void An_invalid_column_map_is_rejected(string target, string source) => Assert.Equal(
        ErrorCode.ImportMapInvalid,
        Assert.Throws<TokenDashboardException>(() => new ColumnMap(new Dictionary<string, string> { [target] = source })).Code);

    [Fact]
    public void A_parent_that_repeats_the_tokens_of_its_children_is_skipped()
    {
        ImportReport report = _folder.Import(Samples.Otlp);

        Assert.Equal((ImportFormat.Otlp, 4, 3, 1, 42), (report.Format, report.Read, report.Imported, report.Aggregates, report.AggregateTokens));
        Assert.Equal(["b2", "d4", "e5"], _folder.Query("SELECT span_id FROM telemetry ORDER BY 1"));
        Assert.Contains("2026-03-01T12:00:01||||||10|5|15|1.5|1|5b8efff798038103d269b633813fc60c|b2|a1|-|-|-|-".Replace("|||||10", "||||chat|10"), _folder.Requests());
    }

    [Theory]
    [InlineData("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens")]
    [InlineData("gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens")]
    [InlineData("llm.usage.prompt_tokens", "llm.usage.completion_tokens")]
    [InlineData("llm.token_count.prompt", "llm.token_count.completion")]
    [InlineData("prompt.tokens", "completion.tokens")]
    public void Tokens_are_found_under_every_attribute_name(string prompt, string completion)
    {
        _folder.Import(Samples.Export(Samples.OtlpSpan(
            "a1", "", 0, (prompt, 11), (completion, 4), ("gen_ai.request.model", "asked"), ("gen_ai.response.model", "given"), ("gen_ai.system", "openai"), ("session.id", "s"),
            ("enduser.id", "u"), ("gen_ai.usage.cache_creation.input_tokens", 3), ("llm.token_count.prompt_details.cache_read", 2), ("gen_ai.usage.reasoning_tokens", 1),
            ("gen_ai.usage.cost", "0.5"), ("error.type", "timeout"))));

        Assert.Equal(["2026-03-01T12:00:00|s|u|given|openai||11|4|15|1.5|0|5b8efff798038103d269b633813fc60c|a1||2|3|1|0.5"], _folder.Requests());
    }

    [Fact]
    public void Nested_attributes_are_read_and_other_kinds_are_ignored()
    {
        string attributes = """
            {"key":"gen_ai.usage","value":{"kvlistValue":{"values":[{"key":"input_tokens","value":{"intValue":12}},{"key":"prompt_tokens_details","value":{"kvlistValue":{"values":[{"key":"cached_tokens","value":{"intValue":"7"}}]}}}]}}},
            {"key":"gen_ai.request.model","value":{"arrayValue":{"values":[{"stringValue":"x"}]}}},{"key":"llm.model","value":{"stringValue":"m"}},{"key":"b","value":{"bytesValue":"AA=="}},{"key":"n"},{"key":5,"value":5},7
            """.ReplaceLineEndings("");

        _folder.Import(Samples.Export(Samples.OtlpSpan("a1", "", 0).Replace("\"attributes\":[]", $"\"attributes\":[{attributes}]")));

        Assert.Equal(["12|m|7"], _folder.Query("SELECT prompt_tokens || '|' || model || '|' || cached_tokens FROM telemetry JOIN tokendash_request_detail ON row_id = id"));
    }

    [Fact]
    public void Collector_metrics_are_reported_as_unreadable()
    {
        ImportReport report = _folder.Import("""{"resourceMetrics":[]}""" + "\n");

        Assert.Equal((ImportFormat.Otlp, 0, 1, ErrorCode.ImportNothingFound), (report.Format, report.Read, report.Unreadable, report.ProblemCode));
    }

    [Fact]
    public void A_parent_of_an_earlier_file_is_withdrawn_when_its_children_arrive()
    {
        _folder.Import(Samples.Export(Samples.OtlpSpan("a1", "", 0, ("gen_ai.usage.input_tokens", 30), ("gen_ai.usage.output_tokens", 12), ("gen_ai.operation.name", "invoke_agent"))));
        _folder.Import(Samples.Export(Samples.OtlpSpan("c3", "", 5, ("gen_ai.usage.input_tokens", 1), ("gen_ai.operation.name", "chat"))));
        using (var optimizer = new StoreOptimizer(_folder.Database, CancellationToken.None))
            optimizer.Refresh();

        ImportReport report = _folder.Import(Samples.Export(Samples.OtlpSpan("b2", "a1", 1, ("gen_ai.usage.input_tokens", 10), ("gen_ai.operation.name", "chat"))));

        Assert.Equal((1, 1, 42), (report.Imported, report.Withdrawn, report.WithdrawnTokens));
        Assert.Equal(["b2", "c3"], _folder.Query("SELECT span_id FROM telemetry ORDER BY 1"));
        // The rollups remain usable without the first row, because this module removed it.
        using TokenStore store = TokenStore.Open(_folder.Database, CancellationToken.None);
        Assert.True(RollupState.Read(store)!.IsUsable);
    }

    [Fact]
    public void A_removed_reply_does_not_return_with_a_more_complete_copy()
    {
        _folder.Import(Samples.Reply("m1", "r1", 3, 1, "s1"));
        using (var connection = _folder.Connect())
            connection.Execute("DELETE FROM telemetry; DELETE FROM tokendash_request_detail");

        ImportReport report = _folder.Import(Samples.Reply("m1", "r1", 3, 200, "s1"));

        Assert.Equal((0, 0, 1), (report.Imported, report.Updated, report.Duplicates));
        Assert.Equal(["0"], _folder.Query("SELECT (SELECT count(*) FROM telemetry) + (SELECT count(*) FROM tokendash_request_detail)"));
    }

    [Fact]
    public void A_reply_in_a_transcript_counts_once_with_its_most_complete_copy()
    {
        ImportReport report = _folder.Import(Samples.ClaudeCode);

        Assert.Equal((ImportFormat.ClaudeCode, 4, 2, 1, 1), (report.Format, report.Read, report.Imported, report.Updated, report.Duplicates));
        Assert.Equal(
            ["2026-03-01T12:00:00.123000|s1||claude-sonnet-4-5||chat|133|200|333|-|1||m1||100|30|-|-", "2026-03-01T12:00:00.123000|s1||claude-sonnet-4-5||chat|135|50|185|-|1||m2||100|30|-|-"],
            _folder.Requests());
    }

    [Theory]
    [InlineData(Samples.LiteLlmCsv)]
    [InlineData(Samples.LiteLlmJson)]
    public void Spend_logs_keep_cost_and_token_parts(string content)
    {
        ImportReport report = _folder.Import(content);

        Assert.Equal((ImportFormat.LiteLlm, 2), (report.Format, report.Imported));
        Assert.Equal(
            ["2026-03-01T10:00:00.250000|s1|alice|gpt-4o|openai|acompletion|20|10|30|1500.0|1||q1||8|-|4|0.0015", "2026-03-01T10:00:05|s1||gpt-4o|openai|acompletion|0|0|0|1000.0|0||q2||-|-|-|0.0"],
            _folder.Requests());
        Assert.Equal(2, _folder.Import(content == Samples.LiteLlmCsv ? Samples.LiteLlmJson : Samples.LiteLlmCsv).Duplicates);
    }

    [Theory]
    [InlineData("\"True\"", 1)]
    [InlineData("true", 1)]
    [InlineData("\"False\"", 0)]
    [InlineData("\"None\"", 0)]
    public void Requests_that_LiteLLM_answered_from_its_cache_are_noted(string hit, int notes)
    {
        ImportReport report = _folder.Import(Samples.LiteLlmJson.Replace("\"session_id\":\"s1\",\"status\":\"success\"", $"\"session_id\":\"s1\",\"status\":\"success\",\"cache_hit\":{hit}"));

        Assert.Equal((2, notes), (report.Imported, report.Notes.Count));
        Assert.All(report.Notes, note => Assert.EndsWith("that of the price list: 1.", note, StringComparison.Ordinal));
    }

    [Fact]
    public void Requests_written_by_the_application_are_not_imported_again()
    {
        _folder.Import(Samples.Span(9, 1, 1));
        using (var connection = _folder.Connect())
            connection.Execute("INSERT INTO telemetry (timestamp, trace_id, span_id, prompt_tokens) VALUES ('2026-03-01T12:00:01.500000', '00000000000000000000000000000001', '0000000000000001', 10)");

        Assert.Equal((2, 2), Counts(_folder.Import(Samples.ObserviciaLog, whatIf: true)));
        Assert.Equal((2, 2), Counts(_folder.Import(Samples.ObserviciaLog)));

        static (long, long) Counts(ImportReport report) => (report.Imported, report.Duplicates);
    }

    [Fact]
    public void WhatIf_reports_the_result_and_creates_no_store()
    {
        ImportReport report = _folder.Import(Samples.ObserviciaLog, whatIf: true);

        Assert.Equal((true, 3, 1), (report.WhatIf, report.Imported, report.Duplicates));
        Assert.False(File.Exists(_folder.Database));
    }

    [Fact]
    public void The_table_of_the_application_is_not_changed()
    {
        _folder.Import(Samples.Span(1, 1, 1));

        Assert.Equal(
            ["telemetry", "tokendash_import_key", "tokendash_import_span", "tokendash_import_state", "tokendash_import_tail", "tokendash_request_detail"],
            _folder.Query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1"));
        Assert.Empty(_folder.Query("SELECT name FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"));
        Assert.Equal("15", Assert.Single(_folder.Query("SELECT count(*) FROM pragma_table_info('telemetry')")));
    }

    public void Dispose() => _folder.Dispose();
}
