namespace TokenDashboard.Telemetry;

/// <summary>The kinds of stored value that may be damaged.</summary>
[Flags]
internal enum UnreadableValue
{
    None = 0,
    Timestamp = 1,
    PromptTokens = 2,
    CompletionTokens = 4,
    TotalTokens = 8,
    Duration = 16,
    PolicyVerdict = 32,

    /// <summary>The duration is NULL: unknown rather than damaged, as in many imported requests.</summary>
    MissingDuration = 64,
    Tokens = PromptTokens | CompletionTokens | TotalTokens,
}
