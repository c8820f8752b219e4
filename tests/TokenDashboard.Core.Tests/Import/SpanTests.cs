using TokenDashboard.Import;

namespace TokenDashboard.Tests.Import;

/// <summary>Spans of all instrumentations, and which of them repeat others.</summary>
public sealed class SpanTests : IDisposable
{
    private readonly ImportFolder _folder = new();

    [Fact]
    public void A_call_traced_twice_counts_once_and_a_wrapper_does_not_count()
    {
        ImportReport twice = _folder.Import(Samples.Export(Call("a1", "", 100, 20), Call("b2", "a1", 100, 20)));
        ImportReport sum = _folder.Import(Samples.Export(Call("c1", "", 300, 30), Samples.OtlpSpan("c2", "c1", 1), Call("c3", "c2", 100, 10), Call("c4", "c1", 200, 20)));

        Assert.Equal((2, 1, 1, 120L), (twice.Read, twice.Imported, twice.Aggregates, twice.ImportedTokens));
        Assert.Equal((3, 2, 1, 330L), (sum.Read, sum.Imported, sum.Aggregates, sum.ImportedTokens));
        Assert.Equal(["b2", "c3", "c4"], _folder.Query("SELECT span_id FROM telemetry ORDER BY 1"));
        Assert.Single(twice.Notes);
    }

