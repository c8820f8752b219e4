namespace TokenDashboard.Tests.Import;

/// <summary>Spans and events as the newest versions of the programs write them: names of token counts, and whether the parts are included.</summary>
public sealed class InstrumentationTests : IDisposable
{
    private const string Parts = """
        SELECT concat_ws('|', prompt_tokens, completion_tokens, total_tokens, COALESCE(cached_tokens, '-'), COALESCE(cache_write_tokens, '-'), COALESCE(reasoning_tokens, '-'))
        FROM telemetry LEFT JOIN tokendash_request_detail ON row_id = id
        """;

    private readonly ImportFolder _folder = new();

    [Theory]
    [InlineData("openlit.instrumentation.anthropic", "1930|50|1980|900|30|-")]
    [InlineData("@openlit/instrumentation-bedrock", "1930|50|1980|900|30|-")]
    [InlineData("opentelemetry.instrumentation.bedrock", "1930|50|1980|900|30|-")]
    [InlineData("@traceloop/instrumentation-anthropic", "1930|50|1980|900|30|-")]
    [InlineData("openlit.instrumentation.openai", "1000|50|1050|900|30|-")]
    [InlineData("opentelemetry.instrumentation.anthropic", "1000|50|1050|900|30|-")]
    public void Some_instrumentations_copy_a_number_that_excludes_cached_tokens(string scope, string stored)
    {
        _folder.Import(Call(scope, ("gen_ai.usage.total_tokens", 1050), ("gen_ai.usage.cache_read.input_tokens", 900), ("gen_ai.usage.cache_creation.input_tokens", 30)));

        Assert.Equal([stored], _folder.Query(Parts));
    }

    [Theory]
    [InlineData(1000, "ai.usage.cachedInputTokens")]
    [InlineData(1000, "unused2")]
    [InlineData(1930, "ai.usage.cachedInputTokens")]
    public void The_AI_SDK_includes_cached_tokens_since_version_6(int prompt, string cached)
    {
        const string Metadata = """{\"anthropic\":{\"usage\":{\"input_tokens\":1000,\"cache_creation_input_tokens\":30,\"cache_read_input_tokens\":900,\"cache_creation\":{\"ephemeral_1h_input_tokens\":20}}}}""";

        _folder.Import(Call(
            "ai", ("ai.usage.inputTokens", prompt), ("ai.usage.outputTokens", 50), ("ai.usage.totalTokens", prompt + 50), (cached, 900),
            ("ai.response.providerMetadata", Metadata)).Replace("gen_ai.usage.input_tokens", "unused").Replace("gen_ai.usage.output_tokens", "unused"));

        Assert.Equal(["1930|50|1980|900|30|-"], _folder.Query(Parts));
        Assert.Equal(["20"], _folder.Query("SELECT hour_cache_write_tokens FROM tokendash_request_detail"));
    }

    [Theory]
    [InlineData("gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.cache_write_input_tokens", "gen_ai.usage.reasoning.output_tokens")]
    [InlineData("gen_ai.usage.prompt_tokens_details.cache_read", "gen_ai.usage.prompt_tokens_details.cache_write", "gen_ai.usage.completion_tokens_details.reasoning")]
    [InlineData("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.reasoning_tokens")]
    public void Parts_of_the_tokens_are_found(string cached, string written, string reasoning)
    {
        _folder.Import(Call("x", (cached, 900), (written, 30), (reasoning, 7)));

        Assert.Equal(["1000|50|1050|900|30|7"], _folder.Query(Parts));
    }

    [Fact]
    public void Parts_of_the_tokens_in_JSON_of_LangSmith_are_found()
    {
        _folder.Import(Call(
            "langsmith", ("gen_ai.usage.input_token_details", """{\"audio\":0,\"cache_read\":900,\"cache_creation\":30}"""),
            ("gen_ai.usage.output_token_details", """{\"reasoning\":7}"""), ("gen_ai.request.model", "gpt-5.2"), ("gen_ai.response.service_tier", "flex")));

        Assert.Equal(["1000|50|1050|900|30|7"], _folder.Query(Parts));
        Assert.Equal(["gpt-5.2-flex"], _folder.Query("SELECT model FROM telemetry"));
    }

