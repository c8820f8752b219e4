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

    public void Dispose() => _folder.Dispose();

    private static string Event(string name, params (string Name, object Value)[] attributes) => Samples.OtlpSpan("", "", 0, [("event.name", name), .. attributes])
        .Replace("\"startTimeUnixNano\":\"1772366400000000000\",\"endTimeUnixNano\":\"1772366400001500000\"", "\"timeUnixNano\":\"1772366400000000000\"");

    private static string Events(string scope, params string[] records) =>
        $$"""{"resourceLogs":[{"scopeLogs":[{"scope":{"name":"{{scope}}"},"logRecords":[{{string.Join(",", records)}}]}]}]}""" + "\n";
}
