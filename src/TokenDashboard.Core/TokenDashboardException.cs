namespace TokenDashboard;

/// <summary>An error with a stable name and a message that explains what to do.</summary>
/// <param name="code">The stable name.</param>
/// <param name="message">The problem and what to do, in full sentences. Control characters are removed.</param>
/// <param name="innerException">The cause, if any.</param>
/// <param name="target">The value that caused the error: a path, an address, a name.</param>
public sealed class TokenDashboardException(ErrorCode code, string message, Exception? innerException = null, object? target = null)
    : Exception(MessageText.Clean(message), innerException)
{
    /// <summary>The stable name of the error.</summary>
    public ErrorCode Code { get; } = code;

    /// <summary>The value that caused the error, or null.</summary>
    public object? Target { get; } = target;

    /// <summary>Whether the code belongs to an area, such as Store or Import.</summary>
    public bool IsAbout(string area) => Code.ToString().StartsWith(area, StringComparison.Ordinal);
}
