namespace TokenDashboard.Tests.Import;

/// <summary>How the values of a request are read, whatever names its source uses.</summary>
public sealed class ValueTests : IDisposable
{
    private readonly ImportFolder _folder = new();

    [Fact]
    public void Only_an_invalid_time_or_token_count_rejects_a_request()
    {
        ImportReport report = _folder.Import("""
            timestamp,prompt_tokens,duration_ms,cost,success,cached_tokens,end_time
            2026-03-01T08:00:00,100,-1,0.1,true,0,
            2026-03-01T08:00:01,100,,Included,true,0,
            2026-03-01T08:00:02,100,5,,completed,0,
            2026-03-01T08:00:03,100,5,$0.12,200,0,
            2026-03-01T08:00:04,100,5,,true,-1,
            2026-03-01T08:00:05,100,,USD 0.1,true,0,soon
            2026-03-01T08:00:06,100,,,true,0,2026-03-01T08:00:05
            2026-03-01T08:00:07,100,5,,true,0
            2026-03-01T08:00:08,many,5,,true,0,
            never,100,5,,true,0,

            """);

        Assert.Equal((8, 2, 800L), (report.Imported, report.Unreadable, report.ImportedTokens));
        Assert.Equal(
            ["cached_tokens 1", "cost 3", "duration_ms 2", "end_time 1", "success 2"],
            report.UnknownValues.Select(unknown => $"{unknown.Key} {unknown.Value}").Order());
        Assert.Equal(["0"], _folder.Query("SELECT count(*) FROM telemetry WHERE duration_ms < 0 OR success = 0"));
    }

    [Fact]
    public void A_cost_above_the_limit_is_unknown()
    {
        ImportReport report = _folder.Import("timestamp,prompt_tokens,cost\n2026-03-01T08:00:00,1,12345678901234567890.123\n2026-03-01T08:00:01,1,1000000000000\n");

        Assert.Equal("cost 1", report.UnknownValues.ToString());
        Assert.Equal(["", "1000000000000"], _folder.Query("SELECT cost FROM telemetry LEFT JOIN tokendash_request_detail ON row_id = id ORDER BY id"));
    }

    [Theory]
    [InlineData("\\N")]
    [InlineData("NULL")]
    [InlineData("None")]
    [InlineData("nan")]
    public void A_null_marker_means_no_value_in_any_column(string mark)
    {
        ImportReport report = _folder.Import(
            $"timestamp,prompt_tokens,completion_tokens,user_id,model,duration_ms,cost,success,cached_tokens\n2026-03-01T08:00:00,100,{mark},{mark},{mark},{mark},{mark},{mark},{mark}\n");

        Assert.Equal((1, 0), (report.Imported, report.UnknownValues.Count));
        Assert.Equal(["2026-03-01T08:00:00||||||100|0|100|-|1||||-|-|-|-"], _folder.Requests());
    }

    [Theory]
    // Parts larger than their whole are added to it.
    [InlineData("7,100,,10000,500,", "10507|100|10607")]
    [InlineData("31,467,498,0,1253,", "1284|467|1751")]
    // A total that already includes them stays.
    [InlineData("20,50,3170,3000,100,", "3120|50|3170")]
    // Smaller parts are included in their whole, unless the total contradicts that.
    [InlineData("100,50,150,80,10,", "100|50|150")]
    [InlineData("100,50,240,80,10,", "190|50|240")]
    [InlineData("100,50,,80,10,", "100|50|150")]
    [InlineData("1200,30,1235,1000,,5", "1200|35|1235")]
    [InlineData("1200,30,1230,1000,,5", "1200|30|1230")]
    [InlineData("10,3,,,,9", "10|12|22")]
    // An interrupted stream.
    [InlineData("10,0,0,,,", "10|0|0")]
    // Only a total.
    [InlineData(",,42,,,", "0|0|42")]
    public void Prompt_and_completion_tokens_always_include_their_parts(string tokens, string stored)
    {
        _folder.Import($"timestamp,prompt_tokens,completion_tokens,total_tokens,cached_tokens,cache_write_tokens,reasoning_tokens\n2026-03-01T08:00:00,{tokens}\n");

        Assert.Equal([stored], _folder.Query("SELECT concat_ws('|', prompt_tokens, completion_tokens, total_tokens) FROM telemetry"));
    }

    [Fact]
    public void A_span_that_ends_before_it_begins_keeps_its_tokens()
    {
        string backwards = Samples.OtlpSpan("a1", "", 5, ("gen_ai.usage.input_tokens", 10), ("gen_ai.operation.name", "chat"))
            .Replace("\"endTimeUnixNano\":\"1772366405001500000\"", "\"endTimeUnixNano\":\"1772366404000000000\"");
        string log = Samples.Span(1, 20, 0).Replace("\"end_time\": 1772366401750000000", "\"end_time\": 1772366400000000000");

        ImportReport[] reports = [_folder.Import(Samples.Export(backwards)), _folder.Import(log)];

        Assert.All(reports, report => Assert.Equal((1, 0, 1), (report.Imported, report.Unreadable, report.UnknownValues["duration_ms"])));
        Assert.Equal(["2"], _folder.Query("SELECT count(*) FROM telemetry WHERE duration_ms IS NULL"));
    }

    [Fact]
    public void A_log_attribute_that_is_not_text_is_unknown()
    {
        ImportReport report = _folder.Import(Samples.Span(1, 10, 5).Replace("\"alice\"", "{\"name\":1}"));

        Assert.Equal((1, 1), (report.Imported, report.UnknownValues["user_id"]));
    }

    [Fact]
    public void A_missing_provider_is_derived_from_the_model_or_empty()
    {
        string path = _folder.File("replies.jsonl");
        File.WriteAllText(path, Samples.Reply("m1", "r1", 3, 1, "s1", model: "glm-4.6") + Samples.Reply("m2", "r2", 3, 1, "s1", model: "gpt-5.2"));
        using (var importer = new TokenDashboard.Import.TokenImporter(
            _folder.Database, ImportFormat.Auto, null, whatIf: false, CancellationToken.None) { ProviderOf = model => model == "gpt-5.2" ? "openai" : null })
        {
            importer.Import(path);
        }

        Assert.Equal(["glm-4.6|", "gpt-5.2|openai"], _folder.Query("SELECT model || '|' || provider FROM telemetry ORDER BY 1"));
    }

    public void Dispose() => _folder.Dispose();
}
