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

    /// <summary>Two counts, the first one repeated.</summary>
    public static string Codex { get; } = CodexMeta("c1") + CodexCount(1, 1000, 250, 125, 25, 1000, 250, 125, 25) + CodexCount(2, 1000, 250, 125, 25, 1000, 250, 125, 25)
        + CodexCount(3, 3000, 1250, 200, 25, 2000, 1000, 75, 0);

    public const string Gemini = """
        {"sessionId":"s1","projectHash":"abc","startTime":"2026-03-01T12:00:00Z","kind":"main"}
        {"id":"g1","timestamp":"2026-03-01T12:00:01Z","type":"user","content":"hi"}
        {"id":"g2","timestamp":"2026-03-01T12:00:05Z","type":"gemini","content":"x","tokens":{"input":1200,"output":20,"cached":1000,"thoughts":5,"tool":0,"total":1225},"model":"gemini-2.5-pro"}
        {"id":"g2","timestamp":"2026-03-01T12:00:05Z","type":"gemini","content":"xy","tokens":{"input":1200,"output":30,"cached":1000,"thoughts":5,"tool":10,"total":1245},"model":"gemini-2.5-pro"}
        {"id":"g3","timestamp":"2026-03-01T12:00:09Z","type":"gemini","content":"z","tokens":{"input":10,"output":1,"cached":0,"thoughts":0,"tool":0,"total":11},"model":"gemini-2.5-flash"}

        """;

    /// <summary>Two chats below an agent that repeats them, and an event that repeats the first.</summary>
    public const string Copilot = """
        {"type":"span","traceId":"5b8efff798038103d269b633813fc60c","spanId":"b2","parentSpanId":"a1","name":"chat gpt-5","startTime":[1772366401,500000000],"endTime":[1772366402,0],"attributes":{"gen_ai.operation.name":"chat","gen_ai.request.model":"gpt-5","gen_ai.usage.input_tokens":100,"gen_ai.usage.output_tokens":10,"gen_ai.usage.cache_read.input_tokens":80,"gen_ai.conversation.id":"t1"},"status":{"code":0}}
        {"hrTime":[1772366402,0],"spanContext":{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"b2"},"_body":"GenAI inference: gpt-5","attributes":{"event.name":"gen_ai.client.inference.operation.details","gen_ai.request.model":"gpt-5","gen_ai.usage.input_tokens":100,"gen_ai.usage.output_tokens":10}}
        {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"c3","parentSpanId":"a1","name":"chat gpt-5","startTime":[1772366403,0],"endTime":[1772366404,0],"attributes":{"gen_ai.operation.name":"chat","gen_ai.request.model":"gpt-5","gen_ai.usage.input_tokens":200,"gen_ai.usage.output_tokens":20}}
        {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"a1","name":"invoke_agent","startTime":[1772366400,0],"endTime":[1772366405,0],"attributes":{"gen_ai.operation.name":"invoke_agent","gen_ai.usage.input_tokens":300,"gen_ai.usage.output_tokens":30}}

        """;

    /// <summary>A request, one of a subagent, and a compaction.</summary>
    public const string CopilotCli = """
        {"type":"session.start","data":{"sessionId":"s1","version":1,"producer":"copilot-agent","copilotVersion":"1.0.102"},"id":"e1","timestamp":"2026-03-01T12:00:00Z","parentId":null}
        {"type":"session.usage_record","data":{"usage":{"model":"gpt-5.4","inputTokens":1000,"outputTokens":50,"cacheReadTokens":400,"cacheWriteTokens":30,"reasoningTokens":20,"cost":1,"duration":900,"isByok":false,"apiCallId":"r1","accounting":{"sourceSessionId":"s1","sequence":1,"usageId":"r1"}}},"id":"e2","timestamp":"2026-03-01T12:00:02Z","parentId":"e1"}
        {"type":"session.usage_record","data":{"usage":{"model":"gpt-5.4-mini","inputTokens":500,"outputTokens":10,"cacheReadTokens":0,"cacheWriteTokens":0,"duration":300,"isByok":false,"apiCallId":"r2"}},"agentId":"a1","id":"e3","timestamp":"2026-03-01T12:00:03Z","parentId":"e2"}
        {"type":"session.compaction_complete","data":{"success":true,"compactionTokensUsed":{"requestCount":1,"model":"gpt-5.4","inputTokens":2000,"outputTokens":60,"cacheReadTokens":800,"cacheWriteTokens":0,"duration":1500}},"id":"e4","timestamp":"2026-03-01T12:00:09Z","parentId":"e3"}
        {"type":"session.shutdown","data":{"modelMetrics":{"gpt-5.4":{"requests":{"count":2},"usage":{"inputTokens":3000,"outputTokens":110}}}},"id":"e5","timestamp":"2026-03-01T12:00:10Z","parentId":"e4"}

        """;

    /// <summary>Two requests, a compaction that consisted of two requests, a failed request, and a request to keep the cache warm.</summary>
    public const string Pi = """
        {"type":"session","version":3,"id":"s1","timestamp":"2026-03-01T12:00:00.000Z","cwd":"/p"}
        {"type":"model_change","id":"a1","parentId":null,"timestamp":"2026-03-01T12:00:00.100Z","provider":"anthropic","modelId":"claude-sonnet-4-5"}
        {"type":"message","id":"a2","parentId":"a1","timestamp":"2026-03-01T12:00:01.000Z","message":{"role":"user","content":[{"type":"text","text":"hi"}],"timestamp":1772366401000}}
        {"type":"message","id":"a3","parentId":"a2","timestamp":"2026-03-01T12:00:02.147Z","message":{"role":"assistant","content":[{"type":"text","text":"x"}],"api":"anthropic-messages","provider":"anthropic","model":"claude-sonnet-4-5","usage":{"input":1100,"output":501,"cacheRead":6000,"cacheWrite":3000,"totalTokens":10601,"cost":{"input":0.0033,"output":0.007515,"cacheRead":0.0018,"cacheWrite":0.01575,"total":0.028365,"totalFromProvider":false},"cacheWrite1h":2000,"reasoning":100},"stopReason":"toolUse","timestamp":1772366402096,"responseId":"msg_1","durationMs":51,"thinkingLevel":"medium"}}
        {"type":"message","id":"a4","parentId":"a3","timestamp":"2026-03-01T12:00:03.000Z","message":{"role":"toolResult","toolCallId":"t1","toolName":"bash","content":[{"type":"text","text":"hi"}],"isError":false,"timestamp":1772366403000}}
        {"type":"model_change","id":"a5","parentId":"a4","timestamp":"2026-03-01T12:00:04.000Z","provider":"openai","modelId":"gpt-5.2"}
        {"type":"message","id":"a6","parentId":"a5","timestamp":"2026-03-01T12:00:05.100Z","message":{"role":"assistant","content":[],"api":"openai-responses","provider":"openai","model":"gpt-5.2","usage":{"input":6000,"output":503,"cacheRead":4000,"cacheWrite":300,"reasoning":200,"totalTokens":10803,"cost":{"input":0.0105,"output":0.007042,"cacheRead":0.0007,"cacheWrite":0,"total":0.018242}},"stopReason":"stop","timestamp":1772366405000,"responseId":"resp_1","durationMs":79}}
        {"type":"compaction","id":"a7","parentId":"a6","timestamp":"2026-03-01T12:00:06.000Z","summary":"x","firstKeptEntryId":"a6","tokensBefore":10803,"usage":{"input":12300,"output":1009,"cacheRead":8000,"cacheWrite":600,"reasoning":400,"totalTokens":21909,"cost":{"total":0.037051}},"fromHook":false}
        {"type":"message","id":"a8","parentId":"a7","timestamp":"2026-03-01T12:00:07.000Z","message":{"role":"assistant","content":[],"api":"openai-responses","provider":"openai","model":"gpt-5.2","usage":{"input":0,"output":0,"cacheRead":0,"cacheWrite":0,"totalTokens":0,"cost":{"total":0}},"stopReason":"error","timestamp":1772366407000,"errorMessage":"OpenAI API error (500)","durationMs":38}}
        {"type":"usage","id":"a9","parentId":"a8","timestamp":"2026-03-01T12:00:08.000Z","kind":"cache_warm","provider":"anthropic","model":"claude-sonnet-4-5","usage":{"input":0,"output":0,"cacheRead":50000,"cacheWrite":0,"totalTokens":50000,"cost":{"total":0.015}}}

        """;

    /// <summary>Two replies, and a message of the user.</summary>
    public const string Cline = """
        {
          "version": 1,
          "updated_at": "2026-03-01T12:00:09.000Z",
          "agent": "lead",
          "sessionId": "s1",
          "origin": { "source": "cli", "mode": "user", "sessionId": "s1", "version": "3.0.65" },
          "messages": [
            { "id": "u1", "role": "user", "content": [ { "type": "text", "text": "hi" } ], "ts": 1772366400000 },
            {
              "id": "msg_a",
              "role": "assistant",
              "content": [ { "type": "text", "text": "x" } ],
              "ts": 1772366402000,
              "modelInfo": { "id": "claude-sonnet-4-5", "provider": "anthropic", "family": "claude-sonnet" },
              "metrics": { "inputTokens": 10100, "outputTokens": 501, "cacheReadTokens": 6000, "cacheWriteTokens": 3000, "cost": 0.023865 }
            },
            {
              "id": "msg_b",
              "role": "assistant",
              "content": [ { "type": "text", "text": "y" } ],
              "ts": 1772366405000,
              "modelInfo": { "id": "gpt-4.1", "provider": "openai-compatible" },
              "metrics": { "inputTokens": 11200, "outputTokens": 512, "cacheReadTokens": 4000, "cacheWriteTokens": 0 }
            }
          ],
          "system_prompt": "z"
        }

        """;

    /// <summary>Two requests, the second of which failed at first, and a compaction. Other lines repeat their usage.</summary>
    public const string KimiCode = """
        {"type":"metadata","protocol_version":"1.5","created_at":1772366400000}
        {"type":"turn.prompt","agentId":"main","input":[{"type":"text","text":"hi"}],"origin":{"kind":"user"},"promptId":"msg_p1","turnId":0,"time":1772366400500}
        {"type":"llm.request","agentId":"main","kind":"loop","provider":"openai","model":"kimi-k2.5","modelAlias":"kimi/k","maxTokens":262144,"messageCount":3,"turnStep":"0.1","time":1772366401000}
        {"type":"usage.record","agentId":"main","model":"kimi/k","usage":{"inputOther":6100,"output":501,"inputCacheRead":4000,"inputCacheCreation":0},"usageScope":"turn","time":1772366402500}
        {"type":"context.append_loop_event","agentId":"main","event":{"type":"step.end","uuid":"u1","turnId":"0","step":1,"usage":{"inputOther":6100,"output":501,"inputCacheRead":4000,"inputCacheCreation":0},"messageId":"chatcmpl-1"},"time":1772366402510}
        {"type":"llm.request","agentId":"main","kind":"loop","provider":"anthropic","model":"claude-sonnet-4-5","modelAlias":"anth/s","messageCount":5,"turnStep":"0.2","time":1772366403000}
        {"type":"llm.request","agentId":"main","kind":"loop","provider":"anthropic","model":"claude-sonnet-4-5","modelAlias":"anth/s","messageCount":5,"turnStep":"0.2","time":1772366404000}
        {"type":"usage.record","agentId":"main","model":"anth/s","usage":{"inputOther":1300,"output":503,"inputCacheRead":6000,"inputCacheCreation":3000},"usageScope":"turn","time":1772366405000}
        {"message":{"message":{"role":"assistant","content":[]},"meta":{"source":"llm","usage":{"inputOther":1300,"output":503,"inputCacheRead":6000,"inputCacheCreation":3000},"messageId":"msg_1"}},"type":"agent.message.appended","time":1772366405010,"kind":"event"}
        {"type":"llm.request","agentId":"main","kind":"compaction","provider":"openai","model":"kimi-k2.5","modelAlias":"kimi/k","messageCount":6,"droppedCount":0,"time":1772366406000}
        {"type":"usage.record","agentId":"main","model":"kimi/k","usage":{"inputOther":8000,"output":520,"inputCacheRead":4000,"inputCacheCreation":0},"usageScope":"session","time":1772366407000}

        """;

    /// <summary>A multiline array: a generation inside another one with the same tokens, and a separate one.</summary>
    public const string Langfuse = """
        [
          {
            "id": "o1", "traceId": "t1", "type": "GENERATION", "name": "[outer]", "startTime": "2026-03-01T12:00:00.000Z", "endTime": "2026-03-01T12:00:02.000Z", "model": "gpt-4o",
            "usageDetails": { "input": 20, "input_cached_tokens": 80, "output": 10, "total": 110 }, "parentObservationId": null, "level": "DEFAULT"
          },
          {
            "id": "o2", "traceId": "t1", "type": "GENERATION", "name": "in\"ner}", "startTime": "2026-03-01T12:00:00.500Z", "endTime": "2026-03-01T12:00:01.500Z", "model": "gpt-4o",
            "usageDetails": { "input": 20, "input_cached_tokens": 80, "output": 10, "total": 110 }, "parentObservationId": "o1", "level": "ERROR", "totalCost": 0.25
          },
          { "id": "o3", "traceId": "t1", "type": "SPAN", "startTime": "2026-03-01T12:00:00.000Z", "usageDetails": {} },
          {
            "id": "o4", "traceId": "t2", "type": "EMBEDDING", "startTime": "2026-03-01T12:00:03.000Z", "endTime": null, "model": "e", "usageDetails": { "input": 7, "total": 7 }, "parentObservationId": null
          }
        ]

        """;

    public const string Cursor = """
        Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost
        "2026-03-01T12:00:00.000Z","Included","claude-4.5-sonnet","No","100","20","3000","50","3170","Included"
        "2026-03-01T13:00:00.000Z","On-Demand","claude-4.5-sonnet","No","120","20","3000","50","3170","$0.12"
        "2026-03-01T14:00:00.000Z","Errored, Not Charged","auto","No","0","0","0","0","0","-"

        """;

    public const string Qwen = """
        {"uuid":"u1","parentUuid":null,"sessionId":"s1","timestamp":"2026-03-01T12:00:00Z","type":"user","cwd":"/p","version":"0.6","message":{"role":"user","parts":[{"text":"hi"}]}}
        {"uuid":"u2","parentUuid":"u1","sessionId":"s1","timestamp":"2026-03-01T12:00:05Z","type":"assistant","model":"qwen3-coder-plus","message":{"parts":[]},"usageMetadata":{"promptTokenCount":1200,"candidatesTokenCount":30,"thoughtsTokenCount":5,"totalTokenCount":1235,"cachedContentTokenCount":1000}}
        {"uuid":"u3","parentUuid":"u2","sessionId":"s1","timestamp":"2026-03-01T12:00:09Z","type":"assistant","model":"qwen3-coder-plus","message":{"parts":[]},"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":1,"totalTokenCount":11}}

        """;

    public const string OpenCode = """
        {"id":"msg_1","sessionID":"ses_1","role":"assistant","time":{"created":1772366400000,"completed":1772366402000},"modelID":"claude-sonnet-4-5","providerID":"anthropic","cost":0.02,"tokens":{"input":10,"output":20,"reasoning":3,"cache":{"read":300,"write":40}}}
        {"id":"msg_2","sessionID":"ses_1","role":"assistant","time":{"created":1772366410000,"completed":1772366411000},"modelID":"claude-sonnet-4-5","providerID":"anthropic","cost":0.01,"tokens":{"input":5,"output":6,"reasoning":0,"cache":{"read":0,"write":0}}}

        """;

    public const string OpenRouter = """
        generation_id,created_at,cost_total,tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug,provider_name,user,finish_reason_normalized,generation_time_ms
        gen-1,2026-03-01 12:00:00.250,0.0123,100,30,10,40,openai/gpt-5,OpenAI,alice,stop,900
        gen-2,2026-03-01 12:00:05.250,0.01,90,20,0,0,openai/gpt-5,OpenAI,alice,stop,800

        """;

    /// <summary>A file of each format, except stores and generic records.</summary>
    public static TheoryData<string, string> All { get; } = new()
    {
        { nameof(ObserviciaLog), ObserviciaLog }, { nameof(ObserviciaCsv), ObserviciaCsv }, { nameof(Otlp), Otlp }, { nameof(ClaudeCode), ClaudeCode },
        { nameof(LiteLlmCsv), LiteLlmCsv }, { nameof(LiteLlmJson), LiteLlmJson }, { nameof(Codex), Codex }, { nameof(Gemini), Gemini }, { nameof(Copilot), Copilot },
        { nameof(CopilotCli), CopilotCli },
        { nameof(Pi), Pi },
        { nameof(Cline), Cline },
        { nameof(KimiCode), KimiCode },
        { nameof(Langfuse), Langfuse }, { nameof(Cursor), Cursor }, { nameof(Qwen), Qwen }, { nameof(OpenCode), OpenCode }, { nameof(OpenRouter), OpenRouter },
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

    public static string CodexMeta(string id, string? from = null) =>
        $$"""{"timestamp":"2026-03-01T11:59:00.000Z","type":"session_meta","payload":{"id":"{{id}}",{{(from is null ? "" : $"\"forked_from_id\":\"{from}\",")}}"model_provider":"openai","cwd":"/p"} }""" + "\n"
        + """{"timestamp":"2026-03-01T11:59:30.000Z","type":"turn_context","payload":{"model":"gpt-5.2-codex"}}""" + "\n";

    public static string CodexCount(int minute, int input, int cached, int output, int reasoning, int lastInput, int lastCached, int lastOutput, int lastReasoning) =>
        $$$"""{"timestamp":"2026-03-01T12:{{{minute:00}}}:00.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":{{{input}}},"cached_input_tokens":{{{cached}}},"output_tokens":{{{output}}},"reasoning_output_tokens":{{{reasoning}}},"total_tokens":{{{input + output}}} },"last_token_usage":{"input_tokens":{{{lastInput}}},"cached_input_tokens":{{{lastCached}}},"output_tokens":{{{lastOutput}}},"reasoning_output_tokens":{{{lastReasoning}}},"total_tokens":{{{lastInput + lastOutput}}} } } } }""" + "\n";

    private static string Message() =>
        """{"timestamp": "2026-11-23T12:49:57.569903", "level": "INFO", "service": "app", "message": "hello", "trace_context": {"trace_id": "1"}}""" + "\n";
}
