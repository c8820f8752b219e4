namespace TokenDashboard.Pester.Tests;

/// <summary>The Pester tests, half of the files in each of two processes at once. Each test of Pester is a test here, with its name and message.</summary>
public class PesterTests
{
    // These take as long as all others together.
    private static readonly string[] Long = ["Examples.Tests.ps1", "Get-TokenUsage.Tests.ps1", "Help.Tests.ps1"];

    public static Task<IEnumerable<ITheoryDataRow>> Results => PesterRun.RunAsync(PesterRun.PowerShell, "6.2.0", PesterRun.Files.Except(Long));

    [Theory]
    [MemberData(nameof(Results), DisableDiscoveryEnumeration = true)]
    public void Test(string result, string message) => Show(result, message);

    /// <summary>Fails where Pester's test did not pass, with its message.</summary>
    internal static void Show(string result, string message) => Assert.True(result == "Passed", $"{result}: {message}");

    public class LongOnes
    {
        public static Task<IEnumerable<ITheoryDataRow>> Results => PesterRun.RunAsync(PesterRun.PowerShell, "6.2.0", Long);

        [Theory]
        [MemberData(nameof(Results), DisableDiscoveryEnumeration = true)]
        public void Test(string result, string message) => Show(result, message);
    }

    /// <summary>The Pester before, and tokendash: enough of each to see that both can run the tests.</summary>
    public class EarlierPesterInTokenDash
    {
        private static readonly string[] Some = ["Get-TokenStore.Tests.ps1", "Export-GrafanaDashboard.Tests.ps1"];

        public static Task<IEnumerable<ITheoryDataRow>> Results => PesterRun.RunAsync(PesterRun.TokenDash, "5.9.1", Some);

        [Theory]
        [MemberData(nameof(Results), DisableDiscoveryEnumeration = true)]
        public void Test(string result, string message) => Show(result, message);
    }
}
