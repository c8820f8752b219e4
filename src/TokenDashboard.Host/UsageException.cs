namespace TokenDashboard.Host;

/// <summary>The command line cannot be understood.</summary>
/// <param name="message">What is wrong with it.</param>
internal sealed class UsageException(string message) : Exception(message);
