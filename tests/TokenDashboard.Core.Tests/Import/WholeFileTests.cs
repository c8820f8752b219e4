using System.Globalization;
using System.Text;

namespace TokenDashboard.Tests.Import;

/// <summary>Values of a record whose meaning only other records of its file can show.</summary>
public sealed class WholeFileTests : IDisposable
{
    private readonly CultureInfo _culture = CultureInfo.CurrentCulture;
    private readonly ImportFolder _folder = new();

    [Theory]
    [InlineData('/', "en-US", false)]
    [InlineData('/', "en-US", true)]
    [InlineData('-', "en-US", false)]
    [InlineData('-', "nl-NL", false)]
    public void The_first_unambiguous_date_decides_the_date_order_of_the_file(char mark, string culture, bool packed)
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        string dayFirst = Csv("alice", day => $"{day:00}{mark}10{mark}2026 08:00"), monthFirst = Csv("bob", day => $"10{mark}{day:00}{mark}2026 08:00");

        ImportReport[] reports = [.. new[] { dayFirst, monthFirst }.Select(csv => _folder.Import(packed ? ImportFolder.Pack(csv) : Encoding.UTF8.GetBytes(csv)))];

        Assert.Equal([15000, 15000], reports.Select(report => report.Imported));
        Assert.Equal(["2026-10"], _folder.Query("SELECT DISTINCT substr(timestamp, 1, 7) FROM telemetry"));
        Assert.Equal(["15"], _folder.Query("SELECT count(DISTINCT timestamp) FROM telemetry"));

