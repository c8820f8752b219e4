using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Import.Reading;
using TokenDashboard.Tests.Pricing;

namespace TokenDashboard.Tests.Import;

/// <summary>Exports of other programs and of this one.</summary>
public sealed class ExportTests : IDisposable
{
    private const string OwnCsv = """
        "Id","Timestamp","Transaction","User","Model","Provider","RequestType","PromptTokens","CompletionTokens","TotalTokens","CachedTokens","CacheWriteTokens","ReasoningTokens","RecordedCost","DurationMs","PolicyPassed","InterruptedStream","TraceId","SpanId","ParentSpanId"

        """;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly ImportFolder _folder = new();

    [Fact]
    public void Cursor_usage_with_words_as_costs_is_imported()
    {
        ImportReport report = _folder.Import(Samples.Cursor);

        Assert.Equal((ImportFormat.Cursor, 3, 2 * 3170L), (report.Format, report.Imported, report.ImportedTokens));
        Assert.Equal(
            ["100|3000|3120|", "100|3000|3120|0.12", "0|0|0|"],
            _folder.Query("SELECT concat_ws('|', cache_write_tokens, cached_tokens, prompt_tokens, COALESCE(cost, '')) "
                + "FROM telemetry JOIN tokendash_request_detail ON row_id = id ORDER BY timestamp"));
    }

    [Fact]
    public void The_first_Cursor_input_column_may_contain_only_cache_writes()
    {
        _folder.Import("Date,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens\n2026-03-01 12:00:00,m,10,20,30,40\n");

        Assert.Equal(["60|100"], _folder.Query("SELECT prompt_tokens || '|' || total_tokens FROM telemetry"));
    }

    [Fact]
    public void OpenRouter_generations_are_recognized_by_their_id()
    {
        const string Content = """
            generation_id,created_at,cost_total,tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug,provider_name,user,finish_reason_normalized,generation_time_ms
            gen-1,2026-03-01 12:00:00.250,0.0123,100,30,10,40,openai/gpt-5,OpenAI,alice,stop,900
            gen-1,2026-03-01 12:00:00.250,0.0123,100,30,10,40,openai/gpt-5,OpenAI,alice,stop,900

            """;

        ImportReport report = _folder.Import(Content);

        Assert.Equal((ImportFormat.OpenRouter, 1, 1), (report.Format, report.Imported, report.Duplicates));
        Assert.Equal(["2026-03-01T12:00:00.250000||alice|openai/gpt-5|openrouter|chat|100|30|130|900.0|1||gen-1||40|-|10|0.0123"], _folder.Requests());
    }

    [Theory]
    [InlineData("openai/gpt-5", "standard", "openai/gpt-5")]
    [InlineData("openai/gpt-oss-20b", "free", "openai/gpt-oss-20b:free")]
    [InlineData("openai/gpt-oss-20b:free", "free", "openai/gpt-oss-20b:free")]
    [InlineData("", "free", "")]
    public void OpenRouter_generations_have_a_price(string permaslug, string variant, string model)
    {
        _folder.Import($"generation_id,created_at,tokens_prompt,tokens_completion,model_permaslug,provider_name,variant\ngen-1,2026-11-01 08:00:00.123,1000,60,{permaslug},OpenAI,{variant}\n");

        Assert.Equal([$"{model}|openrouter"], _folder.Query("SELECT model || '|' || provider FROM telemetry"));
        Assert.Equal(model.Length > 0, TestPrices.Shipped.Find("openrouter", model) is not null);
    }

    [Fact]
    public void Nested_Langfuse_observations_count_once()
    {
        ImportReport report = _folder.Import(Samples.Langfuse);

        Assert.Equal((ImportFormat.Langfuse, 3, 2, 1), (report.Format, report.Read, report.Imported, report.Aggregates));
        Assert.Equal(
            ["2026-03-01T12:00:00.500000|||gpt-4o||chat|100|10|110|1000.0|0|t1|o2|o1|80|-|-|0.25", "2026-03-01T12:00:03|||e||embeddings|7|0|7|-|1|t2|o4||-|-|-|-"], _folder.Requests());
    }

    [Fact]
    public void A_Langfuse_trace_provides_the_user_and_the_nesting()
    {
        const string Common = "\"traceId\":\"t1\",\"startTime\":\"2026-03-01T12:00:00Z\"";

        ImportReport report = _folder.Import($$"""
            {"trace":{"id":"t1","userId":"alice","sessionId":"s1"},"observations":[
              {"id":"o1","type":"GENERATION",{{Common}},"usageDetails":{"input":20,"output":5},"parentObservationId":null},
              {"id":"o2","type":"SPAN",{{Common}},"usageDetails":{},"parentObservationId":"o1"},
              {"id":"o3","type":"GENERATION",{{Common}},"usageDetails":{},"parentObservationId":"o2"},
              {"id":"o4","type":"GENERATION",{{Common}},"usageDetails":{"input":20,"output":5},"parentObservationId":"o3"} ] }
            """);

        Assert.Equal((1, 1, 0), (report.Imported, report.Aggregates, report.Unreadable));
        Assert.Equal(["o4|alice|s1"], _folder.Query("SELECT concat_ws('|', span_id, user_id, transaction_id) FROM telemetry"));
    }

