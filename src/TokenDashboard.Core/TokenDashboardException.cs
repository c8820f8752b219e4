namespace TokenDashboard;

/// <summary>A failure with a stable name and a message that says what to do next.</summary>
/// <param name="code">The stable name.</param>
/// <param name="message">What happened and what to do, in full sentences. What a terminal would obey is taken out.</param>
/// <param name="innerException">The cause, where there is one.</param>
/// <param name="target">The value the failure is about: a path, an address, a name.</param>
public sealed class TokenDashboardException(ErrorCode code, string message, Exception? innerException = null, object? target = null)
    : Exception(MessageText.Clean(message), innerException)
{
    /// <summary>The stable name of the failure.</summary>
    public ErrorCode Code { get; } = code;

    /// <summary>The value the failure is about, or null.</summary>
    public object? Target { get; } = target;

    /// <summary>Whether the code begins with the word of an area, such as Store or Import.</summary>
    public bool IsAbout(string area) => Code.ToString().StartsWith(area, StringComparison.Ordinal);
}
