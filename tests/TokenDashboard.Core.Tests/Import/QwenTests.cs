namespace TokenDashboard.Tests.Import;

/// <summary>Sessions of Qwen Code.</summary>
public sealed class QwenTests : IDisposable
{
    private readonly ImportFolder _folder = new();

    [Fact]
    public void The_log_of_token_usage_of_Qwen_Code_repeats_its_sessions()
    {
        const string Usage = """{"schemaVersion":1,"id":"i1","timestamp":"2026-03-01T12:00:00.000Z","localDate":"2026-03-01","localMonth":"2026-03","sessionId":"s1","model":"q","authType":"openai","source":"main","inputTokens":100,"outputTokens":20,"cachedTokens":30,"thoughtsTokens":5,"totalTokens":120,"apiDurationMs":900}""" + "\n";

        ImportReport log = _folder.Import(Usage + Usage), asJson = _folder.Import(Usage, ImportFormat.Json);

        Assert.Equal((ErrorCode.ImportNothingFound, 0, 1), (log.ProblemCode, log.Imported, asJson.Imported));
        Assert.Contains("To import only these logs, use -Format Json: 2.", log.Problem);
        Assert.Equal(["120|30|5"], _folder.Query("SELECT concat_ws('|', total_tokens, cached_tokens, reasoning_tokens) FROM telemetry JOIN tokendash_request_detail ON row_id = id"));
    }

    [Fact]
    public void A_Qwen_session_is_detected_and_imported()
    {
        ImportReport report = _folder.Import("""
            {"uuid":"u1","parentUuid":null,"sessionId":"s1","timestamp":"2026-03-01T12:00:00Z","type":"user","cwd":"/p","version":"0.6","message":{"role":"user","parts":[{"text":"hi"}]}}
            {"uuid":"u2","parentUuid":"u1","sessionId":"s1","timestamp":"2026-03-01T12:00:05Z","type":"assistant","cwd":"/p","version":"0.6","model":"qwen3-coder-plus","message":{"role":"model","parts":[{"text":"x"}]},"usageMetadata":{"promptTokenCount":1200,"candidatesTokenCount":30,"thoughtsTokenCount":5,"totalTokenCount":1235,"cachedContentTokenCount":1000}}

            """);

        Assert.Equal((ImportFormat.QwenCode, 1), (report.Format, report.Imported));
        Assert.Equal(["2026-03-01T12:00:05|s1||qwen3-coder-plus||chat|1200|35|1235|-|1||u2||1000|-|5|-"], _folder.Requests());
    }

    [Fact]
    public void Qwen_tool_tokens_are_added_to_the_input()
    {
        _folder.Import("""{"uuid":"u3","sessionId":"s1","timestamp":"2026-03-01T12:02:00Z","type":"assistant","model":"q","message":{"parts":[]},"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":10,"thoughtsTokenCount":3,"toolUsePromptTokenCount":7,"totalTokenCount":120}}""" + "\n");

        Assert.Equal(["107|13|120"], _folder.Query("SELECT concat_ws('|', prompt_tokens, completion_tokens, total_tokens) FROM telemetry"));
    }

    [Fact]
    public void Telemetry_in_a_session_counts_only_without_a_message()
    {
        // The message can be before or after its telemetry. The telemetry of a message that a subagent wrote at the same time is between them.
        string session = Telemetry("t1", 100, 20) + Telemetry("t2", 100, 21, "s1#explore-c1#0") + Message("m1", 100, 20) + Message("m2", 100, 22) + Telemetry("t3", 100, 22)
            + Telemetry("t4", 200, 30, "compress-1") + Telemetry("t5", 0, 0) + Message("m3", 100, 23);

        ImportReport report = _folder.Import(session), again = _folder.Import(session);

        Assert.Equal((5, 0, 0), (report.Imported, report.Notes.Count, again.Imported));
        Assert.Equal(["m1|120", "m2|122", "m3|123", "t2|121", "t4|230"], _folder.Query("SELECT span_id || '|' || total_tokens FROM telemetry ORDER BY 1"));
        Assert.Equal(["q|900|40|5"], _folder.Query(
            "SELECT concat_ws('|', model, CAST(duration_ms AS INTEGER), cached_tokens, reasoning_tokens) FROM telemetry JOIN tokendash_request_detail ON row_id = id WHERE span_id = 't4'"));
    }

