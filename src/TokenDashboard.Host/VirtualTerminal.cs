using System.Runtime.InteropServices;

namespace TokenDashboard.Host;

/// <summary>Escape sequences: every Unix terminal reads them, a Windows console only after it was asked to.</summary>
internal static partial class VirtualTerminal
{
    private const int StandardOutput = -11;
    private const int StandardError = -12;
    private const uint EnableVirtualTerminalProcessing = 0x4;

    /// <summary>Whether escape sequences sent to the terminals of this process will be understood.</summary>
    public static bool TryEnable() => !OperatingSystem.IsWindows() || (TryEnable(StandardOutput) & TryEnable(StandardError));

    private static bool TryEnable(int stream)
    {
        nint handle = GetStdHandle(stream);
        // No console mode means the stream is redirected; nothing with escape sequences is sent there.
        return !GetConsoleMode(handle, out uint mode) || SetConsoleMode(handle, mode | EnableVirtualTerminalProcessing);
    }

    [LibraryImport("kernel32.dll")]
    private static partial nint GetStdHandle(int stream);

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint handle, out uint mode);

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint handle, uint mode);
}
