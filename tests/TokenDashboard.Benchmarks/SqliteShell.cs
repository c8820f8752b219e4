using System.ComponentModel;
using System.Diagnostics;

namespace TokenDashboard.Benchmarks;

/// <summary>The program <c>sqlite3</c>.</summary>
internal static class SqliteShell
{
    /// <summary>The version, or null if it is not installed.</summary>
    public static string? Version { get; } = ReadVersion();

    public static bool IsInstalled => Version is not null;

    /// <summary>Runs statements and dot-commands on a database.</summary>
    /// <exception cref="InvalidOperationException">The program failed.</exception>
    public static string Run(string database, params string[] commands)
    {
        var start = new ProcessStartInfo("sqlite3", ["-bail", database, .. commands]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"sqlite3 ended with {process.ExitCode}.");
    }

    private static string? ReadVersion()
    {
        try
        {
            return Run(":memory:", "SELECT sqlite_version()").Trim();
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
