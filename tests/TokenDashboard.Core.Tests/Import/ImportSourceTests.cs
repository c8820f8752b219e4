using System.IO.Compression;
using System.Text;
using TokenDashboard.Import;

namespace TokenDashboard.Tests.Import;

public sealed class ImportSourceTests : IDisposable
{
    private readonly ImportFolder _folder = new();

    [Theory]
    [InlineData("28B52FFD000000", "zstd")]
    [InlineData("504B0304000000", "zip")]
    [InlineData("0A8001 0A1000000000", "protobuf")]
    [InlineData("000000FF 0A7D0A10000000", "protobuf")]
    [InlineData("53514C69746520666F726D6174203300", "SQLite")]
    public void What_is_not_read_is_refused_in_words(string hex, string word)
    {
        var failure = Assert.Throws<TokenDashboardException>(() => _folder.Import(Convert.FromHexString(hex.Replace(" ", ""))));

        Assert.Equal(ErrorCode.ImportFormatUnsupported, failure.Code);
        Assert.Contains(word, failure.Message);
    }

    [Fact]
    public void A_line_beyond_the_limit_is_skipped_and_the_next_one_read()
    {
        byte[] content = Encoding.UTF8.GetBytes(Samples.Span(1, 1, 1) + "{\"type\": \"" + new string('x', 9000) + "\n" + Samples.Span(2, 1, 1));

        ImportReport report = _folder.Import(content, maxLineBytes: 2000);

        Assert.Equal((2, 1, 2L), (report.Imported, report.Unreadable, report.UnreadableLines[0].LineNumber));
    }

    [Fact]
    public void Deep_JSON_and_a_broken_line_are_unreadable_and_the_next_line_is_read()
    {
        ImportReport report = _folder.Import(Samples.Span(1, 1, 1) + string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "\n{\"type\": \"span\"\n{} {}\n\n\0\0\n" + Samples.Span(2, 1, 1));

        Assert.Equal((2, 3), (report.Imported, report.Unreadable));
        Assert.Equal([2L, 3L, 4L], report.UnreadableLines.Select(line => line.LineNumber));
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00")]
    [InlineData("9999-12-31T23:59:59.9999999")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("2026-02-30T00:00:00")]
    [InlineData("yesterday")]
    [InlineData("NaN")]
    [InlineData("-1")]
    [InlineData("")]
    public void A_time_that_is_none_makes_a_record_unreadable(string time)
    {
        ImportReport report = _folder.Import($"timestamp,prompt_tokens\n{time},1\n2026-03-01T12:00:00,2\n");

        Assert.Equal((1, 1), (report.Imported, report.Unreadable));
    }

    [Theory]
    [InlineData("2026-03-01 12:00:00.1234567Z", "2026-03-01T12:00:00.123456")]
    [InlineData("2026-03-01T12:00:00+05:30", "2026-03-01T06:30:00")]
    [InlineData("2026-03-01 12:00:00.5+00", "2026-03-01T12:00:00.500000")]
    [InlineData("1772366400", "2026-03-01T12:00:00")]
    [InlineData("1772366400500", "2026-03-01T12:00:00.500000")]
    [InlineData("1772366400500000000", "2026-03-01T12:00:00.500000")]
    public void A_time_is_read_in_the_spellings_sources_use(string time, string stored)
    {
        _folder.Import($"timestamp,prompt_tokens\n{time},1\n");

        Assert.Equal([stored], _folder.Query("SELECT timestamp FROM telemetry"));
    }

    [Fact]
    public void A_damaged_archive_gives_what_comes_before_the_damage()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression))
        {
            for (int id = 1; id <= 300; id++)
            {
                gzip.Write(Encoding.UTF8.GetBytes(Samples.Span(id, 1, 1)));
            }
        }
        byte[] damaged = packed.ToArray();
        damaged.AsSpan(damaged.Length / 2).Fill(0xFF);

        ImportReport report = _folder.Import(damaged);

        Assert.InRange(report.Imported, 1, 299);
        Assert.True(report.Unreadable > 0);
    }

    [Fact]
    public void A_quote_that_is_never_closed_takes_no_more_than_its_share()
    {
        string lines = string.Concat(Enumerable.Range(0, 3000).Select(number => $"2026-03-01T12:00:00,{number},x\n"));

        ImportReport report = _folder.Import("timestamp,prompt_tokens,user_id\n2026-03-01T12:00:00,1,\"open\n" + lines);

        Assert.Equal((2001, 1), (report.Imported, report.Unreadable));
        Assert.Equal(2, report.UnreadableLines[0].LineNumber);
    }

    [Fact]
    public void A_file_that_is_not_there_is_said() => Assert.Equal(ErrorCode.ImportFileUnreadable, Assert.Throws<TokenDashboardException>(() =>
    {
        using var importer = new TokenImporter(_folder.Database, ImportFormat.Auto, null, whatIf: false, CancellationToken.None);
        importer.Import(_folder.File("nowhere"));
    }).Code);

    public void Dispose() => _folder.Dispose();
}