    [Fact]
    public void A_wrapper_that_omits_cached_tokens_is_the_same_call()
    {
        string inner = Samples.OtlpSpan(
            "b2", "a1", 1, ("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 1000), ("gen_ai.usage.output_tokens", 20), ("gen_ai.usage.cache_read.input_tokens", 900));

        Assert.Equal(1020, _folder.Import(Samples.Export(Call("a1", "", 100, 20), inner)).ImportedTokens);
    }

    [Fact]
    public void A_nested_call_with_different_tokens_is_separate_and_reported()
    {
        ImportReport report = _folder.Import(Samples.Export(
            Call("a1", "", 1000, 50), Call("b2", "a1", 300, 7).Replace("\"endTimeUnixNano\":\"1772366401001500000\"", "\"endTimeUnixNano\":\"1772366401000500000\"")));

        Assert.Equal((2, 0), (report.Imported, report.Aggregates));
        Assert.Single(report.Notes);
    }

    [Theory]
    [InlineData(1_450_000, 1)]
    [InlineData(900_000, 0)]
    public void A_call_that_only_waits_for_its_children_is_an_aggregate(int innerNanoseconds, int aggregates)
    {
        string inner = Call("b2", "a1", 600, 200).Replace("\"endTimeUnixNano\":\"1772366401001500000\"", $"\"endTimeUnixNano\":\"{1772366401000000000 + innerNanoseconds}\"");

        ImportReport report = _folder.Import(Samples.Export(Call("a1", "", 1500, 400), inner));

        Assert.Equal((2 - aggregates, aggregates), (report.Imported, report.Aggregates));
        Assert.Single(report.Notes);
    }

    [Fact]
    public void Nested_spans_are_kept_on_request()
    {
        string path = _folder.File("nested.jsonl");
        File.WriteAllText(path, Samples.Export(Call("x1", "", 100, 20), Call("x2", "x1", 100, 20)) + Samples.Otlp);
        using var importer = new TokenImporter(_folder.Database, ImportFormat.Auto, null, whatIf: false, CancellationToken.None) { KeepNested = true };

        ImportReport report = importer.Import(path);

        Assert.Equal((6, 0), (report.Imported, report.Aggregates));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_call_traced_twice_in_two_files_counts_once_in_either_order(bool innerFirst)
    {
        string outer = Samples.Export(Call("a1", "", 100, 20)), inner = Samples.Export(Call("b2", "a1", 100, 20));

        ImportReport[] reports = [.. (innerFirst ? [inner, outer] : (string[])[outer, inner]).Select(file => _folder.Import(file))];

        Assert.Equal(["b2"], _folder.Query("SELECT span_id FROM telemetry"));
        Assert.Equal(1, reports.Sum(report => report.Aggregates + report.Withdrawn));
    }

    [Theory]
    [InlineData("claude_code.llm_request", "310|20|330|300", "input_tokens=10", "output_tokens=20", "cache_read_tokens=300", "cache_creation_tokens=0")]
    [InlineData("claude_code.llm_request", "800|20|820|300", "input_tokens=500", "output_tokens=20", "cache_read_tokens=300", "cache_creation_tokens=0")]
    [InlineData("ai.generateText.doGenerate", "11|5|16|-", "ai.usage.promptTokens=11", "ai.usage.completionTokens=5")]
    [InlineData("ai.streamText.doStream", "11|5|16|3", "ai.usage.inputTokens=11", "ai.usage.outputTokens=5", "ai.usage.cachedInputTokens=3")]
    [InlineData("gen", "10|5|15|-", "langfuse.observation.type=generation", """langfuse.observation.usage_details={"input":10,"output":5,"total":15}""")]
    [InlineData("gen", "30|5|35|20", """langfuse.observation.usage_details={"input":10,"input_cached_tokens":20,"output":5,"total":35}""")]
    [InlineData(
        "chat", "100|10|110|60", "gen_ai.usage.input_tokens=100", "gen_ai.usage.output_tokens=10",
        "gen_ai.usage.details.cache_read_tokens=60", "gen_ai.usage.details.cache_write_tokens=5", "gen_ai.usage.details.reasoning_tokens=4")]
    [InlineData("chat", "10|5|15|-", """mlflow.spanType="CHAT_MODEL" """, """mlflow.chat.tokenUsage={"input_tokens":10,"output_tokens":5,"total_tokens":15}""")]
    public void Tokens_are_found_under_the_names_of_each_instrumentation(string name, string stored, params string[] attributes)
    {
        (string, object)[] values = [.. attributes.Select(attribute => attribute.Split('=', 2)).Select(parts =>
            (parts[0], int.TryParse(parts[1], out int number) ? number : (object)parts[1].Trim().Replace("\"", "\\\"")))];

        _folder.Import(Samples.Export(Samples.OtlpSpan("a1", "", 0, values).Replace("\"name\":\"x\"", $"\"name\":\"{name}\"")));

        Assert.Equal(
            [stored],
            _folder.Query("SELECT concat_ws('|', prompt_tokens, completion_tokens, total_tokens, COALESCE(cached_tokens, '-')) FROM telemetry LEFT JOIN tokendash_request_detail ON row_id = id"));
    }

    [Fact]
    public void An_embedding_counts_once_from_the_inner_span()
    {
        (string, object) tokens = ("ai.usage.tokens", 8);

        _folder.Import(Samples.Export(
            Samples.OtlpSpan("a1", "", 0, ("operation.name", "ai.embed"), tokens, ("ai.telemetry.metadata.userId", "u")),
            Samples.OtlpSpan("b2", "a1", 0, ("operation.name", "ai.embed.doEmbed"), tokens, ("enduser.pseudo.id", "u"))));

        Assert.Equal(["b2|8|u"], _folder.Query("SELECT span_id || '|' || total_tokens || '|' || user_id FROM telemetry"));
    }

    [Fact]
    public void Unknown_names_of_token_counts_are_reported()
    {
        string unknown = Samples.OtlpSpan("a1", "", 0, ("acme.tokens_in", 3), ("gen_ai.request.max_tokens", 500));

        ImportReport nothing = _folder.Import(Samples.Export(unknown)), partly = _folder.Import(Samples.Export(unknown, Call("b2", "", 1, 1)));

        Assert.Equal((ErrorCode.ImportNothingFound, null), (nothing.ProblemCode, partly.ProblemCode));
        Assert.Contains("acme.tokens_in", nothing.Problem);
        Assert.Contains("acme.tokens_in", Assert.Single(partly.Notes));
        Assert.DoesNotContain("max_tokens", partly.Notes[0]);
    }

    [Fact]
    public void Requests_in_Claude_Code_logs_count_and_match_its_spans()
    {
        const string Attributes = """
            {"key":"session.id","value":{"stringValue":"s"}},{"key":"model","value":{"stringValue":"claude-opus-4-6"}},{"key":"input_tokens","value":{"intValue":"10"}},{"key":"output_tokens","value":{"intValue":"20"}},{"key":"cache_read_tokens","value":{"intValue":"300"}},{"key":"cost_usd","value":{"doubleValue":0.5}},{"key":"duration_ms","value":{"intValue":"900"}},{"key":"request_id","value":{"stringValue":"req_1"}}
            """;
        string log = $$"""{"resourceLogs":[{"resource":{"attributes":[{"key":"user.id","value":{"stringValue":"u"} }]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1772366400000000000","body":{"stringValue":"claude_code.api_request"},"attributes":[{"key":"event.name","value":{"stringValue":"api_request"} },{{Attributes.Trim()}}]},{"timeUnixNano":"1772366400000000000","body":{"stringValue":"claude_code.tool_result"},"attributes":[{"key":"event.name","value":{"stringValue":"tool_result"} },{"key":"input_tokens","value":{"intValue":"99"} }] }] }] }] }""" + "\n";

        ImportReport first = _folder.Import(log);
        ImportReport span = _folder.Import(
            Samples.Export(Samples.OtlpSpan("a1", "", 0).Replace("\"name\":\"x\"", "\"name\":\"claude_code.llm_request\"").Replace("\"attributes\":[]", $"\"attributes\":[{Attributes.Trim()}]")));

        Assert.Equal((1, 1), (first.Imported, span.Duplicates));
        Assert.Equal(["2026-03-01T12:00:00|s|u|claude-opus-4-6||chat|310|20|330|900.0|1||||300|-|-|0.5"], _folder.Requests());
    }

    [Fact]
    public void A_Copilot_file_counts_its_chats()
    {
        ImportReport report = _folder.Import(Samples.Copilot);

        Assert.Equal((ImportFormat.Copilot, 2, 1, 330L), (report.Format, report.Imported, report.Aggregates, report.ImportedTokens));
        Assert.Contains("2026-03-01T12:00:01.500000|t1||gpt-5||chat|100|10|110|500.0|1|5b8efff798038103d269b633813fc60c|b2|a1|80|-|-|-", _folder.Requests());
    }

    [Fact]
    public void Events_count_when_their_span_is_missing()
    {
        string events = string.Concat(Samples.Copilot.Split('\n').Where(line => line.Contains("_body", StringComparison.Ordinal)).Select(line => line + "\n{}\n"));

        ImportReport report = _folder.Import(events);

        Assert.Equal((ImportFormat.Copilot, 1, 110L), (report.Format, report.Imported, report.ImportedTokens));
    }

    [Theory]
    [InlineData("ses", "chat", "1772366402", 100)]
    [InlineData("eses", "chat", "1772366402", 100)]
    [InlineData("ses", "chat", "1772369999", 100)]
    [InlineData("ese", "chat", "1772369999", 100)]
    [InlineData("ses", "chat", "1772370001", 100)]
    [InlineData("ese", "chat", "1772370001", 100)]
    [InlineData("ses", "chat", "1772366402", 60)]
    [InlineData("ese", "chat", "1772366402", 60)]
    [InlineData("ses", "invoke_agent", "1772366402", 100)]
    [InlineData("ese", "invoke_agent", "1772366402", 100)]
    public void A_span_and_its_event_count_once_in_any_order(string order, string kind, string second, int prompt)
    {
        string span = Samples.Export(Samples.OtlpSpan("b2", "a1", 1, ("gen_ai.operation.name", kind), ("gen_ai.usage.input_tokens", 100), ("gen_ai.usage.output_tokens", 10)));
        string log = Log("b2", second, ("event.name", "gen_ai.client.inference.operation.details"), ("gen_ai.usage.input_tokens", prompt), ("gen_ai.usage.output_tokens", 10));
        foreach (char which in order)
        {
            _folder.Import(which == 's' ? span : log);
            Assert.Equal(["1"], _folder.Query("SELECT count(*) FROM telemetry"));
        }
        using var together = new ImportFolder();
        Assert.Equal(1, together.Import(span + log).Imported);
    }

    [Fact]
    public void An_event_of_a_span_that_the_application_wrote_is_a_duplicate()
    {
        _folder.Import(Samples.ObserviciaLog);
        using (Microsoft.Data.Sqlite.SqliteConnection connection = _folder.Connect())
            connection.Execute("INSERT INTO telemetry (timestamp, trace_id, span_id, prompt_tokens, success) VALUES ('2026-03-01T12:00:01', '5b8efff798038103d269b633813fc60c', 'b2', 100, 1)");

        ImportReport report = _folder.Import(Log("b2", "1772366402", ("event.name", "gen_ai.client.inference.operation.details"), ("gen_ai.usage.input_tokens", 100)));

        Assert.Equal((0, 1), (report.Imported, report.Duplicates));
    }

    [Theory]
    [InlineData("ses")]
    [InlineData("ese")]
    public void A_Claude_Code_span_and_event_match_by_id_in_any_order(string order)
    {
        (string, object)[] tokens = [("request_id", "req_1"), ("input_tokens", 3), ("cache_read_tokens", 97), ("output_tokens", 10)];
        foreach (char which in order)
        {
            _folder.Import(which == 's'
                ? Samples.Export(Samples.OtlpSpan("b2", "a1", 1, tokens).Replace("\"x\"", "\"claude_code.llm_request\""))
                : Log("b2", "1772366402", [("event.name", "api_request"), .. tokens]));
            Assert.Equal(["100|10"], _folder.Query("SELECT prompt_tokens || '|' || completion_tokens FROM telemetry"));
        }
    }

    [Theory]
    [InlineData("sesl")]
    [InlineData("lse")]
    [InlineData("esl")]
    public void Events_in_an_agent_span_are_separate_requests(string order)
    {
        string span = Samples.Export(Samples.OtlpSpan("b2", "", 0, ("gen_ai.operation.name", "invoke_agent"), ("gen_ai.usage.input_tokens", 150), ("gen_ai.usage.output_tokens", 20)));
        string Event(string second, int prompt) =>
            Log("b2", second, ("event.name", "gen_ai.client.inference.operation.details"), ("gen_ai.usage.input_tokens", prompt), ("gen_ai.usage.output_tokens", 10));
        foreach (char which in order)
            _folder.Import(which == 's' ? span : which == 'e' ? Event("1772366402", 100) : Event("1772366402", 100) + Event("1772366403", 50));

        if (order.EndsWith('e'))
            _folder.Import(Event("1772366402", 100) + Event("1772366403", 50));
        Assert.Equal(["50", "100"], _folder.Query("SELECT prompt_tokens FROM telemetry ORDER BY 1"));
    }

    [Theory]
    [InlineData("gemini_cli.api_response", "session.id", "total_token_count", 122, "s|107|15|122")]
    [InlineData("codex.sse_event", "conversation.id", "unused", 0, "s|100|10|110")]
    public void Tool_tokens_are_added_for_Gemini_but_not_for_Codex(string name, string session, string total, int sum, string stored)
    {
        _folder.Import(Log(
            "", "1772366402", ("event.name", name), (session, "s"), ("input_token_count", 100), ("output_token_count", 10),
            (name.StartsWith('g') ? "thoughts_token_count" : "reasoning_token_count", 5), ("tool_token_count", name.StartsWith('g') ? 7 : 110), (total, sum)));

        Assert.Equal([stored], _folder.Query("SELECT concat_ws('|', transaction_id, prompt_tokens, completion_tokens, total_tokens) FROM telemetry"));
    }

    [Fact]
    public void A_span_without_ids_or_start_time_is_identified_by_its_line()
    {
        const string Line = """{"type":"span","name":"chat x","endTime":[1772366402,0],"attributes":{"gen_ai.operation.name":"chat","gen_ai.usage.input_tokens":100,"gen_ai.usage.output_tokens":10}}""" + "\n";

        Assert.Equal(2, _folder.Import(Line + Line, ImportFormat.Copilot).Imported);
        Assert.Equal(2, _folder.Import(Line + Line, ImportFormat.Copilot).Duplicates);
    }

    [Fact]
    public void Spans_of_the_Python_console_exporter_are_read()
    {
        ImportReport report = _folder.Import("""
            {
                "name": "chat gpt-4o",
                "context": {
                    "trace_id": "0x5b8efff798038103d269b633813fc60c",
                    "span_id": "0x00000000000000b2"
                },
                "parent_id": null,
                "start_time": "2026-03-01T12:00:00.000000Z",
                "end_time": "2026-03-01T12:00:01.500000Z",
                "status": {
                    "status_code": "ERROR"
                },
                "attributes": {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.usage.input_tokens": 12
                }
            }
            """);

        Assert.Equal((ImportFormat.Copilot, 1), (report.Format, report.Imported));
        Assert.Equal(["2026-03-01T12:00:00||||||12|0|12|1500.0|0|5b8efff798038103d269b633813fc60c|00000000000000b2||-|-|-|-".Replace("|||||12", "||||chat|12")], _folder.Requests());
    }

    [Theory]
    [InlineData("eventName")]
    [InlineData("event_name")]
    public void The_name_of_an_event_may_be_a_field(string field)
    {
        string log = Log("b2", "1772366402", ("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 100));

        ImportReport report = _folder.Import(log.Replace("\"timeUnixNano\"", $"\"{field}\":\"gen_ai.client.inference.operation.details\",\"timeUnixNano\""));

        Assert.Equal((1, 0), (report.Imported, report.Notes.Count));
    }

    [Fact]
    public void Log_records_of_the_Python_SDK_are_read()
    {
        const string Record = """
            {
                "body": null,
                "severity_number": 9,
                "severity_text": "INFO",
                "attributes": {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.usage.input_tokens": 12
                },
                "dropped_attributes": 0,
                "timestamp": null,
                "observed_timestamp": "2026-03-01T12:00:01.500000Z",
                "trace_id": "0x5b8efff798038103d269b633813fc60c",
                "span_id": "0x00000000000000b2",
                "trace_flags": 1,
                "resource": {
                    "attributes": {},
                    "schema_url": ""
                },
                "event_name": "gen_ai.client.inference.operation.details"
            }
            """;

        ImportReport report = _folder.Import(Record), again = _folder.Import(Record);

        Assert.Equal((ImportFormat.Copilot, 1, 1), (report.Format, report.Imported, again.Duplicates));
        Assert.Equal(["2026-03-01T12:00:01.500000||||||12|0|12|-|1|5b8efff798038103d269b633813fc60c|00000000000000b2||-|-|-|-".Replace("|||||12", "||||chat|12")], _folder.Requests());
    }

    [Fact]
    public void Log_records_with_tokens_but_an_unknown_event_are_reported()
    {
        string request = Log("b2", "1772366402", ("event.name", "gen_ai.client.inference.operation.details"), ("gen_ai.usage.input_tokens", 100));
        string acme = Log("c3", "1772366402", ("event.name", "acme.call"), ("gen_ai.usage.input_tokens", 100)), nameless = Log("d4", "1772366402", ("gen_ai.usage.input_tokens", 100));

        ImportReport partly = _folder.Import(request + acme + nameless), nothing = _folder.Import(acme);

        Assert.Equal(1, partly.Imported);
        Assert.Contains("(acme.call, without a name): 2.", Assert.Single(partly.Notes));
        Assert.Contains("acme.call", nothing.Problem);
    }

    [Fact]
    public void A_span_without_a_time_is_unreadable()
    {
        string timeless = Call("a1", "", 10, 5).Replace("UnixNano", "Unknown");

        ImportReport report = _folder.Import(Samples.Export(timeless, Call("b2", "", 1, 1)));

        Assert.Equal((1, 1), (report.Imported, report.Unreadable));
    }

    [Fact]
    public void OTLP_spans_may_be_single_or_in_batches()
    {
        ImportReport single = _folder.Import(Call("a1", "", 10, 5) + "\n" + Call("b2", "", 20, 5)), batches = _folder.Import(Samples.Export(Call("c3", "", 30, 5)).Replace("resourceSpans", "batches"));

        ImportReport trace = _folder.Import($"{{\"trace\":{Samples.Export(Call("d4", "", 40, 5)).Trim()},\"metrics\":{{}}}}");

        Assert.Equal((2, 1, 1, ImportFormat.Otlp), (single.Imported, batches.Imported, trace.Imported, trace.Format));
        Assert.Equal(["LLM"], _folder.Query("SELECT DISTINCT request_type FROM telemetry"));
    }

    [Fact]
    public void The_kind_of_a_span_may_be_outside_its_attributes()
    {
        ImportReport report = _folder.Import("""
            {"context":{"trace_id":"t","span_id":"a"},"parent_id":null,"span_kind":"LLM","start_time":"2026-03-01T12:00:00Z","end_time":"2026-03-01T12:00:02Z","attributes":{"llm.token_count.prompt":9}}
            {"context":{"trace_id":"t","span_id":"b"},"parent_id":"a","span_kind":"LLM","start_time":"2026-03-01T12:00:00Z","end_time":"2026-03-01T12:00:00.5Z","attributes":{"llm.token_count.prompt":4}}
            """);

        Assert.Equal((2, 0, 13L), (report.Imported, report.Aggregates, report.ImportedTokens));
    }

    public void Dispose() => _folder.Dispose();

    private static string Log(string span, string second, params (string Name, object Value)[] attributes)
    {
        string record = Samples.OtlpSpan(span, "", 0, attributes)
            .Replace("\"startTimeUnixNano\":\"1772366400000000000\",\"endTimeUnixNano\":\"1772366400001500000\"", $"\"timeUnixNano\":\"{second}000000000\"");
        return $$"""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{{record}}]}]}]}""" + "\n";
    }

    private static string Call(string id, string parent, int prompt, int completion) => Samples.OtlpSpan(
        id, parent, 1, ("openinference.span.kind", "LLM"), ("llm.token_count.prompt", prompt), ("llm.token_count.completion", completion));
}
