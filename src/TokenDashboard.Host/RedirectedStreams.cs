using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TokenDashboard.Host;

/// <summary>Pipes and files carry UTF-8 without a byte order mark, whatever the console's code page is.</summary>
internal static class RedirectedStreams
{
    private const int StandardOutputDescriptor = 1;

    /// <summary>The error number of a write to a pipe that nobody reads any more, on Linux and macOS.</summary>
    private const int BrokenPipe = 32;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static void UseUtf8()
    {
        if (Console.IsOutputRedirected)
        {
            Console.SetOut(new StreamWriter(OpenOutput(), Utf8) { AutoFlush = true });
        }
        if (Console.IsErrorRedirected)
        {
            Console.SetError(new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true });
        }
        if (Console.IsInputRedirected)
        {
            Console.SetIn(new StreamReader(Console.OpenStandardInput(), Utf8));
        }
    }

    /// <summary>Whether a write failed because the reader has gone, as <c>head</c> does when it has seen enough.</summary>
    public static bool ReaderHasGone(IOException exception) => exception.HResult == BrokenPipe;

    /// <summary>
    /// The console's own stream goes on as if nothing were wrong when the reader of a pipe has gone, and a query would run to its end for nobody.
    /// A file keeps that stream: it may be shared with standard error, and a file stream of our own would write over what that one wrote.
    /// </summary>
    private static Stream OpenOutput()
    {
        if (!OperatingSystem.IsWindows())
        {
            var output = new FileStream(new SafeFileHandle(StandardOutputDescriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!output.CanSeek)
            {
                return output;
            }
        }
        return Console.OpenStandardOutput();
    }
}
