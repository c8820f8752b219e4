namespace TokenDashboard.Tests.Import;

/// <summary>Spans as libraries for .NET write them: Microsoft.Extensions.AI, its agents, the SDK of OpenAI below it, and Semantic Kernel.</summary>
public sealed class DotNetInstrumentationTests : IDisposable
{
    private const string Stored = """
        SELECT concat_ws('|', span_id, model, prompt_tokens, completion_tokens, COALESCE(cached_tokens, '-'), COALESCE(reasoning_tokens, '-'), COALESCE(NULLIF(user_id, ''), '-'))
        FROM telemetry LEFT JOIN tokendash_request_detail ON row_id = id ORDER BY span_id
        """;

    private static readonly (string, object)[] Parts = [("gen_ai.usage.cache_read.input_tokens", 900), ("gen_ai.usage.reasoning.output_tokens", 7)];

    private readonly ImportFolder _folder = new();

    [Fact]
    public void Parts_that_only_the_outer_span_of_a_call_has_are_stored()
    {
        ImportReport report = _folder.Import(
            Spans("OpenAI.ChatClient", Chat("c3", "b2", 1000, 50))
            + Spans("Experimental.Microsoft.Extensions.AI", Chat("b2", "a1", 1000, 50, [.. Parts, ("openai.response.service_tier", "flex"), ("user.id", "alice")]), Orchestration("a1", "", 1000, 50)));

        Assert.Equal((3, 1), (report.Read, report.Imported));
        Assert.Equal(["c3|gpt-5-mini-flex|1000|50|900|7|alice"], _folder.Query(Stored));
    }

    [Fact]
    public void An_outer_span_that_only_names_its_deployment_does_not_rename_the_model()
    {
        _folder.Import(Spans("x", Chat("c3", "b2", 1000, 50), Chat("b2", "", 1000, 50, Parts).Replace("gpt-5-mini", "gpt-5-mini-production")));

        Assert.Equal(["c3|gpt-5-mini|1000|50|900|7|-"], _folder.Query(Stored));
    }

    [Fact]
    public void An_outer_span_that_excludes_the_cache_does_not_change_the_tokens()
    {
        _folder.Import(Spans("x", Chat("c3", "b2", 1000, 50, Parts), Chat("b2", "", 100, 50, ("user.id", "alice"))));

        Assert.Equal(["c3|gpt-5-mini|1000|50|900|7|alice"], _folder.Query(Stored));
    }

    [Fact]
    public void A_file_that_grows_adds_the_parts()
    {
        string inner = Spans("OpenAI.ChatClient", Chat("c3", "b2", 1000, 50)), outer = Spans("Experimental.Microsoft.Extensions.AI", Chat("b2", "", 1000, 50, Parts));

        _folder.Import(inner);
        ImportReport report = _folder.Import(inner + outer);

        Assert.Equal((0, 1), (report.Imported, report.Updated));
        Assert.Equal(["c3|gpt-5-mini|1000|50|900|7|-"], _folder.Query(Stored));
        Assert.Equal((0, 0), (_folder.Import(inner + outer) is var again ? again.Imported : 1, again.Updated));
    }

