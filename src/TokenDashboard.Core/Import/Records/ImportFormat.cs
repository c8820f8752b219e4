namespace TokenDashboard;

/// <summary>The formats from which usage is imported.</summary>
public enum ImportFormat : long
{
    /// <summary>Detected from the content of each file.</summary>
    Auto,

    /// <summary>The log file of Observicia's exporter (one JSON span per line), or the CSV file that its converter creates from a log.</summary>
    Observicia,

    /// <summary>Another store: a SQLite database with the table telemetry.</summary>
    TokenStore,

    /// <summary>Any CSV file, with columns named by a map or by their headings.</summary>
    Csv,

    /// <summary>Any JSON with one object per request, with members named by a map or by their own names.</summary>
    Json,

    /// <summary>Requests that Export-Clixml wrote.</summary>
    Clixml,

    /// <summary>OTLP as JSON, in the format of the file exporter of an OpenTelemetry collector: spans, and events in logs.</summary>
    Otlp,

    /// <summary>Transcripts of Claude Code.</summary>
    ClaudeCode,

    /// <summary>Sessions of Codex.</summary>
    Codex,

    /// <summary>Telemetry files of GitHub Copilot, and other spans written as single JSON objects.</summary>
    Copilot,

    /// <summary>Sessions of GitHub Copilot CLI.</summary>
    CopilotCli,

    /// <summary>Sessions of Gemini CLI.</summary>
    GeminiCli,

    /// <summary>Sessions of Qwen Code.</summary>
    QwenCode,

    /// <summary>Messages of OpenCode: its SQLite database, or its older JSON files.</summary>
    OpenCode,

    /// <summary>Sessions of pi, and of OpenClaw: its SQLite database, or its older JSON lines.</summary>
    Pi,

    /// <summary>Messages of Cline's sessions.</summary>
    Cline,

    /// <summary>Sessions of Kimi Code.</summary>
    KimiCode,

    /// <summary>The usage that Cursor exports as CSV.</summary>
    Cursor,

    /// <summary>Spend logs of a LiteLLM proxy, as CSV or JSON.</summary>
    LiteLlm,

    /// <summary>Observations exported from Langfuse, as CSV or JSON.</summary>
    Langfuse,

    /// <summary>The activity log that OpenRouter exports as CSV.</summary>
    OpenRouter,
}
