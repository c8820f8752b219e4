using System.Management.Automation.Host;

namespace TokenDashboard.Host;

/// <summary>Refuses to ask where nobody can answer: a scheduled script must fail, not wait.</summary>
internal static class NonInteractive
{
    /// <exception cref="HostException">Standard input is not a terminal.</exception>
    public static void ThrowIfNoTerminal(string question)
    {
        if (Console.IsInputRedirected)
        {
            throw new HostException(
                $"tokendash cannot ask for {question}, because standard input is not a terminal. Give the value as a parameter, or -Confirm:$false where a confirmation is asked for.");
        }
    }
}
