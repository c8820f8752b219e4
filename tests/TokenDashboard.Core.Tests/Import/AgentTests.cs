namespace TokenDashboard.Tests.Import;

/// <summary>Sessions of coding agents.</summary>
public sealed class AgentTests : IDisposable
{
    private readonly ImportFolder _folder = new();

    [Fact]
    public void An_advisor_message_is_a_separate_request()
    {
        const string Usage = """{"input_tokens":2,"output_tokens":491,"cache_read_input_tokens":2000,"cache_creation_input_tokens":100,"iterations":[{"type":"message","input_tokens":1,"output_tokens":45},{"type":"advisor_message","model":"claude-opus-4-7","input_tokens":1500,"output_tokens":700},{"type":"fallback_message","model":"x","input_tokens":9,"output_tokens":9},{"type":"advisor_message","model":"claude-opus-4-7","input_tokens":10,"output_tokens":1}]}""";
        string line = Reply("m1", "claude-sonnet-4-6", Usage);

        ImportReport report = _folder.Import(line + line);

        Assert.Equal((6, 3, 3), (report.Read, report.Imported, report.Duplicates));
        Assert.Equal(["claude-opus-4-7|11", "claude-opus-4-7|2200", "claude-sonnet-4-6|2593"], _folder.Query("SELECT model || '|' || total_tokens FROM telemetry ORDER BY 1"));
    }

    [Fact]
    public void A_compaction_within_a_message_is_a_separate_request()
    {
        ImportReport report = _folder.Import("""
            {"type":"assistant","sessionId":"s","uuid":"u1","timestamp":"2026-03-01T12:00:00Z","message":{"id":"m1","model":"claude-sonnet-4-6","usage":{"input_tokens":23,"output_tokens":10,"iterations":[{"type":"compaction","input_tokens":180,"output_tokens":35,"cache_read_input_tokens":5},{"type":"message","input_tokens":23,"output_tokens":10}]}}}

            """);

        Assert.Equal((2, 253L), (report.Imported, report.ImportedTokens));
        Assert.Equal(["claude-sonnet-4-6"], _folder.Query("SELECT DISTINCT model FROM telemetry"));
    }

    [Fact]
    public void A_reply_that_is_also_in_a_progress_line_counts_once()
    {
        string reply = Reply("m1", "claude-haiku-4-5", """{"input_tokens":10,"output_tokens":20}""");
        string progress = $$"""{"type":"progress","timestamp":"2026-03-01T12:30:00Z","sessionId":"s1","uuid":"u1","data":{"type":"agent_progress","agentId":"a1","message":{{reply.Trim()}} } }""" + "\n";

        ImportReport first = _folder.Import(progress);
        string[] alone = _folder.Requests();
        _folder.Import(reply);

        Assert.Equal((ImportFormat.ClaudeCode, 1, 30L), (first.Format, first.Imported, first.ImportedTokens));
        Assert.StartsWith("2026-03-01T12:00:00|s1|", Assert.Single(alone));
        Assert.Equal(["30"], _folder.Query("SELECT sum(total_tokens) FROM telemetry"));
    }

    [Theory]
    [InlineData("700", "0", "0", 706)]
    [InlineData("700", "100", "200", 706)]
    [InlineData("0", "300", "400", 706)]
    [InlineData("700", "300", "400", 706)]
    public void The_larger_of_flat_and_split_cache_write_tokens_counts(string flat, string minutes, string hour, long total)
    {
        _folder.Import(Reply("m1", "m", $$$"""{"input_tokens":2,"output_tokens":4,"cache_creation_input_tokens":{{{flat}}},"cache_creation":{"ephemeral_5m_input_tokens":{{{minutes}}},"ephemeral_1h_input_tokens":{{{hour}}} } }"""));

        Assert.Equal([$"{total}"], _folder.Query("SELECT total_tokens FROM telemetry"));
    }

