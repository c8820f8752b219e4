namespace TokenDashboard.Tests.Import;

/// <summary>Sessions of Codex whose requests have records, and counters that decrease.</summary>
public sealed class CodexTests : IDisposable
{
    private readonly ImportFolder _folder = new();

    [Fact]
    public void The_request_of_a_compaction_counts_although_the_counters_do_not_contain_it()
    {
        string compaction = Record(2, "c1", "r2", 201_000, 3_000);

        ImportReport report = _folder.Import(
            Samples.CodexMeta("c1") + Record(1, "c1", "r1", 200_000, 1_000) + Count(1, (200_000, 1_000), (200_000, 1_000))
            + compaction + Compacted(2, "c1", "r2", 201_000, 3_000) + Count(2, (200_000, 1_000), (0, 0))
            + Record(3, "c1", "r3", 9_000, 100) + Count(3, (209_000, 1_100), (9_000, 100)) + Count(4, (209_000, 1_100), (9_000, 100)));

        Assert.Equal((3, 3, 414_100L), (report.Read, report.Imported, report.ImportedTokens));
        Assert.Equal(
            ["201000|gpt-5.2-codex|c1", "204000|gpt-5.2-codex|c1", "9100|gpt-5.2-codex|c1"],
            _folder.Query("SELECT concat_ws('|', total_tokens, model, transaction_id) FROM telemetry ORDER BY timestamp"));
    }

    [Fact]
    public void Requests_without_records_count_by_the_increase_in_a_file_with_both()
    {
        // An earlier version wrote the first request. The last increase contains a request with a record and one without.
        ImportReport report = _folder.Import(
            Samples.CodexMeta("c1") + Count(1, (100, 10), (100, 10)) + Record(2, "c1", "r2", 200, 20) + Count(2, (300, 30), (200, 20))
            + Record(3, "c1", "r3", 400, 40) + Count(3, (1_500, 150), (800, 80)));

        Assert.Equal((4, 1_650L), (report.Imported, report.ImportedTokens));
    }

    [Fact]
    public void A_session_with_records_alone_is_detected_and_imported()
    {
        string record = Record(1, "c1", "r1", 200, 20);

        ImportReport report = _folder.Import(record + record + Record(2, "c1", "r2", 200, 20));

        Assert.Equal((ImportFormat.Codex, 2, 440L), (report.Format, report.Imported, report.ImportedTokens));
    }

    [Fact]
    public void Subagents_with_equal_counters_stay_separate()
    {
        foreach (string id in (string[])["b", "c"])
            _folder.Import(Subagent(id) + Record(1, id, $"r-{id}", 14_700, 50) + Count(1, (14_700, 50), (14_700, 50)));

        Assert.Equal(["14750|b", "14750|c"], _folder.Query("SELECT concat_ws('|', total_tokens, transaction_id) FROM telemetry ORDER BY 1"));
    }

