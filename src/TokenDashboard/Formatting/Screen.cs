using System.Management.Automation.Host;

namespace TokenDashboard.Formatting;

/// <summary>The terminal that shows what the session writes.</summary>
internal static class Screen
{
    private const int NarrowestWithBars = 70;
    private const int Wide = 119;

    /// <summary>Whether characters of bars can be shown: in a terminal that is not narrow and understands Unicode.</summary>
    internal static bool ShowsBars { get; } = !Console.IsOutputRedirected && Console.OutputEncoding.WebName.StartsWith("utf", StringComparison.OrdinalIgnoreCase) && Width(null) >= NarrowestWithBars;

    /// <summary>Whether a host has a terminal with room for the columns that narrow ones have not.</summary>
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
