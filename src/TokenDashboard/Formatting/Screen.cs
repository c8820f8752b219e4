using System.Management.Automation.Host;

namespace TokenDashboard.Formatting;

internal static class Screen
{
    private const int NarrowestWithBars = 70;
    private const int Wide = 119;

    /// <summary>Whether bars can be shown: in a terminal that supports Unicode and is not narrow.</summary>
    internal static bool ShowsBars { get; } = !Console.IsOutputRedirected && Console.OutputEncoding.WebName.StartsWith("utf", StringComparison.OrdinalIgnoreCase) && Width(null) >= NarrowestWithBars;

    /// <summary>Whether a host has a terminal that is wide enough for the additional columns.</summary>
    internal static bool IsWide(PSHost host) => !Console.IsOutputRedirected && Width(host) >= Wide;

    private static int Width(PSHost? host)
    {
        try
        {
            return host?.UI?.RawUI?.BufferSize.Width ?? Console.WindowWidth;
        }
        catch (Exception exception) when (exception is HostException or IOException or NotImplementedException or PlatformNotSupportedException)
        {
            return 0;
        }
    }
}
