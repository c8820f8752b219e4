namespace TokenDashboard.Pester.Tests;

/// <summary>Runs the Pester tests in two parallel processes. Each Pester test is a test here, with its name and message.</summary>
public class PesterTests
{
    // These files take as long as all others together.
    private static readonly string[] Long = ["Culture.Tests.ps1", "Examples.Tests.ps1", "Help.Tests.ps1"];

    public static Task<IEnumerable<ITheoryDataRow>> Results => PesterRun.RunAsync(PesterRun.PowerShell, "6.2.0", PesterRun.Files.Except(Long));

    [Theory]
    [MemberData(nameof(Results), DisableDiscoveryEnumeration = true)]
    public void Test(string result, string message) => AssertPassed(result, message);

    /// <summary>Fails with the message of the Pester test if it did not pass.</summary>
    internal static void AssertPassed(string result, string message) => Assert.True(result == "Passed", $"{result}: {message}");

    public class LongRunning
    {
        public static Task<IEnumerable<ITheoryDataRow>> Results => PesterRun.RunAsync(PesterRun.PowerShell, "6.2.0", Long);

        [Theory]
        [MemberData(nameof(Results), DisableDiscoveryEnumeration = true)]
        public void Test(string result, string message) => AssertPassed(result, message);
    }

    /// <summary>Runs some of the tests with the previous Pester in tokendash, to prove that both can run them.</summary>
    public class EarlierPesterInTokenDash
    {
        private static readonly string[] Some = ["Get-TokenStore.Tests.ps1", "Export-GrafanaDashboard.Tests.ps1"];

        public static Task<IEnumerable<ITheoryDataRow>> Results => PesterRun.RunAsync(PesterRun.TokenDash, "5.9.1", Some);

        [Theory]
        [MemberData(nameof(Results), DisableDiscoveryEnumeration = true)]
        public void Test(string result, string message) => AssertPassed(result, message);
    }
}
