using System.Diagnostics;

namespace TokenDashboard.Tests;

/// <summary>Named pipes among files; a program that opens one waits for another that writes.</summary>
internal static class Pipes
{
    internal static void Make(string path)
    {
        using Process make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
        Assert.Equal(0, make.ExitCode);
    }
}
