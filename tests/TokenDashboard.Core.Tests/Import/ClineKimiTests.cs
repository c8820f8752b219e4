namespace TokenDashboard.Tests.Import;

/// <summary>Sessions of Cline.</summary>
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

    public void Dispose() => _folder.Dispose();
}