    [Fact]
    public void Telemetry_at_the_end_counts_when_the_file_has_grown_without_its_message()
    {
        string begun = Message("m1", 100, 20) + Telemetry("t1", 100, 21);

        ImportReport first = _folder.Import(begun), withMessage = _folder.Import(begun + Message("m2", 100, 21)), grown = _folder.Import(begun + Message("m3", 100, 22));

        Assert.Equal((1, 1, 2), (first.Imported, withMessage.Imported, grown.Imported));
        Assert.Contains("may not have been written yet", Assert.Single(first.Notes));
        Assert.Empty(grown.Notes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_request_of_a_subagent_counts_once_with_its_model(bool subagentFirst)
    {
        string session = Message("m1", 100, 20) + Telemetry("t1", 100, 21, "s1#explore-c1#0");
        string subagent = Message("m2", 100, 21, ",\"agentId\":\"explore-c1\",\"isSidechain\":true").Replace("\"model\":\"q\",", "");

        ImportReport[] reports = [.. (subagentFirst ? [subagent, session] : (string[])[session, subagent]).Select(file => _folder.Import(file))];

        Assert.Equal(2, reports.Sum(report => report.Imported));
        Assert.Equal(["q|120", "q|121"], _folder.Query("SELECT model || '|' || total_tokens FROM telemetry ORDER BY 1"));
        Assert.Contains("Requests without a model", reports.SelectMany(report => report.Notes).Single());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fork_of_a_session_counts_only_its_own_requests(bool forkFirst)
    {
        string session = Telemetry("t1", 100, 20) + Message("m1", 100, 20) + Telemetry("t2", 100, 21, "s1#explore-c1#0") + Telemetry("t3", 200, 30, "compress-1") + Message("m2", 100, 22);
        string fork = session.Replace("\"sessionId\":\"s1\"", "\"sessionId\":\"s2\",\"forkedFrom\":{\"sessionId\":\"s1\"}") + Message("m3", 100, 23).Replace("\"s1\"", "\"s2\"");

        foreach (string file in forkFirst ? [fork, session] : (string[])[session, fork])
            _folder.Import(file);

        Assert.Equal(["s1|120", "s1|121", "s1|122", "s1|230", "s2|123"], _folder.Query("SELECT transaction_id || '|' || total_tokens FROM telemetry ORDER BY 1"));
    }

    public void Dispose() => _folder.Dispose();

    private static string Message(string id, int input, int output, string more = "") =>
        $$"""{"uuid":"{{id}}","sessionId":"s1","timestamp":"2026-03-01T12:00:00.002Z","type":"assistant","model":"q","message":{"role":"model","parts":[]},"usageMetadata":{"promptTokenCount":{{input}},"candidatesTokenCount":{{output}},"thoughtsTokenCount":5,"totalTokenCount":{{input + output}},"cachedContentTokenCount":40}{{more}} }""" + "\n";

    private static string Telemetry(string id, int input, int output, string prompt = "s1########0") =>
        $$"""{"uuid":"{{id}}","sessionId":"s1","timestamp":"2026-03-01T12:00:00Z","type":"system","subtype":"ui_telemetry","systemPayload":{"uiEvent":{"event.name":"qwen-code.api_response","response_id":"r-{{id}}","model":"q","duration_ms":900,"input_token_count":{{input}},"output_token_count":{{output}},"cached_content_token_count":{{(input > 0 ? 40 : 0)}},"thoughts_token_count":{{(input > 0 ? 5 : 0)}},"total_token_count":{{input + output}},"prompt_id":"{{prompt}}"} } }""" + "\n";
}
