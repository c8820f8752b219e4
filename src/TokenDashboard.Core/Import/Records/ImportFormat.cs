namespace TokenDashboard.Import.Records;

/// <summary>The formats usage is imported from.</summary>
public enum ImportFormat : long
{
    /// <summary>Told by the content of each file.</summary>
    Auto,

    /// <summary>The log file of Observicia's exporter (one JSON span a line), or the CSV file its converter makes of one.</summary>
    Observicia,

    /// <summary>Another store: a SQLite database with the table telemetry.</summary>
    TokenStore,

    /// <summary>Any CSV file, its columns named by a map or by their own headings.</summary>
    Csv,

    /// <summary>Any JSON of one object a request, its members named by a map or by their own names.</summary>
    Json,

    /// <summary>Requests as Export-Clixml writes them.</summary>
    Clixml,

    /// <summary>OTLP as JSON, as the file exporter of an OpenTelemetry collector writes it: spans, and events in logs.</summary>
    Otlp,

    /// <summary>Transcripts of Claude Code.</summary>
    ClaudeCode,

    /// <summary>Sessions of Codex.</summary>
    Codex,

    /// <summary>Files of GitHub Copilot's telemetry, and other spans written one by one as JSON.</summary>
    Copilot,

    /// <summary>Sessions of Gemini CLI.</summary>
    GeminiCli,

    /// <summary>Sessions of Qwen Code.</summary>
    QwenCode,

    /// <summary>Messages of OpenCode: its SQLite database, or its older JSON files.</summary>
    OpenCode,

    /// <summary>The usage that Cursor exports as CSV.</summary>
    Cursor,

    /// <summary>Spend logs of a LiteLLM proxy, as CSV or JSON.</summary>
    LiteLlm,

    /// <summary>Observations exported from Langfuse, as CSV or JSON.</summary>
    Langfuse,

    /// <summary>The activity log that OpenRouter exports as CSV.</summary>
    OpenRouter,
}