    [Fact]
    public void Calls_in_a_loop_without_the_cached_tokens_of_the_loop_are_noted()
    {
        ImportReport report = _folder.Import(Spans("x", Chat("b2", "a1", 1000, 50), Chat("c3", "a1", 1100, 60), Chat("a1", "", 2100, 110, Parts)));

        Assert.Equal(["b2|gpt-5-mini|1000|50|-|-|-", "c3|gpt-5-mini|1100|60|-|-|-"], _folder.Query(Stored));
        Assert.Contains(report.Notes, note => note.EndsWith("so their cost can be too high: 2.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_compaction_is_a_separate_request()
    {
        string file = Spans("com.anthropic.sdk.csharp", Chat("b2", "a1", 1000, 50, [.. Parts, ("anthropic.usage.compaction.input_tokens", 50000), ("anthropic.usage.compaction.output_tokens", 400)]))
            + Spans("Experimental.Microsoft.Extensions.AI", Chat("a1", "", 1000, 50, Parts));

        Assert.Equal(2, _folder.Import(file).Imported);
        Assert.Equal(["b2|gpt-5-mini|1000|50|900|7|-", "b2.compaction|gpt-5-mini|50000|400|-|-|-"], _folder.Query(Stored));
        Assert.Equal(0, _folder.Import(file).Imported);
    }

    [Fact]
    public void Tools_and_agents_are_no_requests()
    {
        ImportReport report = _folder.Import(
            Spans("lab.agent", Span("a1", "", "invoke_agent", [.. Tokens(2100, 110), .. Parts]), Span("d4", "a1", "execute_tool"), Orchestration("e5", "a1", 2100, 110))
            + Spans("Experimental.Microsoft.Extensions.AI", Chat("b2", "e5", 1000, 50, Parts), Chat("c3", "e5", 1100, 60, Parts))
            + Spans("Experimental.ModelContextProtocol", Span("f6", "d4", "execute_tool", ("mcp.method.name", "tools/call"))));

        Assert.Equal(["b2|gpt-5-mini|1000|50|900|7|-", "c3|gpt-5-mini|1100|60|900|7|-"], _folder.Query(Stored));
        Assert.Empty(report.Notes);
    }

    [Fact]
    public void Calls_without_token_counts_are_noted()
    {
        // Semantic Kernel writes none for streams. A failed call has none, and neither has the span of a call within one that has them.
        ImportReport report = _folder.Import(
            Spans("Microsoft.SemanticKernel.Diagnostics", Chat("a1", "", 1000, 50), Span("b2", "", "chat"), Span("c3", "b2", "chat"), Span("d4", "", "chat", ("error.type", "400")))
            + Spans("OpenAI.ChatClient", Span("e5", "a1", "chat")));

        Assert.Equal(1, report.Imported);
        Assert.EndsWith("Some programs write none for streams: 1.", Assert.Single(report.Notes));
    }

    [Fact]
    public void An_event_in_a_call_without_token_counts_is_its_request()
    {
        string log = Samples.OtlpSpan("a1", "", 0, [("event.name", "gen_ai.client.inference.operation.details"), ("gen_ai.request.model", "gpt-5-mini"), .. Tokens(1000, 50)])
            .Replace("\"startTimeUnixNano\":\"1772366400000000000\",\"endTimeUnixNano\":\"1772366400001500000\"", "\"timeUnixNano\":\"1772366400000000000\"");

        ImportReport report = _folder.Import(Spans("x", Span("a1", "", "chat")) + $$"""{"resourceLogs":[{"scopeLogs":[{"scope":{},"logRecords":[{{log}}]}]}]}""" + "\n");

        Assert.Equal(["a1|gpt-5-mini|1000|50|-|-|-"], _folder.Query(Stored));
        Assert.Empty(report.Notes);
    }

    public void Dispose() => _folder.Dispose();

    private static string Chat(string id, string parent, int prompt, int completion, params (string, object)[] more) => Span(id, parent, "chat", [.. Tokens(prompt, completion), .. more]);

    private static string Orchestration(string id, string parent, int prompt, int completion) => Samples.OtlpSpan(id, parent, 0, Tokens(prompt, completion));

    private static string Span(string id, string parent, string kind, params (string, object)[] more) =>
        Samples.OtlpSpan(id, parent, 0, [("gen_ai.operation.name", kind), ("gen_ai.request.model", "gpt-5-mini"), ("gen_ai.provider.name", "openai"), .. more]);

    private static (string, object)[] Tokens(int prompt, int completion) => [("gen_ai.usage.input_tokens", prompt), ("gen_ai.usage.output_tokens", completion)];

    private static string Spans(string scope, params string[] spans) => Samples.Export(spans).Replace("\"scope\":{}", $"\"scope\":{{\"name\":\"{scope}\"}}");
}
