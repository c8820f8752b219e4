using System.Text;
using TokenDashboard.Import;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace TokenDashboard.Tests.Import;

public sealed class ImportSourceTests : IDisposable
{
    private readonly ImportFolder _folder = new();

    [Theory]
    [InlineData("504B0304000000", "zip")]
    [InlineData("425A68393141592653", "bzip2")]
    [InlineData("FD377A585A000004", "xz")]
    [InlineData("53514C69746520666F726D6174203300", "SQLite")]
    // Spans of a resource with a name, the same with the length prefix of the collector, and spans of a resource without a name.
    [InlineData("0AC401 0A1B 0A19 0A0C736572766963652E6E616D65 12090A07636F756E746572 12A401", "protobuf")]
    [InlineData("000000C7 0AC401 0A1B 0A19 0A0C736572766963652E6E616D65 12090A07636F756E746572 12A401", "protobuf")]
    [InlineData("0A44 0A00 1240 0A00 123C", "protobuf")]
    [InlineData("0A42 1240 0A00 123C", "protobuf")]
    public void Unsupported_formats_are_rejected_by_name(string hex, string word)
    {
        var failure = Assert.Throws<TokenDashboardException>(() => _folder.Import(Convert.FromHexString(hex.Replace(" ", ""))));

        Assert.Equal(ErrorCode.ImportFormatUnsupported, failure.Code);
        Assert.Contains(word, failure.Message);
    }

