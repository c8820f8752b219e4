namespace TokenDashboard.Tests.Import;

/// <summary>Sessions of Cline and Kimi Code.</summary>
public sealed class ClineKimiTests : IDisposable
{
    private readonly ImportFolder _folder = new();

    [Fact]
    public void Each_reply_in_a_session_of_Cline_is_a_request()
    {
        ImportReport report = _folder.Import(Samples.Cline);

        Assert.Equal((ImportFormat.Cline, 2, 0), (report.Format, report.Imported, report.Unreadable));
        Assert.Equal(
            [
                "2026-03-01T12:00:02|s1||claude-sonnet-4-5|anthropic|chat|10100|501|10601|-|1||msg_a||6000|3000|-|0.023865",
                "2026-03-01T12:00:05|s1||gpt-4.1|openai-compatible|chat|11200|512|11712|-|1||msg_b||4000|0|-|-",
            ],
            _folder.Requests());
    }

    [Fact]
    public void A_resumed_session_of_Cline_adds_only_its_new_replies_and_mentions_compactions()
    {
        _folder.Import(Samples.Cline);

        ImportReport report = _folder.Import(Samples.Cline.Replace("\"id\": \"u1\", ", "\"id\": \"u1\", \"metadata\": { \"kind\": \"compaction\", \"messagesRemoved\": 4 }, ")
            .Replace("  ],\n", """
                  , { "id": "msg_c", "role": "assistant", "content": [], "ts": 1772366409000, "modelInfo": { "id": "gpt-4.1" }, "metrics": { "inputTokens": 7, "outputTokens": 2 } }
                  ],

                """));

        Assert.Equal((1, 2, 9L), (report.Imported, report.Duplicates, report.ImportedTokens));
        Assert.StartsWith("Compactions", Assert.Single(report.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_of_Kimi_Code_counts_each_record_once_with_the_model_of_its_request()
    {
        ImportReport report = _folder.Import(Samples.KimiCode);

        Assert.Equal((ImportFormat.KimiCode, 3, 0), (report.Format, report.Imported, report.Unreadable));
        Assert.Equal(
            [
                "2026-03-01T12:00:01|msg_p1||kimi-k2.5||chat|10100|501|10601|1500.0|1||||4000|0|-|-",
                "2026-03-01T12:00:04|msg_p1||claude-sonnet-4-5||chat|10300|503|10803|1000.0|1||||6000|3000|-|-",
                "2026-03-01T12:00:06|msg_p1||kimi-k2.5||chat|12000|520|12520|1000.0|1||||4000|0|-|-",
            ],
            _folder.Requests());
    }

    [Fact]
    public void The_history_of_a_fork_of_Kimi_Code_counts_once()
    {
        _folder.Import(Samples.KimiCode);

        ImportReport fork = _folder.Import(Samples.KimiCode + """
            {"type":"forked","agentId":"main","time":1772366408000}
            {"type":"usage.record","agentId":"main","model":"kimi/k","usage":{"inputOther":7,"output":2,"inputCacheRead":0,"inputCacheCreation":0},"usageScope":"turn","time":1772366409000}

            """);

        Assert.Equal((1, 3), (fork.Imported, fork.Duplicates));
        Assert.Equal(["kimi/k"], _folder.Query("SELECT model FROM telemetry WHERE total_tokens = 9"));
    }

    public void Dispose() => _folder.Dispose();
}
