using System.Globalization;

namespace TokenDashboard.Tests.Import;

/// <summary>Small files of each format.</summary>
internal static class Samples
{
    public const string ObserviciaCsv = """"
        timestamp,transaction_id,user_id,model,provider,request_type,prompt_tokens,completion_tokens,total_tokens,duration_ms,success
        2026-03-01T12:00:00.500000,t1,alice,gpt-4o,openai,chat,10,5,15,100.5,True
        2026-03-01T12:00:00.500000,t1,alice,gpt-4o,openai,chat,10,5,15,100.5,True
        2026-03-01T12:00:01,,"O'Neill, ""Bob""",gpt-4o,openai,chat,7,0,0,90,False

        """";

    public static string ObserviciaLog { get; } = string.Concat(
        Message(), Span(1, 10, 5), Span(2, 20, 6, user: "bob"), Span(1, 10, 5), """{"type": "span", "name": "other", "start_time": 1, "attributes": {"x": [1, {"y": 2}]}}""" + "\n", Span(3, 30, 7));

    public static string Otlp { get; } = string.Concat(
        Export(OtlpSpan("b2", "a1", 1, ("gen_ai.usage.input_tokens", 10), ("gen_ai.usage.output_tokens", 5), ("gen_ai.operation.name", "chat"))),
        Export(
            OtlpSpan("a1", "", 0, ("gen_ai.usage.input_tokens", 30), ("gen_ai.usage.output_tokens", 12), ("gen_ai.operation.name", "invoke_agent")),
            OtlpSpan("c3", "a1", 2)),
        Export(OtlpSpan("d4", "c3", 3, ("gen_ai.usage.input_tokens", 20), ("gen_ai.usage.output_tokens", 7), ("openinference.span.kind", "LLM"))),
        Export(OtlpSpan("e5", "", 4, ("llm.token_count.prompt", 40), ("openinference.span.kind", "AGENT"))));

    public static string ClaudeCode { get; } = string.Concat(
        """{"type":"summary","summary":"About \"resourceSpans\"","leafUuid":"x"}""" + "\n",
        Reply("m1", "r1", 3, 1, "s1"), Reply("m1", "r1", 3, 200, "s1"), Reply("m1", "r1", 3, 200, "s2", sidechain: true),
        Reply("m2", "r2", 5, 50, "s1"), Reply("m3", "r3", 0, 0, "s1", model: "<synthetic>"));

    public const string LiteLlmCsv = """"
        request_id,call_type,api_key,spend,total_tokens,prompt_tokens,completion_tokens,startTime,endTime,model,custom_llm_provider,user,metadata,session_id,status
        q1,acompletion,hash,0.0015,30,20,10,2026-03-01 12:00:00.25+02:00,2026-03-01 12:00:01.75+02:00,gpt-4o,openai,alice,"{""usage_object"": {""prompt_tokens_details"": {""cached_tokens"": 8}, ""completion_tokens_details"": {""reasoning_tokens"": 4}}}",s1,success
        q2,acompletion,hash,0,0,0,0,2026-03-01T10:00:05Z,2026-03-01T10:00:06Z,gpt-4o,openai,,{},s1,failure

        """";

    public const string LiteLlmJson = """
        {"request_id":"q1","call_type":"acompletion","spend":0.0015,"total_tokens":30,"prompt_tokens":20,"completion_tokens":10,"startTime":"2026-03-01T10:00:00.250Z","endTime":"2026-03-01T10:00:01.750Z","model":"gpt-4o","custom_llm_provider":"openai","user":"alice","metadata":{"usage_object":{"prompt_tokens_details":{"cached_tokens":8},"completion_tokens_details":{"reasoning_tokens":4}}},"session_id":"s1","status":"success","messages":{"secret":1}}
        {"request_id":"q2","call_type":"acompletion","spend":0,"total_tokens":0,"prompt_tokens":0,"completion_tokens":0,"startTime":"2026-03-01T10:00:05Z","endTime":"2026-03-01T10:00:06Z","model":"gpt-4o","custom_llm_provider":"openai","user":"","metadata":"{}","session_id":"s1","status":"failure"}

        """;

    /// <summary>A file of each format that keeps its requests apart from those of the others.</summary>
    public static TheoryData<string, string> All { get; } = new()
    {
        { nameof(ObserviciaLog), ObserviciaLog }, { nameof(ObserviciaCsv), ObserviciaCsv }, { nameof(Otlp), Otlp }, { nameof(ClaudeCode), ClaudeCode },
        { nameof(LiteLlmCsv), LiteLlmCsv }, { nameof(LiteLlmJson), LiteLlmJson },
    };

    public static string Span(int id, object prompt, object completion, string user = "alice", string more = "") => string.Create(CultureInfo.InvariantCulture,
        $$"""{"type": "span", "timestamp": "2026-11-23T12:49:57.569903", "name": "openai.chat", "trace_id": "{{id:x32}}", "span_id": "{{id:x16}}", "parent_id": null, "start_time": {{1772366400500000000 + (id * 1000000000L)}}, "end_time": {{1772366400750000000 + (id * 1000000000L)}}, "attributes": {"transaction_id": "t1", "user.id": "{{user}}", "llm.model": "gpt-4o", "llm.provider": "openai", "llm.request.type": "chat", "prompt.tokens": {{prompt}}, "completion.tokens": {{completion}}, "total.tokens": 15{{more}} }, "status": {"status_code": "UNSET", "description": null}, "events": []}""") + "\n";

    public static string Export(params string[] spans) =>
        $$"""{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"app"} }]},"scopeSpans":[{"scope":{},"spans":[{{string.Join(",", spans)}}]}]}]}""" + "\n";

    public static string OtlpSpan(string id, string parent, int second, params (string Name, object Value)[] attributes)
    {
        string all = string.Join(",", attributes.Select(attribute =>
            $$"""{"key":"{{attribute.Name}}","value":{{(attribute.Value is string text ? $$"""{"stringValue":"{{text}}"}""" : $$"""{"intValue":"{{attribute.Value}}"}""")}}}"""));
        long start = 1772366400000000000 + (second * 1000000000L);
        return $$"""{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"{{id}}","parentSpanId":"{{parent}}","name":"x","kind":3,"startTimeUnixNano":"{{start}}","endTimeUnixNano":"{{start + 1500000}}","attributes":[{{all}}],"status":{} }""";
    }

    public static string Reply(string message, string request, int input, int output, string session, bool sidechain = false, string model = "claude-sonnet-4-5") =>
        $$"""{"type":"assistant","timestamp":"2026-03-01T12:00:00.123Z","sessionId":"{{session}}","requestId":"{{request}}","uuid":"{{Guid.NewGuid()}}","isSidechain":{{(sidechain ? "true" : "false")}},"message":{"id":"{{message}}","model":"{{model}}","usage":{"input_tokens":{{input}},"output_tokens":{{output}},"cache_read_input_tokens":100,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20} } } }""" + "\n";

    private static string Message() =>
        """{"timestamp": "2026-11-23T12:49:57.569903", "level": "INFO", "service": "app", "message": "hello", "trace_context": {"trace_id": "1"}}""" + "\n";
}