        // With 1,000 requests a day, the first days exceed what is read at once.
        static string Csv(string user, Func<int, string> time) => "timestamp,prompt_tokens,user_id\n"
            + string.Concat(Enumerable.Range(0, 15000).Select(row => $"{time(1 + (row / 1000))},{row + 1},{user}-of-a-long-name\n"));
    }

    [Fact]
    public void The_same_rule_applies_to_dates_in_JSON()
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("en-US");

        _folder.Import("""
            {"timestamp":"01/11/2026 08:00:00","prompt_tokens":1}
            {"timestamp":"13/11/2026 08:00:00","prompt_tokens":2}

            """);

        Assert.Equal(["2026-11-01T08:00:00", "2026-11-13T08:00:00"], _folder.Query("SELECT timestamp FROM telemetry ORDER BY 1"));
    }

    [Theory]
    [InlineData("timestamp,input_tokens,output_tokens,cache_read_input_tokens,cache_creation_input_tokens", "953 1050 1950 5950", 0)]
    [InlineData("timestamp,prompt_tokens,output_tokens,cache_read_input_tokens,cache_creation_input_tokens", "953 1050 1000 5000", 1)]
    [InlineData("timestamp,prompt_tokens,output_tokens,cached_tokens,user_id", "903 1000 1000 5000", 1)]
    public void Anthropic_column_names_exclude_cache_tokens_from_input_tokens(string columns, string prompts, int notes)
    {
        ImportReport report = _folder.Import($"{columns}\n{string.Concat(new[] { 3, 100, 1000, 5000 }.Select((tokens, second) => $"2026-03-01T08:00:0{second},{tokens},7,900,50\n"))}");

        Assert.Equal(prompts, string.Join(' ', _folder.Query("SELECT prompt_tokens FROM telemetry ORDER BY timestamp")));
        Assert.Equal(notes, report.Notes.Count);
    }

    [Theory]
    [InlineData("\t", "1,25", "1.25")]
    [InlineData("\t", "1.234,56", "1234.56")]
    [InlineData(";", "1.234,56", "1234.56")]
    [InlineData(";", "1,234.56", "1234.56")]
    [InlineData("|", "0.125", "0.125")]
    [InlineData(",", "\"1,234.56\"", "1234.56")]
    [InlineData(",", "1٫5", "1.5")]
    [InlineData("؛", "1٫5", "1.5")]
    [InlineData(";", "1/5", "1.5")]
    public void The_last_separator_in_a_number_is_the_decimal_separator(string delimiter, string cost, string stored)
    {
        ImportReport report = _folder.Import(string.Join(delimiter, "timestamp", "prompt_tokens", "cost") + "\n" + string.Join(delimiter, "2026-03-01T08:00:00", "1", cost) + "\n");

        Assert.Equal(1, report.Imported);
        Assert.Equal([stored], _folder.Query("SELECT cost FROM tokendash_request_detail"));
    }

    [Theory]
    [InlineData("\t")]
    [InlineData(";")]
    public void Ambiguous_token_counts_are_unreadable(string delimiter)
    {
        ImportReport report = _folder.Import(string.Join(delimiter, "timestamp", "prompt_tokens", "user_id") + "\n" + string.Join(delimiter, "2026-03-01T08:00:00", "2.000", "alice") + "\n");

        Assert.Equal((0, 1), (report.Imported, report.Unreadable));
    }

    [Theory]
    // A complete but invalid record is not an unfinished one.
    [InlineData("{\"timestamp\":\"2026-03-01T08:00:00\",\"prompt_tokens\":1}\n{\"timestamp\":\"2026-03-01T08:00:00\",\"prompt_tokens\":-5}", 1, false)]
    [InlineData("{\"timestamp\":\"2026-03-01T08:00:00\",\"prompt_tokens\":1}\n{\"timestamp\":\"2026-03-01T08:00:00\",\"prompt_tok", 0, true)]
    [InlineData("timestamp,prompt_tokens\n2026-03-01T08:00:00,1\nyesterday,7", 1, true)]
    [InlineData("timestamp,prompt_tokens\n2026-03-01T08:00:00,1\n2026-03", 0, true)]
    public void An_unterminated_last_line_is_incomplete_only_if_it_may_continue(string content, int unreadable, bool incomplete)
    {
        ImportReport report = _folder.Import(content);

        Assert.Equal((1, unreadable, incomplete), (report.Imported, report.Unreadable, report.Incomplete));
    }

    [Fact]
    public void A_page_above_the_limit_is_not_reported_as_empty()
    {
        ImportReport report = _folder.Import(
            Encoding.UTF8.GetBytes("{\"data\":[" + string.Join(',', Enumerable.Repeat("{\"timestamp\":\"2026-03-01T08:00:00\",\"prompt_tokens\":1}", 100)) + "]}\n"), maxLineBytes: 2000);

        Assert.Equal((ErrorCode.ImportNothingFound, 1), (report.ProblemCode!.Value, report.Unreadable));
        Assert.DoesNotContain("is empty", report.Problem);
        Assert.Contains("jq", report.Problem);
    }

    [Fact]
    public void A_requests_array_is_a_page_but_a_requests_count_is_rejected()
    {
        Assert.Equal(2, _folder.Import("""{"requests":[{"timestamp":"2026-11-01T08:00:00Z","prompt_tokens":1},{"timestamp":"2026-11-01T08:00:01Z","prompt_tokens":1}]}""").Imported);
        Assert.Contains(
            "name requests shows",
            Assert.Throws<TokenDashboardException>(() => _folder.Import("""{"timestamp":"2026-11-01T08:00:00Z","requests":5,"prompt_tokens":1}""")).Message);
    }

    [Fact]
    public void A_truncated_archive_is_incomplete_even_if_its_end_looks_valid()
    {
        byte[] packed = ImportFolder.Pack(
            "timestamp,prompt_tokens\n" + string.Concat(Enumerable.Range(0, 5000).Select(row => $"2026-03-01T08:{row / 60 % 60:00}:{row % 60:00},{row * 7919L % 100003}\n")));
        // The archive is stored uncompressed in blocks, so that zeros can precede the cut.
        byte[] cut = [.. packed[..(packed.Length / 2)], 0, 0, 0, 0, 5, 0, 0, 0];

        ImportReport report = _folder.Import(cut);

        Assert.InRange(report.Imported, 1, 4999);
        Assert.True(report.Incomplete);
        Assert.False(_folder.Import(packed).Incomplete);
        Assert.False(_folder.Import([.. packed, .. ImportFolder.Pack("2026-03-02T08:00:00,1\n")]).Incomplete);
    }

    public void Dispose()
    {
        CultureInfo.CurrentCulture = _culture;
        _folder.Dispose();
    }
}
