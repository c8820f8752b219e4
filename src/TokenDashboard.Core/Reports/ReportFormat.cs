namespace TokenDashboard.Reports;

/// <summary>The forms a report is written in.</summary>
public enum ReportFormat
{
    /// <summary>One HTML file that needs no other.</summary>
    Html,

    /// <summary>Markdown, as chats and pull requests show it.</summary>
    Markdown,
}
