using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;

namespace TokenDashboard.Tests.Import;

public class ImportPropertyTests
{
    /// <summary>Bytes that can break readers when they replace other bytes.</summary>
    private static readonly byte[][] Damage =
    [
        .. ((string[])["\"\\ud800\":1,", "\\udfff", "\\u0000", "\"", "\"\"", "\\", "{", "}", "[[[", "]", ",", ",,", ":", "\r", "\n", "\r\n", "\0", "null", "NaN", "-Infinity", "1e999", "-1",
            "0.5", "1000000000001", "99999999999999999999", "0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "\ufeff", "\u2028", "é", "<synthetic>"]).Select(Encoding.UTF8.GetBytes),
        [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xFF, 0xFE], [0xF4, 0x90, 0x80, 0x80], [0x80],
    ];

    [Theory, MemberData(nameof(Samples.All), MemberType = typeof(Samples))]
    public void A_second_import_changes_nothing(string name, string content)
    {
        using var folder = new ImportFolder();
        ImportReport first = folder.Import(content);
        string[] requests = folder.Requests();

        ImportReport whatIf = folder.Import(content, whatIf: true);
        ImportReport second = folder.Import(content);

        Assert.True(first.Imported > 1, name);
        Assert.Equal((0, 0, first.Read), (second.Imported, second.Updated, second.Duplicates + second.Aggregates));
        Assert.Equal((0, 0, first.Read), (whatIf.Imported, whatIf.Updated, whatIf.Duplicates + whatIf.Aggregates));
        Assert.Equal(requests, folder.Requests());
    }

    [Theory, MemberData(nameof(Samples.All), MemberType = typeof(Samples))]
    public void A_growing_file_gives_the_same_requests_as_the_whole_file(string name, string content)
    {
        // The last record must be recognized as complete even without a line end.
        byte[] whole = Encoding.UTF8.GetBytes(content.TrimEnd('\n'));
        using var reference = new ImportFolder();
        reference.Import(whole);
        string[] expected = reference.Requests();
        Gen.Int[0, whole.Length].ForAll(
            cut =>
            {
                using var folder = new ImportFolder();
                ImportReport part = folder.Import(whole[..cut]);
                folder.Import(whole);
                Assert.Equal(0, part.Unreadable);
                Assert.Equal(expected, folder.Requests());
            },
            iter: 8, threads: 1, print: cut => $"{name} cut at {cut}");
    }

    [Fact]
    public void The_order_of_files_does_not_matter()
    {
        string[] files =
        [
            Samples.Reply("m1", "r1", 3, 1, "s1"), Samples.Reply("m1", "r1", 3, 200, "s2", sidechain: true),
            Samples.Reply("m1", "r1", 3, 9, "s3"), Samples.Reply("m2", "r2", 3, 9, "s3"), Samples.ObserviciaLog, Samples.Otlp,
        ];
        string[]? expected = null;
        Gen.Shuffle(files).ForAll(
            order =>
            {
                using var folder = new ImportFolder();
                foreach (string file in order)
                    folder.Import(file);
                expected ??= folder.Requests();
                Assert.Equal(expected, folder.Requests());
            },
            iter: 5, threads: 1);
    }

    [Fact]
    public void A_trace_split_across_files_counts_as_in_one_file()
    {
        // For each span: the distance back to its parent; its kind, which is an agent with tokens, an agent without tokens, or a request; and its file.
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 2], Gen.Int[0, 2]).Array[3, 9].Select(Gen.Shuffle((int[])[0, 1, 2]), (spans, order) => (spans, order)).ForAll(
            sample =>
            {
                string[] spans = [.. sample.spans.Select((span, i) => Samples.OtlpSpan(
                    $"s{i}",
                    span.Item1 <= i ? $"s{i - span.Item1}" : "",
                    i,
                    [("gen_ai.operation.name", span.Item2 == 2 ? "chat" : "invoke_agent"), .. (ReadOnlySpan<(string, object)>)(span.Item2 == 1 ? [] : [("gen_ai.usage.input_tokens", 1 << i)])])
                    // Each span also takes time outside its children.
                    .Replace($"\"endTimeUnixNano\":\"{1772366400001500000 + (i * 1000000000L)}\"", $"\"endTimeUnixNano\":\"{1772366400000000000 + (i * 1000000000L) + (1500000 >> (2 * i))}\""))];
                using ImportFolder whole = new(), cut = new();
                whole.Import(Samples.Export(spans));
                foreach (int file in sample.order)
                {
                    string part = Samples.Export([.. spans.Where((_, i) => sample.spans[i].Item3 == file)]);
                    ImportReport whatIf = cut.Import(part, ImportFormat.Otlp, whatIf: true), report = cut.Import(part, ImportFormat.Otlp);
                    Assert.Equal(report.Read, report.Imported + report.Duplicates + report.Aggregates);
                    Assert.Equal((report.Imported, report.Duplicates, report.Aggregates), (whatIf.Imported, whatIf.Duplicates, whatIf.Aggregates));
                }
                Assert.Equal(whole.Requests(), cut.Requests());
            },
            iter: 8, threads: 1);
    }

    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('\t')]
    public void Any_text_in_a_CSV_field_is_kept(char delimiter)
    {
        string Field(string text) => text.Any("\"\r\n,;\t ".Contains) ? $"\"{text.Replace("\"", "\"\"")}\"" : text;
        Gen.String[Gen.Char["a\",;\t\r\n #'|\\é日{"], 1, 6].Array[1, 50].ForAll(
            texts =>
            {
                using var folder = new ImportFolder();
                folder.Import($"user_id{delimiter}timestamp{delimiter}prompt_tokens{delimiter}model\n"
                    + string.Concat(texts.Select((text, i) => string.Join(delimiter, Field(text), $"2026-03-01T12:00:{i:00}", "1", Field(text)) + "\n")));
                // Line ends become one character, even those that were converted twice.
                string[] kept = [.. texts.Select(text => string.IsNullOrWhiteSpace(text) ? "" : Regex.Replace(text, "\r+\n", "\n"))];
                Assert.Equal(kept, folder.Query("SELECT user_id FROM telemetry ORDER BY timestamp"));
                Assert.Equal(kept, folder.Query("SELECT model FROM telemetry ORDER BY timestamp"));
            },
            iter: 5, threads: 1);
    }

    [Theory, MemberData(nameof(Samples.All), MemberType = typeof(Samples))]
    public void Damaged_files_are_reported(string name, string content)
    {
        byte[] whole = Encoding.UTF8.GetBytes(content);
        using var folder = new ImportFolder();
        ImportFormat format = folder.Import(whole).Format;
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Frequency((1, Gen.Byte.Array[0, 6]), (2, Gen.OneOfConst(Damage))), Gen.Int[0, 8]).Array[1, 6].ForAll(
            damages =>
            {
                var bytes = new List<byte>(whole);
                foreach ((int at, byte[] inserted, int removed) in damages)
                {
                    int from = Math.Min(at, bytes.Count);
                    bytes.RemoveRange(from, Math.Min(removed, bytes.Count - from));
                    bytes.InsertRange(from, inserted);
                }
                AssertReported(folder, [.. bytes], format);
            },
            iter: 12, threads: 1, print: damages => $"{name}: {string.Join("; ", damages.Select(d => $"{d.Item1}-{d.Item3}+{Convert.ToHexString(d.Item2)}"))}");
    }

    public static TheoryData<ImportFormat> Formats => [.. Enum.GetValues<ImportFormat>()];

    [Theory, MemberData(nameof(Formats))]
    public void Random_bytes_are_reported(ImportFormat format)
    {
        using var folder = new ImportFolder();
        Gen.Byte.Array[0, 3000].ForAll(bytes => AssertReported(folder, bytes, format), iter: 8, threads: 1);
    }

    [Theory, MemberData(nameof(Samples.All), MemberType = typeof(Samples))]
    public void Encoding_and_compression_do_not_matter(string name, string content)
    {
        using var reference = new ImportFolder();
        reference.Import(content);
        byte[] utf8 = Encoding.UTF8.GetBytes(content);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(utf8);
        byte[][] spellings =
        [
            [.. Encoding.UTF8.GetPreamble(), .. utf8], [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(content)],
            [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(content)],
            Encoding.Unicode.GetBytes(content), Encoding.BigEndianUnicode.GetBytes(content), Encoding.UTF8.GetBytes(content.Replace("\n", "\r\n")), packed.ToArray(),
        ];
        foreach (byte[] spelling in spellings)
        {
            using var folder = new ImportFolder();
            folder.Import(spelling);
            Assert.True(reference.Requests().SequenceEqual(folder.Requests()), name);
            Assert.Equal(0, folder.Import(content).Imported);
        }
    }

    private static void AssertReported(ImportFolder folder, byte[] bytes, ImportFormat format)
    {
        try
        {
            ImportReport report = folder.Import(bytes, format);
            Assert.Equal(report.Read, report.Imported + report.Updated + report.Duplicates + report.Aggregates);
            Assert.True(report.UnreadableLines.Count <= 10);
            Assert.All(report.UnreadableLines, line => Assert.False(line.Reason.Length > 200 || line.Reason.Any(char.IsControl), line.Reason));
        }
        catch (TokenDashboardException exception)
        {
            // The whole file is of the wrong kind.
            Assert.Contains(exception.Code, new[] { ErrorCode.ImportColumnMissing, ErrorCode.ImportFormatUnsupported, ErrorCode.ImportNotRequests });
        }
    }
}