    [Theory]
    [InlineData("0.153.1", "", "")]
    [InlineData("0.155.0-alpha.2", "", "")]
    [InlineData("", "\"subagent_history_start_ordinal\":3,", "\"ordinal\":2,")]
    public void The_history_of_a_subagent_is_not_counted_again_by_its_counters(string version, string start, string ordinal)
    {
        string parent = Samples.CodexMeta("a") + Record(1, "a", "r1", 1_000, 10) + Count(1, (1_000, 10), (1_000, 10));
        // The history contains the counters of the parent, but not its records.
        string copy = Count(5, (1_000, 10), (1_000, 10)).Replace("{\"timestamp\"", $"{{{ordinal}\"timestamp\"");
        string child = Subagent("b", $"{start}\"cli_version\":\"{version}\",") + Samples.CodexMeta("a") + copy
            + Record(6, "b", "r2", 500, 5) + Count(6, (1_500, 15), (500, 5));

        foreach (string file in (string[])[child, parent, child])
            _folder.Import(file);

        Assert.Equal(["a|1010", "b|505"], _folder.Query("SELECT concat_ws('|', transaction_id, total_tokens) FROM telemetry ORDER BY 1"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fork_and_a_moved_file_contain_the_same_requests_by_their_records(bool forkFirst)
    {
        string history = Record(1, "a", "r1", 1_000, 10) + Count(1, (1_000, 10), (1_000, 10));
        string own = Record(6, "c", "r2", 500, 5) + Count(6, (1_500, 15), (500, 5));
        string parent = Samples.CodexMeta("a") + history, fork = Samples.CodexMeta("c", from: "b") + Samples.CodexMeta("b", from: "a") + history + own;

        foreach (string file in forkFirst ? [fork, parent] : (string[])[parent, fork])
            _folder.Import(file);
        // Another version removes the names of the sessions before it.
        ImportReport moved = _folder.Import(Samples.CodexMeta("c", from: "b") + history + own);

        Assert.Equal((0, 2), (moved.Imported, moved.Duplicates));
        Assert.Equal(["1515"], _folder.Query("SELECT sum(total_tokens) FROM telemetry"));
    }

    [Fact]
    public void The_record_in_a_compacted_history_is_the_request_of_its_session()
    {
        string first = Subagent("g1") + Record(1, "g1", "r1", 5_000, 30) + Count(1, (5_000, 30), (5_000, 30));
        string next = Subagent("g2", from: "g1") + Compacted(5, "g1", "r1", 5_000, 30) + Count(5, (5_000, 30), (5_000, 30)) + Record(6, "g2", "r2", 6_000, 30) + Count(6, (11_000, 60), (6_000, 30));

        _folder.Import(next);
        _folder.Import(first);

        Assert.Equal(["g1|5030|01", "g2|6030|06"], _folder.Query("SELECT concat_ws('|', transaction_id, total_tokens, substr(timestamp, 15, 2)) FROM telemetry ORDER BY 1"));
    }

    [Fact]
    public void The_counters_start_again_when_the_context_is_full()
    {
        ImportReport report = _folder.Import(Samples.CodexMeta("c1") + Count(1, (1_000, 50), (1_000, 50)) + Count(2, (0, 0), (0, 0)) + Count(3, (5_000, 60), (5_000, 60)));

        Assert.Equal((2, 6_110L), (report.Imported, report.ImportedTokens));
    }

    [Fact]
    public void Counters_that_decrease_without_a_request_are_only_noted()
    {
        ImportReport report = _folder.Import(
            Samples.CodexMeta("c1") + Count(1, (300_000, 2_000), (300_000, 2_000)) + Count(2, (250_000, 1_500), (0, 0)) + Count(3, (262_000, 1_600), (12_000, 100)));

        Assert.Equal((2, 314_100L), (report.Imported, report.ImportedTokens));
        Assert.EndsWith(": 1.", Assert.Single(report.Notes));
    }

    public void Dispose() => _folder.Dispose();

    private static string Count(int minute, (int Input, int Output) total, (int Input, int Output) last) =>
        Samples.CodexCount(minute, total.Input, 0, total.Output, 0, last.Input, 0, last.Output, 0);

    private static string Subagent(string id, string more = "", string from = "a") =>
        Samples.CodexMeta(id, from).Replace("\"forked_from_id\"", $"{more}\"parent_thread_id\":\"a\",\"source\":{{\"subagent\":\"guardian\"}},\"forked_from_id\"");

    private static string Record(int minute, string thread, string response, int input, int output) => Line(minute, "token_usage_record", Usage(thread, response, input, output));

    private static string Compacted(int minute, string thread, string response, int input, int output) =>
        Line(minute, "compacted", $$"""{"message":"","latest_token_usage_record":{{Usage(thread, response, input, output)}} }""");

    private static string Line(int minute, string type, string payload) => $$"""{"timestamp":"2026-03-01T12:{{minute:00}}:00.000Z","type":"{{type}}","payload":{{payload}} }""" + "\n";

    private static string Usage(string thread, string response, int input, int output) =>
        $$"""{"thread_id":"{{thread}}","session_id":"{{thread}}","turn_id":"t","response_id":"{{response}}","usage":{"input_tokens":{{input}},"cached_input_tokens":0,"output_tokens":{{output}},"reasoning_output_tokens":0,"total_tokens":{{input + output}} } }""";
}