    [Theory]
    [InlineData("openai", """{"service_tier":"priority","usage":{"prompt_tokens_details":{"cached_tokens":900,"cache_write_tokens":30}}}""", "1000|50|1050|900|30|-", "gpt-5.2-fast")]
    [InlineData("openai", """{"service_tier":"default","usage":{"input_tokens_details":{"cache_write_tokens":30}}}""", "1000|50|1050|900|30|-", "gpt-5.2")]
    [InlineData("anthropic", """{"model":"x","usage":{"service_tier":"batch"}}""", "1000|50|1050|900|-|-", "gpt-5.2-batch")]
    [InlineData(
        "langchain", """{"generations":[[{"message":{"kwargs":{"response_metadata":{"service_tier":"flex"},"usage_metadata":{"input_token_details":{"cache_creation":30}}}}}]]}""",
        "1000|50|1050|900|30|-", "gpt-5.2-flex")]
    [InlineData("openai", """{"service_tier":"priority","usage":{"prompt_tokens_det""", "1000|50|1050|900|-|-", "gpt-5.2")]
    [InlineData("openai", "[1]", "1000|50|1050|900|-|-", "gpt-5.2")]
    public void The_response_in_spans_of_OpenInference_has_what_its_attributes_lack(string scope, string response, string stored, string model)
    {
        _folder.Import(Traced(scope, 1000, response, ("llm.model_name", "gpt-5.2"), ("llm.token_count.prompt_details.cache_read", 900)));

        Assert.Equal([stored], _folder.Query(Parts));
        Assert.Equal([model], _folder.Query("SELECT model FROM telemetry"));
    }

    [Theory]
    [InlineData("""{"usage":{"inputTokens":70,"totalTokens":1050,"cacheReadInputTokens":900,"cacheWriteInputTokens":30}}""", 1050, "1000|50|1050|900|30|-")]
    [InlineData("""{"text":"x","usage":{"input_tokens":70,"total_tokens":1050}}""", 1050, "1000|50|1050|-|-|-")]
    [InlineData("""{"usage":{"input_tokens":70}}""", 120, "70|50|120|-|-|-")]
    public void The_total_of_Bedrock_includes_cached_tokens_that_its_input_excludes(string response, int total, string stored)
    {
        _folder.Import(Traced("bedrock", 70, response, ("llm.token_count.total", total)));

        Assert.Equal([stored], _folder.Query(Parts));
    }

    [Theory]
    [InlineData("""{"modelId":"us.amazon.nova-pro-v1:0"}""", "{}", "us.amazon.nova-pro-v1:0")]
    [InlineData("""{"max_tokens":9}""", """{"model":"claude-sonnet-4-5"}""", "claude-sonnet-4-5")]
    [InlineData("x", "x", "amazon")]
    public void The_model_of_an_inference_profile_is_that_of_the_request(string request, string response, string model)
    {
        _folder.Import(Traced("bedrock", 70, response, ("input.value", Quoted(request)), ("llm.system", "amazon"), ("llm.model_name", "amazon")));

        Assert.Equal([model], _folder.Query("SELECT model FROM telemetry"));
    }

    [Fact]
    public void Requests_without_token_counts_are_noted()
    {
        string Without(string id, string parent, params (string Name, object Value)[] more) => Samples.OtlpSpan(id, parent, 0, [("gen_ai.operation.name", "chat"), .. more]);
        string With(string id, string parent) => Without(id, parent, ("gen_ai.usage.input_tokens", 9));

        ImportReport report = _folder.Import(Samples.Export(
            Without("a1", ""), Without("a1", ""), Without("a2", "ff"), Without("a3", "", ("error.type", "timeout")),
            Without("b1", ""), With("b2", "b1"), With("c1", ""), Without("c2", "c1"), Samples.OtlpSpan("d1", "", 0, ("gen_ai.operation.name", "execute_tool")), Samples.OtlpSpan("d2", "", 0)));

        Assert.Equal(2, report.Imported);
        Assert.Matches("^Calls of models without token counts, .*: 2\\.$", Assert.Single(report.Notes));
    }

