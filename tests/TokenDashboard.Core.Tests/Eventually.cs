namespace TokenDashboard.Testing;

/// <summary>Waits for the work of another thread.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Returns when the condition holds. Fails if it never does, because the run would not end.</summary>
    public static void Holds(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Patience), "What was waited for did not happen.");
}
