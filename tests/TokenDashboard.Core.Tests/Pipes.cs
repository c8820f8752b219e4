using System.Diagnostics;

namespace TokenDashboard.Tests;

/// <summary>Creates named pipes. A program that opens one waits for a writer.</summary>
internal static class Pipes
{
    internal static void Make(string path)
    {
        using Process make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
        Assert.Equal(0, make.ExitCode);
    }
}