    [Fact]
    public void Langfuse_observations_may_be_rows_of_its_table()
    {
        string row = """{"id":"o1","trace_id":"t1","type":"GENERATION","start_time":"2026-03-01 12:00:00.000","usage_details":{"input":10,"output":5},"cost_details":{"total":0.25},"is_deleted":0}""";
        ImportReport report = _folder.Import($"{row}\n{row.Replace("o1", "o2").Replace("\"is_deleted\":0", "\"is_deleted\":1")}\n");

        Assert.Equal((ImportFormat.Langfuse, 1, 15L), (report.Format, report.Imported, report.ImportedTokens));
        Assert.Equal(["0.25"], _folder.Query("SELECT cost FROM tokendash_request_detail"));
    }

    [Fact]
    public void Langfuse_observations_may_be_CSV()
    {
        ImportReport report = _folder.Import(""""
            id,trace_id,type,parent_observation_id,start_time,end_time,provided_model_name,usage_details,total_cost,level
            o1,t1,GENERATION,,2026-03-01 12:00:00.000,2026-03-01 12:00:01.000,gpt-4o,"{""input"":10,""input_cached_tokens"":5,""output"":2,""total"":17}",0.5,DEFAULT
            o2,t1,SPAN,,2026-03-01 12:00:00.000,,,{},,DEFAULT

            """");

        Assert.Equal((ImportFormat.Langfuse, 1, 17L), (report.Format, report.Imported, report.ImportedTokens));
    }

    [Theory]
    [InlineData("start_time,end_time,num_model_requests,model,input_tokens,output_tokens\n1793491200,1793577600,57,gpt-4o,12000,3400\n")]
    [InlineData("""{"object":"page","data":[{"object":"bucket","start_time":1793491200,"end_time":1793577600,"results":[{"object":"organization.usage.completions.result","input_tokens":1,"num_model_requests":5}]}]}""")]
    [InlineData("""{"data":[{"starting_at":"2026-03-01T00:00:00Z","ending_at":"2026-03-02T00:00:00Z","results":[{"uncached_input_tokens":1,"output_tokens":2}]}],"has_more":false}""")]
    [InlineData("timestamp,model,requests,prompt_tokens\n2026-03-01,gpt-4o,57,12000\n")]
    [InlineData("""{"start_time":1793491200,"num_model_requests":5,"input_tokens":1}""")]
    public void Buckets_of_a_usage_report_are_rejected(string content)
    {
        var map = new ColumnMap(new Dictionary<string, string> { ["timestamp"] = "start_time", ["prompt_tokens"] = "input_tokens" });

        Assert.All([null, map], known => Assert.Equal(ErrorCode.ImportNotRequests, Assert.Throws<TokenDashboardException>(() => _folder.Import(content + "\n", map: known)).Code));
    }

    [Fact]
    public void An_end_time_outside_the_column_map_is_ignored()
    {
        var map = new ColumnMap(new Dictionary<string, string> { ["timestamp"] = "begun", ["prompt_tokens"] = "sent" });

        _folder.Import("begun,end_time,sent\n2026-03-01,2026-03-02,5\n", map: map);

        Assert.Equal(["-"], _folder.Query("SELECT COALESCE(duration_ms, '-') FROM telemetry"));
    }

    [Theory]
    [InlineData("03/31/2026 06:28:03 +00:00", "983.5", "0.25")]
    [InlineData("31.03.2026 06:28:03 +00:00", "983,5", "0,25")]
    [InlineData("31/03/2026 06:28:03 +00:00", "983.5", "0.25")]
    [InlineData("2026/03/31 6:28:03 +00:00", "983.5", "0.25")]
    public void Export_Csv_output_of_any_culture_is_imported(string time, string duration, string cost)
    {
        ImportReport report = _folder.Import(OwnCsv
            + $"\"1\",\"{time}\",\"t1\",\"alice\",\"gpt-4o\",\"openai\",\"chat\",\"10\",\"5\",\"15\",\"4\",,,\"{cost}\",\"{duration}\",\"False\",\"False\",\"aa\",\"b1\",\"\"\n"
            + $"\"2\",\"{time}\",\"t1\",\"alice\",\"gpt-4o\",\"openai\",\"chat\",\"10\",\"0\",\"10\",,,,,,\"True\",\"True\",\"aa\",\"b2\",\"b1\"\n");

        Assert.Equal((ImportFormat.Csv, 2, 0), (report.Format, report.Imported, report.Unreadable));
        Assert.Equal(
            ["2026-03-31T06:28:03|t1|alice|gpt-4o|openai|chat|10|0|0|-|1|aa|b2|b1|-|-|-|-", "2026-03-31T06:28:03|t1|alice|gpt-4o|openai|chat|10|5|15|983.5|0|aa|b1||4|-|-|0.25"], _folder.Requests());
    }

    [Theory]
    [InlineData("{0}\n{1}\n")]
    [InlineData("[\n  {0},\n  {1}\n]\n")]
    [InlineData("[{0},{1}]")]
    public void ConvertTo_Json_output_is_imported(string form)
    {
        string one = """{"Id":1,"Timestamp":"2026-03-01T12:00:00.25+00:00","Transaction":"t1","User":"alice","Model":"gpt-4o","Provider":"openai","RequestType":"chat","PromptTokens":10,"CompletionTokens":5,"TotalTokens":15,"CachedTokens":4,"CacheWriteTokens":null,"ReasoningTokens":null,"RecordedCost":0.25,"DurationMs":983.5,"PolicyPassed":false,"InterruptedStream":false,"TraceId":"aa","SpanId":"b1","ParentSpanId":""}""";

        ImportReport report = _folder.Import(form.Replace("{0}", one).Replace("{1}", one.Replace("b1", "b2")));

        Assert.Equal((ImportFormat.Json, 2), (report.Format, report.Imported));
        Assert.Equal("2026-03-01T12:00:00.250000|t1|alice|gpt-4o|openai|chat|10|5|15|983.5|0|aa|b1||4|-|-|0.25", _folder.Requests()[0]);
    }

    [Theory]
    [InlineData("<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">{0}{1}</Objs>")]
    [InlineData("<Objs Version=\"1.1.0.1\">\n{0}\n</Objs>\n<Objs Version=\"1.1.0.1\">{1}</Objs>\n")]
    [InlineData("<Objs Version=\"1.1.0.1\"><Obj RefId=\"9\"><TN RefId=\"9\"><T>System.Object[]</T></TN><LST>{0}{1}</LST></Obj></Objs>")]
    public void Export_Clixml_output_is_imported(string form)
    {
        const string One = """
              <Obj RefId="0">
                <TN RefId="0"><T>TokenDashboard.TokenRequest</T></TN>
                <ToString>TokenDashboard.TokenRequest</ToString>
                <Props>
                  <I64 N="Id">1</I64>
                  <Obj N="Timestamp" RefId="1">
                    <ToString>01.03.2026 12:00:00 +00:00</ToString>
                    <Props><DT N="DateTime">2026-03-01T12:00:00.25</DT><DT N="UtcDateTime">2026-03-01T12:00:00.25Z</DT><I32 N="Day">1</I32></Props>
                  </Obj>
                  <S N="User">alice</S>
                  <S N="Model"></S>
                  <I64 N="PromptTokens">10</I64>
                  <I64 N="CompletionTokens">5</I64>
                  <I64 N="TotalTokens">15</I64>
                  <Nil N="CachedTokens" />
                  <D N="Cost">0.5</D>
                  <Nil N="RecordedCost" />
                  <Db N="DurationMs">983.5</Db>
                  <B N="PolicyPassed">false</B>
                  <S N="TraceId">aa</S>
                  <S N="SpanId">b1</S>
                </Props>
                <MS><DT N="Time">2026-03-01T12:00:00.25Z</DT></MS>
              </Obj>
            """;

        ImportReport report = _folder.Import(form.Replace("{0}", One).Replace("{1}", One.Replace("b1", "b2")));

        Assert.Equal((ImportFormat.Clixml, 2, 0), (report.Format, report.Imported, report.Unreadable));
        Assert.Equal("2026-03-01T12:00:00.250000||alice||||10|5|15|983.5|0|aa|b1||-|-|-|-", _folder.Requests()[0]);
    }

    [Fact]
    public void JSON_members_are_mapped_by_path()
    {
        var map = new ColumnMap(new Dictionary<string, string>
        {
            ["timestamp"] = "meta.at", ["prompt_tokens"] = "usage.prompt_tokens", ["completion_tokens"] = "usage.completion_tokens", ["model"] = "model", ["provider"] = "=acme", ["id"] = "req.no",
        });

        ImportReport report = _folder.Import("""
            {"meta":{"at":1772366400},"usage":{"prompt_tokens":7,"completion_tokens":3},"model":"m","req.no":"r1"}
            {"meta":{"at":1772366400},"usage":{"prompt_tokens":7,"completion_tokens":3},"model":"m","req.no":"r1"}
            {"meta":{"at":"never"},"usage":{"prompt_tokens":7}}

            """, map: map);

        Assert.Equal((ImportFormat.Json, 1, 1, 1), (report.Format, report.Imported, report.Duplicates, report.Unreadable));
        Assert.Equal(["2026-03-01T12:00:00|||m|acme||7|3|10|-|1||||-|-|-|-"], _folder.Requests());
    }

    [Theory]
    [InlineData(nameof(Samples.ObserviciaLog))]
    [InlineData(nameof(Samples.Otlp))]
    [InlineData(nameof(Samples.ClaudeCode))]
    [InlineData(nameof(Samples.Codex))]
    [InlineData(nameof(Samples.Gemini))]
    [InlineData(nameof(Samples.LiteLlmJson))]
    [InlineData(nameof(Samples.Copilot))]
    public void Every_JSON_layout_gives_the_same_requests_as_lines(string name)
    {
        string lines = (string)Samples.All.Single(row => row.Data.Item1 == name).Data.Item2;
        string[] values = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using var reference = new ImportFolder();
        reference.Import(lines);
        string[] forms =
        [
            $"[{string.Join(',', values)}]", $"[\n{string.Join(",\n", values)}\n]\n", $"[{values[0]}]\n[{string.Join(',', values[1..])}]\n", string.Concat(values),
            string.Concat(values.Select(Pretty)), string.Concat(values.Select(value => $"\u001e{value}\n")), $"\u001e{string.Concat(values.Select(Pretty))}",
            $"[{string.Join(',', values.Select(Pretty))}]", $"{Pretty(values[0])}\ufeff{string.Concat(values[1..].Select(Pretty))}",
            .. (ReadOnlySpan<string>)(name != nameof(Samples.ObserviciaLog) ? [$$"""{"data":[{{string.Join(',', values)}}],"total":2}""", Pretty($$"""{"data":[{{string.Join(',', values)}}],"total":2}""")] : []),
        ];
        foreach (string form in forms)
        {
            using var folder = new ImportFolder();
            ImportReport report = folder.Import(form);
            Assert.Equal((0, false), (report.Unreadable, report.Incomplete));
            Assert.Equal(reference.Requests(), folder.Requests());
            Assert.Equal(0, folder.Import(lines).Imported);
        }
    }

    [Theory]
    [InlineData(nameof(Samples.ObserviciaLog))]
    [InlineData(nameof(Samples.Otlp))]
    [InlineData(nameof(Samples.LiteLlmJson))]
    public void NaN_and_Infinity_do_not_affect_other_values(string name)
    {
        string content = (string)Samples.All.Single(row => row.Data.Item1 == name).Data.Item2;
        using var reference = new ImportFolder();
        reference.Import(content);

        ImportReport report = _folder.Import(content.Replace("}\n", ", \"score\": NaN, \"said\": \"NaN \\\" NaN\", \"range\": [-Infinity, Infinity]}\n"));

        Assert.Equal(0, report.Unreadable);
        Assert.Equal(reference.Requests(), _folder.Requests());
    }

    [Fact]
    public void A_record_with_a_list_of_messages_is_not_a_page()
    {
        ImportReport report = _folder.Import(Samples.LiteLlmJson.Replace("\"messages\":{\"secret\":1}", "\"messages\":[{\"role\":\"user\"}],\"data\":[1]"));

        Assert.Equal((2, 30L), (report.Imported, report.ImportedTokens));
    }

    [Fact]
    public void Token_parts_of_spend_logs_may_be_in_two_places()
    {
        _folder.Import(Samples.LiteLlmJson.Replace("\"usage_object\":{", "\"additional_usage_values\":{"));

        Assert.Equal(["8|4"], _folder.Query("SELECT cached_tokens || '|' || reasoning_tokens FROM tokendash_request_detail WHERE cached_tokens IS NOT NULL"));
    }

    [Theory]
    [InlineData("""{"input":"20","output":"10"}""", "20|10|30|-|-")]
    [InlineData("""{"input":20.0,"input_cached_tokens":80,"output":10}""", "100|10|110|80|-")]
    [InlineData("""{"input":6,"output":2055,"completion_details.reasoning":1104,"total":2061}""", "6|2055|2061|-|1104")]
    [InlineData("""{"input":60,"prompt_details.cache_read":50,"prompt_details.audio":3,"output":9}""", "60|9|69|50|-")]
    [InlineData("""{"input":179,"output":35,"output_reasoning":64,"total":278}""", "179|99|278|-|64")]
    [InlineData("""{"input":17903,"output":100,"input_cached_tokens":17817,"output_reasoning_tokens":64}""", "17903|100|18003|17817|64")]
    [InlineData("""{"input":17903,"output":100,"input_cached_tokens":17817,"total":35820}""", "35720|100|35820|17817|-")]
    [InlineData("""{"input":300,"output":60,"total":1060,"cache_creation_input_tokens":200,"cache_read_input_tokens":700}""", "1000|60|1060|700|-")]
    [InlineData("""{"input":800,"output":60,"total":1060,"cache_creation_input_tokens":200,"cache_read_input_tokens":700}""", "1000|60|1060|700|-")]
    [InlineData("""{"input":800,"output":60,"total":1110,"cache_creation_input_tokens":200,"cache_read_input_tokens":700,"output_reasoning":50}""", "1000|110|1110|700|50")]
    [InlineData("""{"input":800,"output":60,"total":1010,"cache_creation_input_tokens":150,"cache_read_input_tokens":100,"output_reasoning":50}""", "1050|110|1160|100|50")]
    public void Langfuse_usage_details_may_be_included_or_separate(string usage, string stored)
    {
        _folder.Import($$"""{"id":"o1","traceId":"t1","type":"GENERATION","startTime":"2026-03-01T12:00:00Z","usageDetails":{{usage}}}""");

        Assert.Equal([stored], _folder.Query("""
            SELECT concat_ws('|', prompt_tokens, completion_tokens, total_tokens, COALESCE(cached_tokens, '-'), COALESCE(reasoning_tokens, '-'))
            FROM telemetry LEFT JOIN tokendash_request_detail ON row_id = id
            """));
    }

    [Fact]
    public void LiteLlm_cache_writes_for_an_hour_are_stored()
    {
        _folder.Import(Samples.LiteLlmJson.Replace(
            "\"cached_tokens\":8", "\"cached_tokens\":8" + ""","cache_creation_tokens":4,"cache_creation_token_details":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":3}"""));

        Assert.Equal(["4|3"], _folder.Query("SELECT cache_write_tokens || '|' || hour_cache_write_tokens FROM tokendash_request_detail WHERE cache_write_tokens > 0"));
    }

    [Theory]
    [InlineData("""{"input":3,"output":40,"input_cache_read":900,"input_cache_creation":0,"input_ephemeral_5m_input_tokens":100,"input_ephemeral_1h_input_tokens":0,"total":1043}""", "1003|1043|100|0")]
    [InlineData("""{"input":3,"output":40,"cache_read_input_tokens":900,"cache_creation_input_tokens":0,"cache_creation_5m_input_tokens":100}""", "1003|1043|100|unknown")]
    [InlineData("""{"input":3,"output":40,"cache_read_input_tokens":900,"cache_creation_input_tokens":100,"ephemeral_5m_input_tokens":60,"ephemeral_1h_input_tokens":40}""", "1003|1043|100|40")]
    public void Langfuse_cache_writes_by_lifetime_count_once(string usage, string stored)
    {
        _folder.Import($$"""{"id":"o1","traceId":"t1","type":"GENERATION","startTime":"2026-03-01T12:00:00Z","usageDetails":{{usage}}}""");

        Assert.Equal([stored], _folder.Query(
            "SELECT concat_ws('|', prompt_tokens, total_tokens, cache_write_tokens, COALESCE(hour_cache_write_tokens, 'unknown')) FROM telemetry JOIN tokendash_request_detail ON row_id = id"));
    }

    [Theory]
    [InlineData("\"1,234\"", "unknown", 1)]
    [InlineData("1234", "1234", 0)]
    public void A_cache_write_column_of_Cursor_that_is_not_a_count_is_unknown(string with, string stored, int unknown)
    {
        ImportReport report = _folder.Import(
            "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n"
            + $"\"2026-03-01T12:00:00.000Z\",\"Included\",\"auto\",\"No\",{with},\"3\",\"900\",\"40\",\"2177\",\"0.07\"\n");

        Assert.Equal((1, unknown), (report.Imported, report.UnknownValues.Count));
        Assert.Equal([stored], _folder.Query("SELECT COALESCE(cache_write_tokens, 'unknown') FROM tokendash_request_detail"));
    }

    [Theory]
    [InlineData("sep=;\r\n")]
    [InlineData("#TYPE TokenDashboard.TokenRequest\n")]
    public void Lines_before_the_header_are_skipped(string line)
    {
        ImportReport report = _folder.Import(line + "Time;User Name;user-id;Prompt Tokens\n2026-03-01;x;alice;5\n;;;\n");

        Assert.Equal((ImportFormat.Csv, 1, 0), (report.Format, report.Imported, report.Unreadable));
        Assert.Equal(["alice|5"], _folder.Query("SELECT user_id || '|' || prompt_tokens FROM telemetry"));
    }

    [Fact]
    public void A_spreadsheet_may_use_the_system_code_page()
    {
        _folder.Import(Encoding.Latin1.GetBytes("timestamp,user_id,prompt_tokens\n2026-03-01,Jos\u00e9,5\n"));

        Assert.Equal(["Jos\u00e9"], _folder.Query("SELECT user_id FROM telemetry"));
    }

    [Fact]
    public void An_ambiguous_token_count_is_rejected()
    {
        ImportReport report = _folder.Import("timestamp;prompt_tokens\n2026-03-01;1.000\n2026-03-02;12.0\n2026-03-03;1,000\n");

        Assert.Equal((1, 2, 12L), (report.Imported, report.Unreadable, report.ImportedTokens));
    }

    // Another number in the file decides, if its separator can only be a decimal separator.
    [Theory]
    [InlineData("1.250", "", "unknown")]
    [InlineData("1.250", "0,5", "unknown")]
    [InlineData("1.250", "1234.5", "1.25")]
    [InlineData("1.250", "\"0.012\"", "1.25")]
    [InlineData("0.125", "", "0.125")]
    [InlineData("12.5", "", "12.5")]
    [InlineData("1250.125", "", "1250.125")]
    [InlineData("1.250,75", "", "1250.75")]
    public void An_ambiguous_number_is_unknown_unless_another_number_decides(string cost, string other, string expected)
    {
        ImportReport report = _folder.Import($"timestamp;prompt_tokens;cost\n2026-03-01;1;{cost}\n2026-03-02;2;{other}\n");

        Assert.Equal((2, expected == "unknown" ? 1 : 0), (report.Imported, report.UnknownValues.Count));
        Assert.Equal(expected, _folder.Query("SELECT COALESCE(cost, 'unknown') FROM telemetry LEFT JOIN tokendash_request_detail ON row_id = id ORDER BY timestamp")[0]);
    }

    [Theory]
    [InlineData("2026-03-01,5,931,5,alice")]
    [InlineData("2026-03-01,5,931,5,")]
    [InlineData("2026-03-01,5,931,5,,,")]
    [InlineData("2026-03-01,5,931,\"alice\",")]
    public void A_record_with_too_many_fields_is_rejected_and_reported(string record)
    {
        ImportReport report = _folder.Import($"timestamp,prompt_tokens,duration_ms,user_id\n{record}\n2026-03-01,7,931,alice\n{record}");

        Assert.Equal((1, 2, false, 7L), (report.Imported, report.Unreadable, report.Incomplete, report.ImportedTokens));
        Assert.Single(report.Notes);
    }

    [Fact]
    public void Records_with_unquoted_decimal_commas_are_rejected()
    {
        const string Names = "Id,Timestamp,Transaction,User,Model,Provider,RequestType,PromptTokens,CompletionTokens,TotalTokens,CachedTokens,CacheWriteTokens,ReasoningTokens,Cost,RecordedCost,"
            + "DurationMs,PolicyPassed,InterruptedStream,TraceId,SpanId,ParentSpanId";

        ImportReport report = _folder.Import(
            $"{Names}\n1,01.03.2026 12:00:00 +00:00,t,u,m,p,chat,10,5,15,,,,0,,983,5,True,False,aa,b1,\n2,01.03.2026 12:00:00 +00:00,t,u,m,p,chat,10,5,15,,,,0,,983,True,False,aa,b2,\n");

        Assert.Equal((1, 1), (report.Imported, report.Unreadable));
        Assert.Equal(["2026-03-01T12:00:00|t|u|m|p|chat|10|5|15|983.0|1|aa|b2||-|-|-|-"], _folder.Requests());
    }

    [Theory]
    [InlineData("2026-03-01,5,7,2", 1, 1)]
    [InlineData("2026-03-01,5,7", 0, 0)]
    [InlineData("2026-03-01,5", 0, 0)]
    public void A_record_with_missing_fields_is_imported_only_if_all_counts_exist(string record, int imported, int notes)
    {
        ImportReport report = _folder.Import($"timestamp,prompt_tokens,completion_tokens,cached_tokens,user_id\n{record}\n");

        Assert.Equal((imported, 1 - imported, notes), (report.Imported, report.Unreadable, report.Notes.Count));
    }

    [Fact]
    public void The_calculated_cost_is_not_imported_as_recorded_cost()
    {
        _folder.Import("Timestamp,TotalTokens,Cost,RecordedCost\n2026-03-01,1,0.5,\n2026-03-02,1,0.5,0.25\n");

        Assert.Equal(["0.25"], _folder.Query("SELECT cost FROM tokendash_request_detail"));
    }

    [Fact]
    public void Concatenated_CSV_files_are_imported()
    {
        ImportReport report = _folder.Import("timestamp,prompt_tokens\n2026-03-01,1\n\ufefftimestamp,prompt_tokens\r\n2026-03-02,2\n");

        Assert.Equal((2, 0), (report.Imported, report.Unreadable));
    }

    [Theory]
    [InlineData("timestamp,completion_tokens,prompt_tokens,user_id\n2026-03-02,2,20,bob\n")]
    [InlineData("Timestamp, User ,PromptTokens,CompletionTokens,Note\n2026-03-02,bob,20,2,\n")]
    [InlineData("user,output_tokens,input_tokens,time\n\"bob\",2,20,2026-03-02\n")]
    public void Concatenated_CSV_files_may_have_different_columns(string second)
    {
        const string First = "timestamp,prompt_tokens,completion_tokens,user_id\n2026-03-01,10,1,alice\n";

        ImportReport report = _folder.Import(First + second + First.Replace("-01,", "-03,"));

        Assert.Equal((3, 0), (report.Imported, report.Unreadable));
        Assert.Equal(["10|1|alice", "20|2|bob", "10|1|alice"], _folder.Query("SELECT concat_ws('|', prompt_tokens, completion_tokens, user_id) FROM telemetry"));
    }

    [Theory]
    [InlineData("  {\n    \"timestamp\": \"2026-03-02,\n    \"prompt_tokens\": 2,\n    \"said\": [\n      {\n        \"x\": 1\n      }\n    ]\n  }")]
    [InlineData("  {\n    timestamp\": \"2026-03-02\",\n    \"prompt_tokens\": 2\n  }")]
    [InlineData("  {\n    \"timestamp\": \"2026-03-02\",\n    \"prompt_tokens\": 2,\n    \"said\": [1\n  }")]
    [InlineData("  {\"timestamp\": \"2026-03-02, \"prompt_tokens\": 2}")]
    [InlineData("  {\"timestamp\": \"2026-03-02\", \"prompt_tokens\": {2}")]
    public void A_lost_quote_or_bracket_in_multiline_JSON_affects_only_its_record(string damaged)
    {
        static string Value(int day) => $"  {{\n    \"timestamp\": \"2026-03-{day:00}\",\n    \"prompt_tokens\": {day},\n    \"said\": [\n      {{\n        \"x\": 1\n      }}\n    ]\n  }}";

        ImportReport first = _folder.Import($"[\n{damaged},\n{Value(3)},\n{Value(4)}\n]\n"), middle = _folder.Import($"[\n{Value(1)},\n{damaged},\n{Value(3)},\n{Value(5)}\n]\n");

        Assert.Equal((2, 1, false), (first.Imported, first.Unreadable, first.Incomplete));
        Assert.Equal((2, 1, 1, false), (middle.Imported, middle.Duplicates, middle.Unreadable, middle.Incomplete));
    }

    [Theory]
    [InlineData("[{\"timestamp\":\"2026-03-02\",\"prompt_tokens\":1},{\"timestamp\":\"2026-03-01\",\"user\n\":\"x\",\"prompt_tokens\":1},{\"timestamp\":\"2026-03-02\",\"prompt_tokens\":1}]", 2)]
    [InlineData("[\n  {\n    \"timestamp\": \"2026-03-01\",\n    \"prompt_tokens\": 2\n  },\n  {\n    \"timestamp\": \"2026-03-02,\n    \"prompt_tokens\": 2\n  }\n]", 1)]
    public void A_line_break_in_a_string_affects_only_its_record(string content, int imported)
    {
        ImportReport report = _folder.Import(content);

        Assert.Equal((imported, 1, false, 2L), (report.Imported, report.Unreadable, report.Incomplete, report.ImportedTokens));
    }

    [Fact]
    public void Line_numbers_of_multiline_JSON_match_the_file()
    {
        ImportReport report = _folder.Import("[\n  {\n    \"timestamp\": \"2026-03-01\",\n    \"prompt_tokens\": 1\n  },\n  {\n    \"timestamp\": \"never\",\n    \"prompt_tokens\": 1\n  }\n]\n");

        Assert.Equal((1, 6L), (report.Imported, Assert.Single(report.UnreadableLines).LineNumber));
    }

    [Fact]
    public void Requests_of_another_store_are_imported_and_later_recognized()
    {
        using var other = new ImportFolder();
        foreach (string file in (string[])[Samples.ObserviciaLog, Samples.ObserviciaCsv, Samples.LiteLlmJson, Samples.ClaudeCode, Samples.Codex, Samples.Langfuse])
            other.Import(file);
        using (SqliteConnection connection = other.Connect())
        {
            connection.Execute("""
                INSERT INTO telemetry (timestamp, transaction_id, user_id, model, provider, request_type, prompt_tokens, completion_tokens, total_tokens, success, trace_id, span_id, parent_span_id)
                VALUES ('2026-03-01T15:00:00', '', '', 'live', '', '', 1, 2, 3, 1, '', '', ''), ('garbage', '', '', 'live', '', '', 1, 2, 3, 1, '', '', '')
                """);
        }

        ImportReport first = Import(other.Database), second = Import(other.Database);

        Assert.Equal((ImportFormat.TokenStore, 1), (first.Format, first.Unreadable));
        Assert.Equal((0, first.Imported), (second.Imported, second.Duplicates));
        Assert.Equal(other.Requests().Where(request => !request.StartsWith("garbage", StringComparison.Ordinal)), _folder.Requests());
        Assert.Equal(
            0,
            _folder.Import(Samples.ClaudeCode).Imported + _folder.Import(Samples.LiteLlmCsv).Imported + _folder.Import(Samples.Codex).Imported
                + _folder.Import(Samples.ObserviciaLog).Imported + _folder.Import(Samples.Langfuse).Imported);
    }

    [Fact]
    public void Another_column_map_adds_a_note_and_changes_no_stored_request()
    {
        const string Content = "at,in,out\n2026-03-01,1,2\n";
        ColumnMap Map(string tokens) => new(new Dictionary<string, string> { ["timestamp"] = "at", ["prompt_tokens"] = tokens });
        Assert.Empty(_folder.Import(Content, map: Map("out")).Notes);

        ImportReport report = _folder.Import(Content, map: Map("in"));

        Assert.Equal((0, 1), (report.Imported, report.Duplicates));
        Assert.Contains("new store", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.Equal(["2"], _folder.Query("SELECT total_tokens FROM telemetry"));
    }

    [Fact]
    public void A_missing_column_is_reported_with_its_name_in_the_format()
    {
        TokenDashboardException fault = Assert.Throws<TokenDashboardException>(() => _folder.Import("timestamp,prompt_tokens\n2026-03-01,1\n", ImportFormat.LiteLlm));

        Assert.Contains("timestamp, which LiteLlm calls startTime, in '", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Removed_requests_of_another_store_are_reported()
    {
        using var other = new ImportFolder();
        other.Import("timestamp,prompt_tokens\n2026-03-01,1\n2026-03-02,2\n2026-03-03,3\n");
        Assert.Empty(Import(other.Database).Notes);
        using (var remover = new StoreOptimizer(other.Database, CancellationToken.None))
            remover.Remove(new DateTimeOffset(2026, 3, 3, 0, 0, 0, TimeSpan.Zero));

        ImportReport report = Import(other.Database);

        Assert.Equal((1, 1), (report.Read, report.Notes.Count));
        Assert.EndsWith(": 2.", report.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_without_ids_are_recognized_after_importing_their_store()
    {
        using var other = new ImportFolder();
        const string Csv = "timestamp,prompt_tokens\n2026-03-01,1\n2026-03-02,2\n2026-03-03,3\n";
        other.Import("timestamp,prompt_tokens\n2026-02-01,1\n");
        using (SqliteConnection connection = other.Connect())
            connection.Execute(
                $"INSERT INTO telemetry (timestamp, trace_id, span_id, prompt_tokens) VALUES {string.Join(", ", Enumerable.Range(1, 500).Select(i => $"('2026-02-02T00:00:00', 't{i}', 's', 10)"))}");
        other.Import(Csv);

        ImportReport report = Import(other.Database);

        Assert.Equal(504, report.Imported);
        Assert.Equal(3, _folder.Import(Csv).Duplicates);
    }

    [Fact]
    public void The_messages_of_an_OpenCode_database_are_imported()
    {
        string path = _folder.File("opencode.db");
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            connection.Execute("""
                CREATE TABLE session (id TEXT PRIMARY KEY);
                CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, data TEXT);
                INSERT INTO message VALUES ('msg_1', 'ses_1', 1, '{"role":"user","time":{"created":1772366400000}}');
                INSERT INTO message VALUES ('msg_2', 'ses_1', 2, '{"role":"assistant","time":{"created":1772366400000,"completed":1772366402000},"modelID":"gpt-5","providerID":"openai","tokens":{"input":10,"output":20,"reasoning":3,"total":30,"cache":{"read":0,"write":0}}}');
                INSERT INTO message VALUES ('msg_3', 'ses_1', 3, '{');
                """);
        }

        ImportReport report = Import(path);

        Assert.Equal((ImportFormat.OpenCode, 1, 1), (report.Format, report.Imported, report.Unreadable));
        Assert.Equal(["2026-03-01T12:00:00|ses_1||gpt-5|openai|chat|10|20|30|2000.0|1||msg_2||0|0|3|-"], _folder.Requests());
    }

    [Fact]
    public void The_store_itself_and_other_databases_are_rejected()
    {
        _folder.Import(Samples.ObserviciaLog);
        string other = _folder.File("other.db");
        using (var connection = new SqliteConnection($"Data Source={other};Pooling=False"))
        {
            connection.Open();
            connection.Execute("CREATE TABLE t (x)");
        }

        Assert.All((string[])[_folder.Database, other], path => Assert.Equal(ErrorCode.ImportFormatUnsupported, Assert.Throws<TokenDashboardException>(() => Import(path)).Code));
    }

    [Fact]
    public void The_store_itself_is_recognized_through_links()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        _folder.Import("timestamp,prompt_tokens\n2026-03-01,1\n");
        string link = _folder.File("link.db"), folder = _folder.File("linked");
        File.CreateSymbolicLink(link, _folder.Database);
        Directory.CreateSymbolicLink(folder, Path.GetDirectoryName(_folder.Database)!);

        Assert.All((string[])[link, Path.Combine(folder, "store.db"), Path.Combine(folder, "link.db"), $"{_folder.Database}-wal"], path =>
            Assert.Equal(ErrorCode.ImportFormatUnsupported, Assert.Throws<TokenDashboardException>(() => Import(path)).Code));
        using var importer = new TokenDashboard.Import.TokenImporter(link, ImportFormat.Auto, null, whatIf: false, CancellationToken.None);
        Assert.Equal((1, 0), (importer.ImportFolder(Path.GetDirectoryName(link)!, _ => null).Duplicates, importer.Import(_folder.File("source")).Imported));
    }

    [Theory]
    [InlineData("id INTEGER PRIMARY KEY")]
    [InlineData("id TEXT")]
    public void Another_store_is_imported_with_any_kind_of_ids(string id)
    {
        using var other = new ImportFolder();
        using (SqliteConnection connection = other.Connect())
        {
            connection.Execute($"""
                CREATE TABLE telemetry ({id}, timestamp TEXT, transaction_id TEXT, user_id TEXT, model TEXT, provider TEXT, request_type TEXT, prompt_tokens INTEGER,
                    completion_tokens INTEGER, total_tokens INTEGER, duration_ms REAL, success INTEGER, trace_id TEXT, span_id TEXT, parent_span_id TEXT);
                INSERT INTO telemetry (rowid, timestamp, prompt_tokens) VALUES (-5, '2026-03-01T00:00:00', 1), (0, '2026-03-01T00:00:01', 2), (7, '2026-03-01T00:00:02', 3);
                """);
        }

        Assert.Equal((3, 3), (Import(other.Database).Imported, Import(other.Database).Duplicates));
        Assert.Equal(["6"], _folder.Query("SELECT sum(total_tokens) FROM telemetry"));
    }

    [Theory]
    [InlineData("", ErrorCode.ImportNothingFound)]
    [InlineData("hello world\nthis is a poem\n", ErrorCode.ImportFormatUnknown)]
    [InlineData("{\"a\":1}\n", ErrorCode.ImportFormatUnknown)]
    [InlineData("{\"a\":1}", ErrorCode.ImportFormatUnknown)]
    [InlineData("timestamp,prompt_tokens\n", ErrorCode.ImportNothingFound)]
    [InlineData("timestamp,prompt_tokens\nnever,1\n", ErrorCode.ImportNothingFound)]
    public void A_file_without_requests_is_reported_and_creates_no_store(string content, ErrorCode code)
    {
        ImportReport report = _folder.Import(content);

        Assert.Equal((0, code), (report.Imported, report.ProblemCode));
        Assert.NotEmpty(report.Problem!);
        Assert.False(File.Exists(_folder.Database));
    }

    public void Dispose() => _folder.Dispose();

    private ImportReport Import(string path)
    {
        using var importer = new TokenDashboard.Import.TokenImporter(_folder.Database, ImportFormat.Auto, null, whatIf: false, CancellationToken.None);
        return importer.Import(path);
    }

    private static string Pretty(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement, Indented) + "\n";
}
