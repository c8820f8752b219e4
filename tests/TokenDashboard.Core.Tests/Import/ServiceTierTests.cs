namespace TokenDashboard.Tests.Import;

/// <summary>Requests that a source reports with a service tier other than the standard one.</summary>
public sealed class ServiceTierTests : IDisposable
{
    private readonly ImportFolder _folder = new();

    [Theory]
    [InlineData("""
        "speed":"fast","service_tier":"standard"
        """, "claude-opus-5-fast")]
    [InlineData("""
        "speed":"standard","service_tier":"standard"
        """, "claude-opus-5")]
    [InlineData("""
        "speed":null,"service_tier":"batch"
        """, "claude-opus-5-batch")]
    [InlineData("""
        "service_tier":"priority"
        """, "claude-opus-5")]
    public void A_reply_of_Claude_Code_has_the_speed_that_it_reports(string tier, string model)
    {
        _folder.Import($$$"""{"type":"assistant","sessionId":"s","uuid":"u","timestamp":"2026-10-01T12:00:00Z","message":{"id":"m1","model":"claude-opus-5","usage":{"input_tokens":9,"output_tokens":1,{{{tier}}} } } }""" + "\n");

        Assert.Equal([model], Models());
    }

    [Fact]
    public void A_compaction_has_the_speed_of_its_message_and_an_advisor_its_own()
    {
        _folder.Import("""
            {"type":"assistant","sessionId":"s","uuid":"u","timestamp":"2026-10-01T12:00:00Z","message":{"id":"m1","model":"claude-opus-5","usage":{"input_tokens":9,"output_tokens":1,"speed":"fast","iterations":[{"type":"compaction","input_tokens":8,"output_tokens":1},{"type":"advisor_message","model":"claude-opus-5-5","input_tokens":7,"output_tokens":1}]}}}

            """);

        Assert.Equal(["claude-opus-5-5|8", "claude-opus-5-fast|10", "claude-opus-5-fast|9"], _folder.Query("SELECT model || '|' || total_tokens FROM telemetry ORDER BY 1"));
    }

    [Fact]
    public void A_request_of_Codex_has_the_tier_of_its_record_then_of_the_settings()
    {
        string Settings(string tier) => $$$"""{"timestamp":"2026-10-01T12:00:00Z","type":"event_msg","payload":{"type":"thread_settings_applied","thread_settings":{"model":"gpt-5.5","service_tier":{{{tier}}} } } }""" + "\n";
        string Record(string id, string tier) => $$$"""{"timestamp":"2026-10-01T12:00:00Z","type":"token_usage_record","payload":{"thread_id":"c","response_id":"{{{id}}}","model":"{{{id}}}","usage":{"input_tokens":9,"output_tokens":1}{{{tier}}}}}""" + "\n";

        _folder.Import(
            Samples.CodexMeta("c") + Record("a", "") + Record("b", ",\"service_tier\":\"priority\"") + Settings("\"fast\"") + Record("c", "") + Record("d", ",\"service_tier\":\"default\"")
            + Settings("null") + Record("e", "") + Settings("\"flex\"") + Record("f", ""));

        Assert.Equal(["a", "b-fast", "c-fast", "d", "e", "f-flex"], Models());
    }

    [Fact]
    public void A_count_of_Codex_has_the_tier_of_its_line()
    {
        string Count(int tokens, string tier) => $$$"""{"timestamp":"2026-10-01T12:00:{{{tokens:d2}}}Z","type":"event_msg","payload":{"type":"token_count","service_tier":"{{{tier}}}","info":{"model":"{{{tier}}}","total_token_usage":{"input_tokens":{{{tokens}}},"output_tokens":1} } } }""" + "\n";

        _folder.Import(Samples.CodexMeta("c") + Count(10, "priority") + Count(20, "default"));

        Assert.Equal(["default", "priority-fast"], Models());
    }

    [Theory]
    [InlineData("openai.response.service_tier", "priority", "m-fast")]
    [InlineData("gen_ai.openai.response.service_tier", "flex", "m-flex")]
    [InlineData("openai.response.service_tier", "default", "m")]
    [InlineData("openai.request.service_tier", "priority", "m")]
    [InlineData("ai.response.providerMetadata", """{\"openai\":{\"serviceTier\":\"priority\"}}""", "m-fast")]
    [InlineData("ai.response.providerMetadata", """{\"anthropic\":{\"usage\":{\"speed\":\"fast\",\"service_tier\":\"standard\"}}}""", "m-fast")]
    [InlineData("speed", "fast", "m-fast")]
    [InlineData("speed", "normal", "m")]
    public void A_span_has_the_tier_of_its_response(string name, string tier, string model)
    {
        _folder.Import($$"""
            {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","startTimeUnixNano":"1790000000000000000","endTimeUnixNano":"1790000001000000000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"} },{"key":"gen_ai.request.model","value":{"stringValue":"m"} },{"key":"gen_ai.usage.input_tokens","value":{"intValue":"9"} },{"key":"{{name}}","value":{"stringValue":"{{tier}}"} }]}]}]}]}
            """);

        Assert.Equal([model], Models());
    }

    [Fact]
    public void A_spend_log_of_LiteLLM_has_the_speed_of_its_usage()
    {
        _folder.Import("""
            {"request_id":"r1","startTime":"2026-10-01T12:00:00Z","model":"claude-opus-5","custom_llm_provider":"anthropic","prompt_tokens":9,"completion_tokens":1,"total_tokens":10,"spend":0.1,"metadata":{"usage_object":{"speed":"fast"}}}

            """);

        Assert.Equal(["claude-opus-5-fast"], Models());
    }

    [Fact]
    public void A_name_that_has_the_tier_keeps_it()
    {
        _folder.Import("""
            {"type":"assistant","sessionId":"s","uuid":"u","timestamp":"2026-10-01T12:00:00Z","message":{"id":"m1","model":"claude-opus-5-fast","usage":{"input_tokens":9,"output_tokens":1,"speed":"fast"}}}

            """);

        Assert.Equal(["claude-opus-5-fast"], Models());
    }

    public void Dispose() => _folder.Dispose();

    private string[] Models() => _folder.Query("SELECT model FROM telemetry ORDER BY 1");
}
