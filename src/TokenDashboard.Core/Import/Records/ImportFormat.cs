namespace TokenDashboard.Import.Records;

/// <summary>The formats usage is imported from.</summary>
public enum ImportFormat
{
    /// <summary>Told by the content of each file.</summary>
    Auto,

    /// <summary>The log file of Observicia's exporter (one JSON span a line), or the CSV file its converter makes of one.</summary>
    Observicia,

    /// <summary>Any CSV file, its columns named by a map or by their own headings.</summary>
    Csv,

    /// <summary>OTLP JSON lines, as the file exporter of an OpenTelemetry collector writes them.</summary>
    Otlp,

    /// <summary>Transcripts of Claude Code.</summary>
    ClaudeCode,

    /// <summary>Spend logs of a LiteLLM proxy, as CSV or JSON lines.</summary>
    LiteLlm,
}
