namespace TokenDashboard.Testing;

/// <summary>Waits for what another thread does.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Returns when the condition holds, and fails where it never does, which would keep the run from ending.</summary>
    public static void Holds(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Patience), "What was waited for did not happen.");
}
