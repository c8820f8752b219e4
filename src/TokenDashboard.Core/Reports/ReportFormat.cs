namespace TokenDashboard;

/// <summary>The formats of a report.</summary>
public enum ReportFormat
{
    /// <summary>A self-contained HTML file.</summary>
    Html,
    /// <summary>Markdown for chats and pull requests.</summary>
    Markdown,
}
