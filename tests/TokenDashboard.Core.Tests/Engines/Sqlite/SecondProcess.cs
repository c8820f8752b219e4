using System.Diagnostics;

namespace TokenDashboard.Tests.Engines.Sqlite;

/// <summary>The helper program of these tests, in a separate process.</summary>
internal sealed class SecondProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts it and waits until it has begun.</summary>
    public SecondProcess(params string[] arguments)
    {
        // The runtime that runs the tests also runs the program, wherever it is installed.
        string program = Path.Combine(AppContext.BaseDirectory, "TokenDashboard.SecondProcess.dll");
        _process = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("begun", _process.StandardOutput.ReadLine());
    }

    /// <summary>Kills it, as a system without free memory does.</summary>
    /// <returns>False if it had already ended.</returns>
    public bool Kill()
    {
        bool running = !_process.HasExited;
        _process.Kill();
        _process.WaitForExit();
        return running;
    }

    /// <summary>Asks it to end, and returns its output.</summary>
    public string End()
    {
        _process.StandardInput.Close();
        string output = _process.StandardOutput.ReadToEnd();
        _process.WaitForExit();
        return output;
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }
}
