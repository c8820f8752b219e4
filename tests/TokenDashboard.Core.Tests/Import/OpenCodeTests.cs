using CsCheck;
using Microsoft.Data.Sqlite;
using TokenDashboard.Import;

namespace TokenDashboard.Tests.Import;

/// <summary>Databases and messages of OpenCode, and their copies in forks.</summary>
public sealed class OpenCodeTests : IDisposable
{
    private const string OldModel = """ "modelID":"claude-sonnet-4-5","providerID":"anthropic","cost":0.01,"tokens":""";
    private const string Rest = """ "reasoning":0,"cache":{"read":0,"write":0} }""";

    private readonly ImportFolder _folder = new();
    private int _databases;

    [Fact]
    public void The_messages_of_both_versions_in_a_database_count_once()
    {
        string path = Database(
            [("msg_1", "ses_1", Old(0, 1000, 50)), ("msg_2", "ses_1", Old(60, 10, 5, more: ",\"summary\":true"))],
            // Version 2 replaces the time of completion by the time of the last change when it copies messages.
            [("msg_1", "ses_1", "assistant", New(0, 1000, 50, completed: 900)), ("msg_2", "ses_1", "compaction", "{}"),
                ("msg_20", "ses_5", "user", "{}"), ("msg_21", "ses_5", "assistant", New(100, 7000, 80))]);

        ImportReport report = Import(path);

        Assert.Equal((ImportFormat.OpenCode, 3, 8145L, 0), (report.Format, report.Imported, report.ImportedTokens, report.Unreadable));
        Assert.Equal("2026-11-01T08:01:40|ses_5||claude-sonnet-4-5|anthropic|chat|7000|80|7080|5000.0|1||msg_21||0|0|0|0.01", _folder.Requests()[^1]);
        Assert.Equal((0, 0), (Import(path).Imported, Import(path).Updated));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_messages_of_version_2_are_imported_without_those_of_version_1(bool hasOldTables)
    {
        ImportReport report = Import(Database(hasOldTables ? [] : null, [("msg_21", "ses_5", "assistant", New(100, 7000, 80))]));

        Assert.Equal((ImportFormat.OpenCode, 1, 7080L), (report.Format, report.Imported, report.ImportedTokens));
    }

    [Fact]
    public void A_database_without_answers_is_not_called_empty() =>
        Assert.Contains("has no requests", Import(Database([], [("msg_20", "ses_5", "user", "{}")])).Problem);

    [Fact]
    public void Forks_of_both_versions_count_once_in_the_original_session_whatever_the_order()
    {
        string old = Database(
            [("msg_1", "ses_1", Old(0, 1000, 50)), ("msg_2", "ses_1", Old(60, 2000, 60)), ("msg_8", "ses_2", Old(0, 1000, 50)), ("msg_9", "ses_2", Old(60, 2000, 60))],
            null);
        // Without the tables of version 1, and with a fork by version 2.
        string copied = Database(
            null,
            [("msg_1", "ses_1", "assistant", New(0, 1000, 50, completed: 70)), ("msg_8", "ses_2", "assistant", New(0, 1000, 50, completed: 80)),
                ("msg_b_1", "ses_3", "assistant", New(0, 1000, 50, completed: 70))]);
        string fork = Old(0, 1000, 50).Replace("{\"role\"", "{\"id\":\"msg_8\",\"sessionID\":\"ses_2\",\"role\""), original = fork.Replace("msg_8", "msg_1").Replace("ses_2", "ses_1");
        Gen.Shuffle((string[])[old, copied, fork, original]).ForAll(
            order =>
            {
                using var folder = new ImportFolder();
                foreach (string source in order)
                {
                    ImportReport report = source[0] == '{' ? folder.Import(source) : Import(source, folder);
                    Assert.Equal(report.Read, report.Imported + report.Updated + report.Duplicates);
                }
                Assert.Equal(["ses_1|1050", "ses_1|2060"], folder.Query("SELECT transaction_id || '|' || total_tokens FROM telemetry ORDER BY timestamp"));
            },
            iter: 8, threads: 1);
    }

    [Theory]
    [InlineData("012")]
    [InlineData("021")]
    [InlineData("102")]
    [InlineData("120")]
    [InlineData("201")]
    [InlineData("210")]
    public void A_message_that_was_imported_before_it_was_complete_counts_once(string order)
    {
        string[] copies = [Message("msg_1", 5, completed: false), Message("msg_1", 50), Message("msg_8", 50)];

        foreach (char copy in order)
            _folder.Import(copies[copy - '0']);
        ImportReport repeated = _folder.Import(string.Concat(copies));

        Assert.Equal(["msg_1|60"], _folder.Query("SELECT span_id || '|' || total_tokens FROM telemetry"));
        Assert.Equal((0, 0, 3, 0L), (repeated.Imported, repeated.Updated, repeated.Duplicates, repeated.ImportedTokens));
    }

    [Fact]
    public void Messages_that_differ_in_one_value_are_separate()
    {
        string message = Message("msg_1", 50);
        (string, string)[] changes = [("1793520000000", "1793520000001"), ("sonnet-4-5", "sonnet-4-6"), ("\"anthropic\"", "\"vertex\""), ("\"output\":50", "\"output\":51"), ("0.01", "0.02")];

        _folder.Import(message + string.Concat(changes.Select((change, i) => message.Replace("msg_1", $"msg_{i + 2}").Replace(change.Item1, change.Item2))));

        Assert.Equal(["6"], _folder.Query("SELECT count(*) FROM telemetry"));
    }

    public void Dispose() => _folder.Dispose();

    private static string Message(string id, int output, bool completed = true) =>
        $$$"""{"id":"{{{id}}}","sessionID":"ses_{{{id[^1]}}}","role":"assistant","time":{"created":1793520000000{{{(completed ? ",\"completed\":1793520005000" : "")}}}},"""
        + OldModel + $$$"""{"input":10,"output":{{{output}}},{{{Rest}}} }""" + "\n";

    private static string Old(int second, int input, int output, string more = "") =>
        $$$"""{"role":"assistant","time":{{{Time(second, second + 5)}}},{{{OldModel}}}{"total":{{{input + output}}},"input":{{{input}}},"output":{{{output}}},{{{Rest}}}{{{more}}} }""";

    private static string New(int second, int input, int output, int? completed = null) =>
        $$$"""{"time":{{{Time(second, completed ?? second + 5)}}},"agent":"build","model":{"id":"claude-sonnet-4-5","providerID":"anthropic"},"content":[],"""
        + $$$""" "cost":0.01,"tokens":{"input":{{{input}}},"output":{{{output}}},{{{Rest}}} }""";

    private static string Time(int from, int to) => $$"""{"created":{{1793520000000 + (from * 1000L)}},"completed":{{1793520000000 + (to * 1000L)}}}""";

    private ImportReport Import(string path, ImportFolder? folder = null)
    {
        using var importer = new TokenImporter((folder ?? _folder).Database, ImportFormat.Auto, null, false, CancellationToken.None);
        return importer.Import(path);
    }

    /// <summary>A database with the tables of version 1, version 2 or both.</summary>
    private string Database((string Id, string Session, string Data)[]? old, (string Id, string Session, string Type, string Data)[]? rows)
    {
        string path = _folder.File($"opencode{_databases++}.db");
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        if (old is not null)
            connection.Execute("CREATE TABLE session (id TEXT PRIMARY KEY); CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, data TEXT)");
        foreach ((string id, string session, string data) in old ?? Array.Empty<(string, string, string)>())
            connection.Execute($"INSERT INTO message VALUES ('{id}', '{session}', '{data}')");
        if (rows is not null)
            connection.Execute("CREATE TABLE session_v2 (id TEXT PRIMARY KEY); CREATE TABLE session_message (id TEXT PRIMARY KEY, session_id TEXT, type TEXT, data TEXT)");
        foreach ((string id, string session, string type, string data) in rows ?? Array.Empty<(string, string, string, string)>())
            connection.Execute($"INSERT INTO session_message VALUES ('{id}', '{session}', '{type}', '{data}')");
        return path;
    }
}
