using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace TokenDashboard.Parameters;

/// <summary>What a session has been warned of, for warnings that it needs only once. Sessions of one process, such as jobs, do not see those of another.</summary>
internal static class SessionWarnings
{
    private static readonly ConditionalWeakTable<Runspace, HashSet<string>> Sessions = [];

    private static HashSet<string> Current => Sessions.GetOrCreateValue(Runspace.DefaultRunspace);

    /// <summary>Whether the runspace of this thread has been warned.</summary>
    internal static bool Has(string subject) => Current.Contains(subject);

    /// <summary>Notes that the runspace of this thread is warned; false if it was before.</summary>
    internal static bool Add(string subject) => Current.Add(subject);
}
