using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace TokenDashboard.Parameters;

/// <summary>The warnings that a session has already shown, if it needs them only once. Sessions of one process, such as jobs, do not share them.</summary>
internal static class SessionWarnings
{
    private static readonly ConditionalWeakTable<Runspace, HashSet<string>> Sessions = [];

    /// <summary>Records that the runspace of this thread has been warned; false if it was warned before.</summary>
    internal static bool Add(string subject) => Sessions.GetOrCreateValue(Runspace.DefaultRunspace).Add(subject);
}