    [Fact]
    public void A_call_that_OpenLIT_and_the_SDK_of_Anthropic_traced_counts_once()
    {
        string outer = Call("@openlit/instrumentation-anthropic", ("gen_ai.usage.cache_read.input_tokens", 900), ("gen_ai.usage.cache_creation.input_tokens", 30));
        string inner = Samples.OtlpSpan(
            "b2", "a1", 0, ("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 1930), ("gen_ai.usage.output_tokens", 50), ("gen_ai.usage.cache_read.input_tokens", 900),
            ("gen_ai.usage.cache_write.input_tokens", 30), ("gen_ai.usage.reasoning.output_tokens", 7), ("anthropic.usage.cache_creation.ephemeral_1h_input_tokens", 20));

        Assert.Equal(1, _folder.Import(outer + Samples.Export(inner)).Imported);
        Assert.Equal(["1930|50|1980|900|30|7"], _folder.Query(Parts));
        Assert.Equal(["20"], _folder.Query("SELECT hour_cache_write_tokens FROM tokendash_request_detail"));
    }

    [Fact]
    public void Cache_write_tokens_in_events_of_coding_agents_are_stored()
    {
        _folder.Import(Events("codex_otel", Event(
            "codex.sse_event", ("event.kind", "response.completed"), ("input_token_count", 1000), ("output_token_count", 50), ("cached_token_count", 200), ("cache_write_token_count", 300),
            ("reasoning_token_count", 20), ("tool_token_count", 1050))));
        _folder.Import(Events("com.anthropic.claude_code.events", Event(
            "api_request", ("input_tokens", 10), ("output_tokens", 20), ("cache_read_tokens", 300), ("cache_creation_tokens", 50), ("cache_creation_5m_tokens", 10), ("cache_creation_1h_tokens", 40),
            ("request_id", "req_1"))));

        Assert.Equal(["1000|50|1050|200|300|20", "360|20|380|300|50|-"], _folder.Query($"{Parts} ORDER BY id"));
        Assert.Equal(["40"], _folder.Query("SELECT hour_cache_write_tokens FROM tokendash_request_detail WHERE hour_cache_write_tokens > 0"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gemini_CLI_writes_each_request_under_two_names(bool generalFirst)
    {
        string own = Event(
            "gemini_cli.api_response", ("input_token_count", 1000), ("output_token_count", 50), ("cached_content_token_count", 200), ("thoughts_token_count", 70), ("tool_token_count", 30),
            ("total_token_count", 1150));
        string general = Event("gen_ai.client.inference.operation.details", ("gen_ai.usage.input_tokens", 1000), ("gen_ai.usage.output_tokens", 50));

        ImportReport report = _folder.Import(generalFirst ? Events("gemini-cli", general, own) : Events("gemini-cli", own, general));

        Assert.Equal((1, 1), (report.Read, report.Imported));
        Assert.Equal(["1030|120|1150|200|-|70"], _folder.Query(Parts));
        Assert.Equal(1, _folder.Import(Events("other", general)).Imported);
    }

    [Theory]
    [InlineData("codex_exec", "codex.usage.total_tokens")]
    [InlineData("Codex Desktop", "codex.turn.token_usage.total_tokens")]
    [InlineData("gemini-cli", "x")]
    public void Spans_that_repeat_events_without_an_id_in_common_are_omitted_and_noted(string scope, string name)
    {
        ImportReport report = _folder.Import(Call(scope, (name, 1050)) + Events(scope, Event(
            "codex.sse_event", ("event.kind", "response.completed"), ("input_token_count", 1000), ("output_token_count", 50), ("model", "gpt-5.5-codex"))));

        Assert.Equal((1, 1050L), (report.Imported, report.ImportedTokens));
        Assert.EndsWith("Import its logs or its sessions: 1.", Assert.Single(report.Notes));
        Assert.Contains("Import its logs or its sessions: 1.", _folder.Import(Call(scope, (name, 1050))).Problem);
    }

    [Theory]
    [InlineData("openlit")]
    [InlineData("openlit.otel.events")]
    public void Events_of_OpenLIT_are_omitted_and_noted(string scope)
    {
        ImportReport report = _folder.Import(
            Events(scope, Event("gen_ai.client.inference.operation.details", ("gen_ai.usage.input_tokens", 1000), ("gen_ai.usage.output_tokens", 50)))
            + Call("openlit.instrumentation.anthropic", ("gen_ai.usage.cache_read.input_tokens", 900)));

        Assert.Equal((1, 1950L), (report.Imported, report.ImportedTokens));
        Assert.EndsWith("Import its traces: 1.", Assert.Single(report.Notes));
    }

    [Fact]
    public void The_name_of_an_event_is_its_attribute_if_the_field_is_a_line_of_code()
    {
        string events = Events("codex_otel.log_only", Event("codex.sse_event", ("input_token_count", "1000"), ("output_token_count", "50"), ("cached_token_count", "200"))
            .Replace(
                "\"timeUnixNano\":\"1772366400000000000\"",
                "\"timeUnixNano\":\"0\",\"observedTimeUnixNano\":\"1772366400000000000\",\"eventName\":\"event otel/src/events/session_telemetry.rs:1187\""));

        Assert.Equal(1, _folder.Import(events).Imported);
        Assert.Equal(["1000|50|1050|200|-|-"], _folder.Query(Parts));
    }

    [Fact]
    public void Private_fields_of_the_SDK_for_JavaScript_are_read()
    {
        const string Rest = """
            "instrumentationScope":{"name":"qwen-code"},"_spanContext":{"traceId":"7479113011aab412f410d5233564b3a1","spanId":"03c8ff85d47d8dc5"}}

            """;

        ImportReport report = _folder.Import(
            """{"attributes":{"event.name":"qwen-code.api_response","model":"q","input_token_count":100,"output_token_count":20,"total_token_count":120},"_hrTime":[1772366401,5000000],"_body":"x",""" + Rest
            + """{"name":"qwen-code.llm_request","startTime":[1772366400,0],"endTime":[1772366401,0],"attributes":{"gen_ai.operation.name":"chat","gen_ai.usage.input_tokens":100,"gen_ai.usage.output_tokens":20},""" + Rest);

        Assert.Equal((1, 0), (report.Imported, report.Unreadable));
        Assert.Equal(["2026-03-01T12:00:00|03c8ff85d47d8dc5"], _folder.Query("SELECT timestamp || '|' || span_id FROM telemetry"));
    }

    [Fact]
    public void Parts_of_the_tokens_under_unknown_names_are_noted()
    {
        ImportReport report = _folder.Import(
            Call("acme", ("acme.cached_tokens", 900), ("acme.thinking_tokens", 7), ("acme.cache_write_tokens", 0), ("ai.usage.inputTokenDetails.noCacheTokens", 100))
            + Events("acme", Event("gen_ai.client.inference.operation.details", ("gen_ai.usage.input_tokens", 5), ("gen_ai.usage.cache_read.input_tokens", 1), ("acme.tokens_from_cache", 1))));

        Assert.Equal(2, report.Imported);
        Assert.Contains("(acme.cached_tokens, acme.thinking_tokens), which were not imported as such: 1.", Assert.Single(report.Notes));
    }

    [Fact]
    public void A_total_without_the_cache_does_not_prove_that_the_prompt_includes_it()
    {
        // MLflow's total is the sum of the other two numbers, which excluded the cache before it normalized them.
        ImportReport report = _folder.Import(Chat(10) + Chat(1000));

        Assert.Equal(["910|50|960|900|-|-", "1000|50|1050|900|-|-"], _folder.Query($"{Parts} ORDER BY prompt_tokens"));
        Assert.Contains("to whose prompt tokens the cached tokens were added", Assert.Single(report.Notes));

        static string Chat(int prompt) => Samples.Export(Samples.OtlpSpan(
            $"{prompt:x}", "", prompt, ("mlflow.spanType", "CHAT_MODEL"),
            ("mlflow.chat.tokenUsage", $$"""{\"input_tokens\":{{prompt}},\"output_tokens\":50,\"total_tokens\":{{prompt + 50}},\"cache_read_input_tokens\":900}""")));
    }

    [Fact]
    public void A_step_of_the_AI_SDK_with_details_of_its_tokens_is_not_a_request()
    {
        string step = Samples.OtlpSpan(
            "a1", "", 0, ("gen_ai.operation.name", "agent_step"), ("ai.usage.inputTokenDetails.noCacheTokens", 70), ("ai.usage.outputTokenDetails.textTokens", 43),
            ("ai.usage.outputTokenDetails.reasoningTokens", 7));
        string chat = Samples.OtlpSpan(
            "b2", "a1", 1, ("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 1000), ("gen_ai.usage.output_tokens", 50),
            ("gen_ai.usage.cache_read.input_tokens", 900), ("ai.usage.inputTokenDetails.noCacheTokens", 70), ("ai.usage.outputTokenDetails.textTokens", 43));

        ImportReport report = _folder.Import(Samples.Export(step, chat));

        Assert.Equal((1, 1050L), (report.Imported, report.ImportedTokens));
        Assert.Empty(report.Notes);
    }

    [Theory]
    [InlineData(
        "googleai/gemini-2.5-flash", """{\"usage\":{\"inputTokens\":1000,\"outputTokens\":30,\"thoughtsTokens\":20,\"totalTokens\":1050,\"cachedContentTokens\":900}}""", "gemini-2.5-flash|1000|50|900|-|-|20")]
    [InlineData(
        "openai/gpt-5.2",
        """{\"usage\":{\"inputTokens\":1000,\"outputTokens\":50,\"totalTokens\":1050},\"raw\":{\"service_tier\":\"flex\",\"usage\":{\"prompt_tokens\":1000,\"prompt_tokens_details\":{\"cached_tokens\":900},\"completion_tokens_details\":{\"reasoning_tokens\":7}}}}""",
        "gpt-5.2-flex|1000|50|900|-|-|7")]
    [InlineData(
        "anthropic/claude-sonnet-4-6",
        """{\"usage\":{\"inputTokens\":70,\"outputTokens\":50,\"custom\":{\"cache_read_input_tokens\":900,\"cache_creation_input_tokens\":30,\"ephemeral_1h_input_tokens\":20}},\"raw\":{\"usage\":{\"output_tokens_details\":{\"thinking_tokens\":7}}}}""",
        "claude-sonnet-4-6|1000|50|900|30|20|7")]
    public void The_result_of_a_model_in_Genkit_is_a_request(string name, string output, string stored)
    {
        string generate = Samples.OtlpSpan("a1", "", 0, ("genkit:type", "util"), ("genkit:name", "generate"), ("genkit:output", output));
        string model = Samples.OtlpSpan("b2", "a1", 1, ("genkit:metadata:subtype", "model"), ("genkit:name", name), ("genkit:output", output));
        string failed = Samples.OtlpSpan("c3", "a1", 2, ("genkit:metadata:subtype", "model"), ("genkit:name", name));

        ImportReport report = _folder.Import(Samples.Export(generate, model, failed));

        Assert.Equal([stored], _folder.Query("""
            SELECT concat_ws('|', model, prompt_tokens, completion_tokens, cached_tokens, COALESCE(cache_write_tokens, '-'), COALESCE(hour_cache_write_tokens, '-'), reasoning_tokens)
            FROM telemetry JOIN tokendash_request_detail ON row_id = id
            """));
        Assert.Contains("Calls of models without token counts", Assert.Single(report.Notes));
    }

    public void Dispose() => _folder.Dispose();

    private static string Call(string scope, params (string Name, object Value)[] attributes) => Samples.Export(Samples.OtlpSpan(
        "a1", "", 0, [("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 1000), ("gen_ai.usage.output_tokens", 50), .. attributes]))
        .Replace("\"scope\":{}", $"\"scope\":{{\"name\":\"{scope}\"}}");

    private static string Traced(string library, int prompt, string response, params (string Name, object Value)[] attributes) => Samples.Export(Samples.OtlpSpan(
        "a1", "", 0, [("openinference.span.kind", "LLM"), ("llm.token_count.prompt", prompt), ("llm.token_count.completion", 50), ("output.value", Quoted(response)), .. attributes]))
        .Replace("\"scope\":{}", $"\"scope\":{{\"name\":\"@arizeai/openinference-instrumentation-{library}\"}}");

    private static string Quoted(string json) => json.Replace("\"", "\\\"");

    private static string Event(string name, params (string Name, object Value)[] attributes) => Samples.OtlpSpan("", "", 0, [("event.name", name), .. attributes])
        .Replace("\"startTimeUnixNano\":\"1772366400000000000\",\"endTimeUnixNano\":\"1772366400001500000\"", "\"timeUnixNano\":\"1772366400000000000\"");

    private static string Events(string scope, params string[] records) =>
        $$"""{"resourceLogs":[{"scopeLogs":[{"scope":{"name":"{{scope}}"},"logRecords":[{{string.Join(",", records)}}]}]}]}""" + "\n";
}