    [Theory]
    [InlineData("""{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0}""", "0|0")]
    [InlineData("""{"ephemeral_5m_input_tokens":7,"ephemeral_1h_input_tokens":5}""", "12|5")]
    [InlineData("""{"ephemeral_5m_input_tokens":7}""", "7|unknown")]
    [InlineData("""{"ephemeral_1h_input_tokens":5}""", "5|5")]
    [InlineData("{}", "unknown|unknown")]
    public void Cache_write_tokens_by_lifetime_are_stored(string split, string stored)
    {
        _folder.Import(Reply("m1", "m", $$"""{"input_tokens":2,"output_tokens":4,"cache_read_input_tokens":0,"cache_creation":{{split}} }"""));

        Assert.Equal([stored], _folder.Query("SELECT COALESCE(cache_write_tokens, 'unknown') || '|' || COALESCE(hour_cache_write_tokens, 'unknown') FROM tokendash_request_detail"));
    }

    [Fact]
    public void Thinking_tokens_of_Claude_Code_are_part_of_the_output()
    {
        _folder.Import(Samples.Reply("m1", "r1", 10, 200, "s1").Replace("\"output_tokens\":200,", "\"output_tokens\":200,\"output_tokens_details\":{\"thinking_tokens\":150},"));

        Assert.Equal(["200|150"], _folder.Query("SELECT completion_tokens || '|' || reasoning_tokens FROM telemetry JOIN tokendash_request_detail ON row_id = id"));
    }

    [Fact]
    public void Compactions_of_Claude_Code_are_noted_because_their_requests_are_not_in_transcripts()
    {
        const string Boundary = """{"type":"system","subtype":"compact_boundary","isSidechain":false,"uuid":"u2","sessionId":"s1","timestamp":"2026-03-01T12:01:00Z","compactMetadata":{"trigger":"auto","preTokens":190000,"postTokens":2700}}""" + "\n";

        ImportReport report = _folder.Import(Reply("m1", "claude-sonnet-4-6", """{"input_tokens":10,"output_tokens":20}""") + Boundary);

        Assert.Equal((1, 30L), (report.Imported, report.ImportedTokens));
        Assert.Contains("telemetry of Claude Code contains them: 1.", Assert.Single(report.Notes));
    }

    [Fact]
    public void A_transcript_without_replies_is_reported()
    {
        ImportReport own = _folder.Import("""{"type":"user","sessionId":"s1","uuid":"u1","message":{"role":"user","content":"hi"}}""" + "\n");
        ImportReport foreign = _folder.Import(Samples.Codex, ImportFormat.ClaudeCode);

        Assert.Equal((ImportFormat.ClaudeCode, ErrorCode.ImportNothingFound, ErrorCode.ImportNothingFound), (own.Format, own.ProblemCode, foreign.ProblemCode));
    }

    [Fact]
    public void Replies_without_tokens_are_counted()
    {
        ImportReport report = _folder.Import(Reply("m1", "glm-4.7", """{"input_tokens":0,"output_tokens":0}""") + Reply("m2", "glm-4.7", """{"input_tokens":1,"output_tokens":0}"""));

        Assert.Equal((2, 1), (report.Read, report.WithoutTokens));
    }

