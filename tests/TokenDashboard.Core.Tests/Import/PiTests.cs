using System.Text;
using Microsoft.Data.Sqlite;
using TokenDashboard.Import;
using ZstdSharp;

namespace TokenDashboard.Tests.Import;

/// <summary>Sessions of pi and OpenClaw.</summary>
public sealed class PiTests : IDisposable
{
    private readonly ImportFolder _folder = new();

    private static string[] Lines => Samples.Pi.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void A_session_counts_its_requests_compactions_failures_and_other_usage()
    {
        ImportReport report = _folder.Import(Samples.Pi);

        Assert.Equal((ImportFormat.Pi, 5, 0), (report.Format, report.Imported, report.Unreadable));
        Assert.Equal(
            [
                "2026-03-01T12:00:02.096000|s1||claude-sonnet-4-5|anthropic|chat|10100|501|10601|51.0|1||a3||6000|3000|100|0.028365",
                "2026-03-01T12:00:05|s1||gpt-5.2|openai|chat|10300|503|10803|79.0|1||a6||4000|300|200|0.018242",
                "2026-03-01T12:00:06|s1||gpt-5.2|openai|chat|20900|1009|21909|-|1||a7||8000|600|400|0.037051",
                "2026-03-01T12:00:07|s1||gpt-5.2|openai|chat|0|0|0|38.0|0||a8||0|0|-|0.0",
                "2026-03-01T12:00:08|s1||claude-sonnet-4-5|anthropic|chat|50000|0|50000|-|1||a9||50000|0|-|0.015",
            ],
            _folder.Requests());
        Assert.Equal(["2000"], _folder.Query("SELECT hour_cache_write_tokens FROM tokendash_request_detail WHERE hour_cache_write_tokens > 0"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fork_counts_the_entries_that_it_copied_once_in_the_original_session(bool forkFirst)
    {
        string[] fork =
        [
            Lines[0].Replace("s1", "s2").Replace("T12", "T13").Replace("\"cwd\"", "\"parentSession\":\"/p/s1.jsonl\",\"cwd\""), .. Lines[1..8],
            Lines[3].Replace("T12", "T13").Replace("17723664", "17723700").Replace("a3", "b1"),
        ];

        foreach (string file in forkFirst ? [string.Join('\n', fork), Samples.Pi] : (string[])[Samples.Pi, string.Join('\n', fork)])
            _folder.Import(file);

        Assert.Equal(["s1|5", "s2|1"], _folder.Query("SELECT transaction_id || '|' || count(*) FROM telemetry GROUP BY transaction_id"));
    }

    [Fact]
    public void A_session_of_version_1_counts_once_after_pi_added_ids_to_its_entries()
    {
        _folder.Import(string.Join('\n', Lines.Select(line => System.Text.RegularExpressions.Regex.Replace(line, "\"id\":\"a[0-9]\",\"parentId\":[^,]*,", ""))));

        ImportReport report = _folder.Import(Samples.Pi);

        Assert.Equal((0, 5), (report.Imported, report.Duplicates));
    }

    [Theory]
    [InlineData("\"timestamp\":1772366405000,", "2026-03-01T12:00:05.100000")]
    [InlineData("\"timestamp\":\"2026-03-01T12:00:05.100Z\",", "2026-03-01T12:00:05")]
    public void One_time_is_sufficient(string missing, string expected)
    {
        string line = Lines[6].Replace(missing, "");

        _folder.Import($"{Lines[0]}\n{line}\n{line.Replace("12:00:05", "12:00:55").Replace("6405000", "6455000")}\n");

        Assert.Equal([expected, expected.Replace(":05", ":55")], _folder.Query("SELECT timestamp FROM telemetry ORDER BY timestamp"));
    }

    [Fact]
    public void Usage_that_can_be_in_another_session_and_requests_that_have_not_ended_are_not_counted()
    {
        ImportReport report = _folder.Import(string.Join('\n', Lines[..5])
            .Replace("\"isError\":false", "\"isError\":false,\"usage\":{\"input\":10,\"output\":20,\"cacheRead\":0,\"cacheWrite\":0}").Replace("toolUse", "deferred") + '\n' + Lines[6] + '\n');

        Assert.Equal((1, 10803L), (report.Imported, report.ImportedTokens));
        Assert.StartsWith("Results of tools with the tokens of other models", Assert.Single(report.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_was_cut_affects_only_itself()
    {
        ImportReport cut = _folder.Import(Samples.Pi[..Samples.Pi.IndexOf("\"reasoning\":400", StringComparison.Ordinal)]), joined = _folder.Import(Lines[3][..300] + '\n' + Lines[6] + '\n');

        Assert.Equal((2, 0, true), (cut.Imported, cut.Unreadable, cut.Incomplete));
        Assert.Equal((ImportFormat.Pi, 1, 1), (joined.Format, joined.Duplicates, joined.Unreadable));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_database_of_OpenClaw_has_the_same_entries(bool isCompressed)
    {
        string path = _folder.File("openclaw-agent.sqlite");
        using var compressor = new Compressor();
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            connection.Execute($"CREATE TABLE transcript_events (session_id TEXT, seq INTEGER, event_json TEXT{(isCompressed ? ", event_zstd BLOB" : "")}, PRIMARY KEY (session_id, seq))");
            for (int i = 0; i < Lines.Length; i++)
            {
                // Short entries are not compressed.
                string column = isCompressed && Lines[i].Length > 400 ? "event_zstd" : "event_json";
                string value = column == "event_json" ? $"'{Lines[i]}'" : $"X'{Convert.ToHexString(compressor.Wrap(Encoding.UTF8.GetBytes(Lines[i])))}'";
                connection.Execute($"INSERT INTO transcript_events (session_id, seq, {column}) VALUES ('s1', {i}, {value})");
            }
            connection.Execute($"INSERT INTO transcript_events (session_id, seq, event_json) VALUES ('s9', 0, {(isCompressed ? "X'28B52FFD00'" : "'{'")})");
        }
        using var importer = new TokenImporter(_folder.Database, ImportFormat.Auto, null, false, CancellationToken.None);

        ImportReport report = importer.Import(path), session = _folder.Import(Samples.Pi);

        Assert.Equal((ImportFormat.Pi, 5, 1), (report.Format, report.Imported, report.Unreadable));
        Assert.Equal((0, 5), (session.Imported, session.Duplicates));
    }

    public void Dispose() => _folder.Dispose();
}