    [Fact]
    public void A_file_compressed_with_zstd_is_decompressed()
    {
        string[] spans = [.. Enumerable.Range(1, 3000).Select(id => Samples.Span(id, id, 1))];
        byte[] packed = [.. PackedWithZstd(string.Concat(spans[..2000])), .. PackedWithZstd(string.Concat(spans[2000..]))];

        ImportReport report = _folder.Import(packed);

        Assert.Equal((3000, 0, false, packed.Length), (report.Imported, report.Unreadable, report.Incomplete, (int)report.Bytes));
        Assert.Equal((3000, 0), (_folder.Import(string.Concat(spans)).Duplicates, _folder.Import(packed).Imported));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void The_beginning_of_a_truncated_zstd_file_is_imported(int missing)
    {
        byte[] packed = PackedWithZstd(string.Concat(Enumerable.Range(1, 20_000).Select(id => Samples.Span(id, id, 1))));

        ImportReport report = _folder.Import(packed[..^missing]);

        Assert.InRange(report.Imported, 1, 20_000);
        Assert.True(report.Incomplete);
        Assert.Equal(20_000, report.Imported + _folder.Import(packed).Imported);
    }

    [Fact]
    public void A_damaged_zstd_file_is_reported_after_its_valid_part()
    {
        byte[] packed = PackedWithZstd(string.Concat(Enumerable.Range(1, 20_000).Select(id => Samples.Span(id, id, 1))));
        packed[^1] ^= 1;

        ImportReport report = _folder.Import(packed);

        Assert.InRange(report.Imported, 1, 20_000);
        Assert.True(report.Incomplete);
    }

    [Theory]
    [InlineData("\n\n\n\n\n")]
    [InlineData("\nz\ny\nx\nw\n")]
    [InlineData("\n\n")]
    public void Empty_and_short_lines_before_a_header_are_not_mistaken_for_protobuf(string before) =>
        Assert.NotEqual(ErrorCode.ImportFormatUnsupported, _folder.Import($"{before}timestamp,prompt_tokens\n2026-03-01,5\n").ProblemCode);

    [Fact]
    public void A_line_above_the_limit_is_skipped_and_the_next_is_read()
    {
        byte[] content = Encoding.UTF8.GetBytes(Samples.Span(1, 1, 1) + "{\"type\": \"" + new string('x', 9000) + "\n" + Samples.Span(2, 1, 1));

        ImportReport report = _folder.Import(content, maxLineBytes: 2000);

        Assert.Equal((2, 1, 2L), (report.Imported, report.Unreadable, report.UnreadableLines[0].LineNumber));
    }

    [Fact]
    public void Deep_JSON_and_broken_lines_do_not_affect_the_next_line()
    {
        ImportReport report = _folder.Import(Samples.Span(1, 1, 1) + string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "\n{\"type\": \"span\"\n{} []\n{} {}\n\n\0\0\n" + Samples.Span(2, 1, 1));

        Assert.Equal((2, 3), (report.Imported, report.Unreadable));
        Assert.Equal([2L, 3L, 4L], report.UnreadableLines.Select(line => line.LineNumber));
    }

    [Fact]
    public void A_cut_line_and_zero_bytes_do_not_hide_the_next_span()
    {
        string first = Samples.Span(1, 1, 1);

        ImportReport report = _folder.Import(first[200..] + "\0\0\0" + Samples.Span(2, 1, 1) + "\ufeff" + Samples.Span(3, 1, 1) + "\0\0");

        Assert.Equal((ImportFormat.Observicia, 2, 1, false), (report.Format, report.Imported, report.Unreadable, report.Incomplete));
    }

    [Theory, MemberData(nameof(Samples.All), MemberType = typeof(Samples))]
    public void A_line_may_end_with_only_a_carriage_return(string name, string content)
    {
        using var reference = new ImportFolder();
        reference.Import(content);

        _folder.Import(content.Replace('\n', '\r'));

        Assert.True(reference.Requests().SequenceEqual(_folder.Requests()), name);
    }

    [Fact]
    public void An_unpaired_surrogate_in_a_name_is_ignored()
    {
        string name = "\"\\ud800\": 1, ";

        ImportReport report = _folder.Import(Samples.Span(1, 1, 1).Replace("\"name\"", name + "\"name\"").Replace("\"user.id\"", name + "\"user.id\"") + Samples.Span(2, 1, 1));

        Assert.Equal((2, 0), (report.Imported, report.Unreadable));
    }

    [Theory]
    [InlineData("alice", nameof(Samples.ObserviciaLog))]
    [InlineData("chat", nameof(Samples.Otlp))]
    [InlineData("claude-sonnet-4-5", nameof(Samples.ClaudeCode))]
    [InlineData("gpt-5.2-codex", nameof(Samples.Codex))]
    [InlineData("gemini-2.5-pro", nameof(Samples.Gemini))]
    [InlineData("openai", nameof(Samples.LiteLlmJson))]
    [InlineData("gpt-4o", nameof(Samples.Langfuse))]
    [InlineData("gpt-5", nameof(Samples.Copilot))]
    public void An_unpaired_surrogate_does_not_affect_other_text(string text, string name)
    {
        string content = (string)Samples.All.Single(row => row.Data.Item1 == name).Data.Item2;
        using var reference = new ImportFolder();
        reference.Import(content);

        ImportReport report = _folder.Import(content.Replace($"\"{text}\"", $"\"{text}\\ud83d\\\\\", \"\\udc00\": \"\\ud83d\\ude00\\udc00\""));

        Assert.Equal(0, report.Unreadable);
        Assert.Equal(reference.Requests(), _folder.Requests().Select(request => request.Replace($"{text}\ufffd\\", text)));
    }

    [Fact]
    public void Binary_data_is_not_mistaken_for_an_incomplete_line()
    {
        ImportReport report = _folder.Import([0x89, 0x50, 0x01, 0x02]);

        Assert.Equal((ImportFormat.Auto, ErrorCode.ImportFormatUnknown, false), (report.Format, report.ProblemCode, report.Incomplete));
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00")]
    [InlineData("9999-12-31T23:59:59.9999999")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("2026-02-30T00:00:00")]
    [InlineData("yesterday")]
    [InlineData("12:00:00")]
    [InlineData("5/6")]
    [InlineData("May 5")]
    [InlineData("2026-305")]
    [InlineData("2026-03-01T12:00:00 CET")]
    [InlineData("NaN")]
    [InlineData("-1")]
    [InlineData("")]
    public void An_invalid_time_makes_a_record_unreadable(string time)
    {
        ImportReport report = _folder.Import($"timestamp,prompt_tokens\n{time},1\n2026-03-01T12:00:00,2\n");

        Assert.Equal((1, 1), (report.Imported, report.Unreadable));
    }

    [Theory]
    [InlineData("-4")]
    [InlineData("1e13")]
    [InlineData("soon")]
    public void An_invalid_duration_is_unknown_and_counted(string duration)
    {
        ImportReport report = _folder.Import($"timestamp,prompt_tokens,duration_ms\n2026-03-01T12:00:00,1,{duration}\n2026-03-01T12:00:01,2,0\n");

        Assert.Equal((2, 0, 1), (report.Imported, report.Unreadable, report.UnknownValues["duration_ms"]));
        Assert.Equal(["-", "0"], _folder.Query("SELECT COALESCE(duration_ms, '-') FROM telemetry ORDER BY timestamp"));
    }

    [Theory]
    [InlineData("2026-03-01 12:00:00.1234567Z", "2026-03-01T12:00:00.123456")]
    [InlineData("2026-03-01T12:00:00+05:30", "2026-03-01T06:30:00")]
    [InlineData("2026-03-01 12:00:00.5+00", "2026-03-01T12:00:00.500000")]
    [InlineData("2026-03-01 12:00:00 UTC", "2026-03-01T12:00:00")]
    [InlineData("2026-03-01 12:00:00 GMT", "2026-03-01T12:00:00")]
    [InlineData("2026-03-01", "2026-03-01T00:00:00")]
    [InlineData("2026-03", "2026-03-01T00:00:00")]
    [InlineData("2026-03-01T08:00Z", "2026-03-01T08:00:00")]
    [InlineData("2026-03-01T08:00+02:00", "2026-03-01T06:00:00")]
    [InlineData("2026-03-01 08:00", "2026-03-01T08:00:00")]
    [InlineData("2026-03-01T24:00:00Z", "2026-03-02T00:00:00")]
    [InlineData("2026-03-01 24:00", "2026-03-02T00:00:00")]
    [InlineData("2026-12-31T23:59:60Z", "2027-01-01T00:00:00")]
    [InlineData("2026-03-01T08:00:00+01:00[Europe/Berlin]", "2026-03-01T07:00:00")]
    [InlineData("2026-07-01T08:00:00[Europe/Berlin]", "2026-07-01T06:00:00")]
    [InlineData("03/31/2026 06:28:03 +00:00", "2026-03-31T06:28:03")]
    [InlineData("31/03/2026 06:28:03 +00:00", "2026-03-31T06:28:03")]
    [InlineData("31.03.2026 06:28:03 +02:00", "2026-03-31T04:28:03")]
    [InlineData("3/31/2026 6:28:03 PM", "2026-03-31T18:28:03")]
    [InlineData("2026/03/31 06:28", "2026-03-31T06:28:00")]
    [InlineData("\"Tue, 31 Mar 2026 06:28:03 GMT\"", "2026-03-31T06:28:03")]
    [InlineData("\"2026-03-01 12:00:00,5\"", "2026-03-01T12:00:00.500000")]
    [InlineData("2026-03-01t12:00:00z", "2026-03-01T12:00:00")]
    [InlineData("2026-3-1 8:00 PM", "2026-03-01T20:00:00")]
    [InlineData("2026-03-01 12:00:00 +0200 UTC", "2026-03-01T10:00:00")]
    [InlineData("\"3/31/2026, 6:28:03 PM\"", "2026-03-31T18:28:03")]
    [InlineData("\"1.3.2026, 06:28:03\"", "2026-03-01T06:28:03")]
    [InlineData("\"Mar 31, 2026, 6:28:03 AM\"", "2026-03-31T06:28:03")]
    [InlineData("31 March 2026 06:28", "2026-03-31T06:28:00")]
    [InlineData("Sun Mar  1 06:28:03 2026", "2026-03-01T06:28:03")]
    [InlineData("Sun Mar 01 2026 06:28:03 GMT+0100 (Central European Standard Time)", "2026-03-01T05:28:03")]
    [InlineData("20260301T062803Z", "2026-03-01T06:28:03")]
    [InlineData("1772366400", "2026-03-01T12:00:00")]
    [InlineData("/Date(1772366400500)/", "2026-03-01T12:00:00.500000")]
    [InlineData("01/Mar/2026:12:00:00 +0100", "2026-03-01T11:00:00")]
    [InlineData("13/03/2026 12:00:00", "2026-03-13T12:00:00")]
    [InlineData("3-13-2026 12:00:00", "2026-03-13T12:00:00")]
    [InlineData("1772366400500", "2026-03-01T12:00:00.500000")]
    [InlineData("1772366400500000000", "2026-03-01T12:00:00.500000")]
    public void Times_are_read_in_the_formats_that_sources_use(string time, string stored)
    {
        _folder.Import($"timestamp,prompt_tokens\n{time},1\n");

        Assert.Equal([stored], _folder.Query("SELECT timestamp FROM telemetry"));
    }

    [Fact]
    public void A_damaged_archive_is_read_up_to_the_damage()
    {
        byte[] damaged = PackedSpans(1, 300);
        damaged.AsSpan(damaged.Length / 2).Fill(0xFF);

        ImportReport report = _folder.Import(damaged);

        Assert.InRange(report.Imported, 1, 299);
        Assert.True(report.Unreadable > 0);
    }

    [Fact]
    public void Archives_may_have_several_members_and_truncated_ones_are_incomplete()
    {
        byte[] first = PackedSpans(1, 20), whole = [.. first, .. PackedSpans(21, 20)];

        ImportReport cut = _folder.Import(whole[..^4]), complete = _folder.Import(whole), padded = _folder.Import([.. whole, .. new byte[512]]);

        Assert.Equal((40, true), (cut.Imported, cut.Incomplete));
        Assert.Equal((40, false), (complete.Duplicates, complete.Incomplete));
        Assert.Equal((40, false), (padded.Duplicates, padded.Incomplete));
        Assert.True(_folder.Import(first[..5]).Incomplete);
    }

    [Fact]
    public void A_quote_within_a_field_is_literal()
    {
        ImportReport report = _folder.Import(
            "timestamp,prompt_tokens,user_id\n2026-03-01T12:00:00,1,24\" screen\n2026-03-01T12:00:01,1,\"a \"\"b\"\",\nc\"\n2026-03-01T12:00:02,1,\"d\"e\n2026-03-01T12:00:03,1,f\n");

        Assert.Equal((3, 1, 5L), (report.Imported, report.Unreadable, report.UnreadableLines[0].LineNumber));
        Assert.Equal(["24\" screen", "a \"b\",\nc", "f"], _folder.Query("SELECT user_id FROM telemetry ORDER BY timestamp"));
    }

    [Fact]
    public void A_record_may_begin_with_a_number_sign_or_follow_zero_bytes()
    {
        ImportReport report = _folder.Import("user_id,timestamp,prompt_tokens\n#a,2026-03-01T12:00:00,1\n\"#b\",2026-03-01T12:00:01,1\n\0\0\"c\",2026-03-01T12:00:02,1\n");

        Assert.Equal((3, 0), (report.Imported, report.Unreadable));
        Assert.Equal(["#a", "#b", "c"], _folder.Query("SELECT user_id FROM telemetry ORDER BY timestamp"));
    }

    [Fact]
    public void An_unclosed_quote_affects_only_its_line()
    {
        string lines = string.Concat(Enumerable.Range(0, 3000).Select(number => $"2026-03-01T12:00:00,{number},x\n"));

        ImportReport report = _folder.Import("timestamp,prompt_tokens,user_id\n2026-03-01T12:00:00,1,\"open\n" + lines);

        Assert.Equal((3000, 1, 2L), (report.Imported, report.Unreadable, report.UnreadableLines[0].LineNumber));
    }

    [Theory]
    [InlineData("2026-03-01T12:00:00,\"u1,1\n", "", 0)]
    [InlineData("2026-03-01T12:00:00,\"u1,1\n", "2026-03-01T12:00:00,\"u9\",9\n", 1)]
    [InlineData("\"2026-03-01T12:00:00\",\"u1,1\n", "\"2026-03-01T12:00:00\",\"u9\",9\n", 1)]
    public void A_lost_quote_affects_only_its_line_wherever_the_next_quote_is(string lost, string closing, int more)
    {
        string Lines(int from) => string.Concat(Enumerable.Range(from, 40).Select(number => $"2026-03-01T12:00:00,u{number},{number}\n"));

        ImportReport report = _folder.Import("timestamp,user_id,prompt_tokens\n" + lost + Lines(100) + closing + Lines(200));

        Assert.Equal((80 + more, 1, 2L, false), (report.Imported, report.Unreadable, report.UnreadableLines[0].LineNumber, report.Incomplete));
    }

    [Fact]
    public void An_unfinished_quoted_field_is_not_a_lost_quote()
    {
        const string Whole = "timestamp,prompt_tokens,user_id\n2026-03-01T12:00:00,1,\"a\nb\"\n";

        ImportReport cut = _folder.Import(Whole[..^3]);

        Assert.Equal((0, 0, true, ErrorCode.ImportNothingFound), (cut.Read, cut.Unreadable, cut.Incomplete, cut.ProblemCode));
        Assert.Equal(1, _folder.Import(Whole).Imported);
    }

    [Fact]
    public void A_missing_file_is_reported() => Assert.Equal(ErrorCode.ImportFileUnreadable, Assert.Throws<TokenDashboardException>(() =>
    {
        using var importer = new TokenImporter(_folder.Database, ImportFormat.Auto, null, whatIf: false, CancellationToken.None);
        importer.Import(_folder.File("nowhere"));
    }).Code);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Waiting_for_a_pipe_can_be_canceled(bool isOpened)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes in folders.");
        string pipe = _folder.File("pipe");
        Pipes.Make(pipe);
        // A pipe that is open for reading and writing opens at once, and its readers never reach the end.
        using FileStream? writer = isOpened ? new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite) : null;
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        Task import = Task.Run(() =>
        {
            using var importer = new TokenImporter(_folder.Database, ImportFormat.Auto, null, whatIf: false, cancellation.Token);
            importer.Import(pipe);
        }, CancellationToken.None);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => import.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] PackedWithZstd(string content)
    {
        using var packed = new MemoryStream();
        using (var zstd = new CompressionStream(packed))
        {
            zstd.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
            zstd.Write(Encoding.UTF8.GetBytes(content));
        }
        return packed.ToArray();
    }

    private static byte[] PackedSpans(int firstId, int count) =>
        ImportFolder.Pack(string.Concat(Enumerable.Range(firstId, count).Select(id => Samples.Span(id, 1, 1))));
}