    [Fact]
    public void A_message_with_usage_of_another_agent_is_not_read_as_one_of_Claude_Code()
    {
        ImportReport report = _folder.Import("""{"message":{"role":"assistant","content":"x","usage":{"completion_tokens":501,"prompt_tokens":1100,"model":"claude-sonnet-4-5"}},"contextItems":[]}""");

        Assert.Contains("has an unknown format", report.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Codex_counters_count_by_their_increase_and_repeats_are_ignored()
    {
        ImportReport report = _folder.Import(Samples.Codex);

        Assert.Equal((ImportFormat.Codex, 2, 2), (report.Format, report.Read, report.Imported));
        Assert.Equal(
            ["2026-03-01T12:01:00|c1||gpt-5.2-codex|openai|chat|1000|125|1125|-|1||||250|-|25|-", "2026-03-01T12:03:00|c1||gpt-5.2-codex|openai|chat|2000|75|2075|-|1||||1000|-|0|-"],
            _folder.Requests());
    }

    [Fact]
    public void Codex_cache_write_tokens_are_part_of_the_input()
    {
        const string Usage = """{"input_tokens":{0},"cached_input_tokens":60,"cache_write_input_tokens":{1},"output_tokens":5,"reasoning_output_tokens":0}""";
        static string Count(int minute, int input, int written) =>
            $$"""{"timestamp":"2026-03-01T12:0{{minute}}:00Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{{Usage.Replace("{0}", $"{input}").Replace("{1}", $"{written}")}} } } }""" + "\n";

        _folder.Import("""{"timestamp":"2026-03-01T11:59:00Z","type":"session_meta","payload":{"session_id":"s1"}}""" + "\n" + Count(1, 100, 30) + Count(2, 220, 75));

        Assert.Equal(["s1|100|30", "s1|120|45"], _folder.Query("SELECT concat_ws('|', transaction_id, prompt_tokens, cache_write_tokens) FROM telemetry JOIN tokendash_request_detail ON row_id = id"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_history_of_a_fork_counts_once_at_its_original_time(bool forkFirst)
    {
        string parent = Samples.Codex;
        // The copied history has the time of the fork, and both sessions continue from it.
        string fork = Samples.CodexMeta("c2", from: "c1") + Samples.CodexMeta("c1") + Samples.CodexCount(30, 1000, 250, 125, 25, 1000, 250, 125, 25)
            + Samples.CodexCount(30, 3000, 1250, 200, 25, 2000, 1000, 75, 0) + Samples.CodexCount(40, 3500, 1250, 210, 25, 500, 0, 10, 0);
        string ofFork = Samples.CodexMeta("c3", from: "c2") + Samples.CodexMeta("c2", from: "c1") + Samples.CodexMeta("c1")
            + Samples.CodexCount(50, 1000, 250, 125, 25, 1000, 250, 125, 25) + Samples.CodexCount(55, 1010, 250, 126, 25, 10, 0, 1, 0);

        foreach (string file in forkFirst ? [ofFork, fork, parent] : (string[])[parent, fork, ofFork])
            _folder.Import(file);

        Assert.Equal(
            ["01|c1|1125", "03|c1|2075", "40|c2|510", "55|c3|11"], _folder.Query("SELECT substr(timestamp, 15, 2) || '|' || transaction_id || '|' || total_tokens FROM telemetry ORDER BY timestamp"));
    }

    [Fact]
    public void The_initial_sum_of_a_fork_is_not_counted()
    {
        _folder.Import(Samples.CodexMeta("c2", from: "c1") + Samples.CodexCount(1, 28_000_000, 0, 700_000, 0, 0, 0, 0, 0) + Samples.CodexCount(2, 28_040_000, 0, 702_000, 0, 40_000, 0, 2_000, 0));

        Assert.Equal(["42000"], _folder.Query("SELECT total_tokens FROM telemetry"));
    }

    [Fact]
    public void A_resumed_session_counts_only_its_own_tokens()
    {
        _folder.Import(Samples.CodexMeta("c4") + Samples.CodexCount(1, 400_000, 0, 9_000, 0, 50, 0, 5, 0) + Samples.CodexCount(2, 400_100, 0, 9_010, 0, 100, 0, 10, 0)
            // The counters restart.
            + Samples.CodexCount(3, 70, 0, 7, 0, 70, 0, 7, 0));

        Assert.Equal(["55", "110", "77"], _folder.Query("SELECT total_tokens FROM telemetry ORDER BY timestamp"));
    }

    [Fact]
    public void Lines_of_another_format_are_reported_and_can_be_imported_separately()
    {
        ImportReport report = _folder.Import(Samples.ClaudeCode + Samples.Codex + Samples.Otlp);

        // Five lines of Codex and four of OTLP.
        Assert.Equal((ImportFormat.ClaudeCode, 2, 9), (report.Format, report.Imported, report.Unreadable));
        ImportReport codex = _folder.Import(Samples.ClaudeCode + Samples.Codex, ImportFormat.Codex);
        Assert.Equal((2, 0), (codex.Imported, codex.Unreadable));
    }

    [Fact]
    public void Codex_sessions_in_one_file_stay_separate()
    {
        ImportReport report = _folder.Import(Samples.Codex + Samples.Codex.Replace("\"c1\"", "\"c9\"").Replace("2026-03-01T12", "2026-03-01T13"));

        Assert.Equal((4, 0, 2 * 3200L), (report.Imported, report.Duplicates, report.ImportedTokens));
    }

    [Fact]
    public void A_Gemini_message_counts_once_with_its_last_copy()
    {
        ImportReport report = _folder.Import(Samples.Gemini);

        Assert.Equal((ImportFormat.GeminiCli, 3, 2, 1), (report.Format, report.Read, report.Imported, report.Updated));
        Assert.Equal(
            ["2026-03-01T12:00:05|s1||gemini-2.5-pro||chat|1210|35|1245|-|1||g2||1000|-|5|-", "2026-03-01T12:00:09|s1||gemini-2.5-flash||chat|10|1|11|-|1||g3||0|-|0|-"], _folder.Requests());
    }

    [Fact]
    public void A_Gemini_session_may_be_one_document()
    {
        string[] lines = Samples.Gemini.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string document = lines[0][..^1] + ",\n\"messages\": [\n" + string.Join(",\n", lines[1..]) + "]}\n";
        using var reference = new ImportFolder();
        reference.Import(Samples.Gemini);

        ImportReport report = _folder.Import(document);

        Assert.Equal(ImportFormat.GeminiCli, report.Format);
        Assert.Equal(reference.Requests(), _folder.Requests());
    }

    [Fact]
    public void Messages_in_a_checkpoint_of_a_Gemini_session_are_imported()
    {
        string[] lines = Samples.Gemini.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using var reference = new ImportFolder();
        reference.Import(Samples.Gemini);

        // The checkpoint repeats one message and contains another one that has no line.
        ImportReport report = _folder.Import($"{lines[0]}\n{lines[2]}\n{{\"$set\":{{\"messages\":[{string.Join(',', lines[1..])}]}}}}\n");

        Assert.Equal((ImportFormat.GeminiCli, 4, 0), (report.Format, report.Read, report.Unreadable));
        Assert.Equal(reference.Requests(), _folder.Requests());
    }

    [Fact]
    public void OpenCode_cache_and_reasoning_tokens_are_added()
    {
        ImportReport report = _folder.Import("""{"id":"msg_1","sessionID":"ses_1","role":"assistant","time":{"created":1772366400000,"completed":1772366402000},"modelID":"claude-sonnet-4-5","providerID":"anthropic","cost":0.02,"tokens":{"input":10,"output":20,"reasoning":3,"cache":{"read":300,"write":40}}}""");

        Assert.Equal((ImportFormat.OpenCode, 1), (report.Format, report.Imported));
        Assert.Equal(["2026-03-01T12:00:00|ses_1||claude-sonnet-4-5|anthropic|chat|350|23|373|2000.0|1||msg_1||300|40|3|0.02"], _folder.Requests());
    }

    [Theory]
    [InlineData("{0}\n")]
    [InlineData("""{"info":{"id":"ses_1","title":"t"},"messages":[{"info":{"id":"msg_0","sessionID":"ses_1","role":"user","time":{"created":1}},"parts":[]},{0}]}""")]
    public void Exported_OpenCode_sessions_are_imported(string form)
    {
        ImportReport report = _folder.Import(form.Replace("{0}", """{"info":{"id":"msg_1","sessionID":"ses_1","role":"assistant","time":{"created":1772366400000},"modelID":"gpt-5","providerID":"openai","tokens":{"input":10,"output":20,"reasoning":0,"cache":{"read":5,"write":0}}},"parts":[{"type":"step-finish","tokens":{"input":10}}]}"""));

        Assert.Equal((ImportFormat.OpenCode, 1, 35L, 0), (report.Format, report.Imported, report.ImportedTokens, report.Unreadable));
    }

    public void Dispose() => _folder.Dispose();

    private static string Reply(string id, string model, string usage) =>
        $$"""{"type":"assistant","timestamp":"2026-03-01T12:00:00Z","sessionId":"s1","requestId":"r1","uuid":"u1","message":{"id":"{{id}}","model":"{{model}}","usage":{{usage}} } }""" + "\n";
}
