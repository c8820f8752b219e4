using System.Management.Automation;
using System.Reflection;
using System.Runtime.InteropServices;

namespace TokenDashboard.Host;

/// <summary>tokendash: the PowerShell engine with the TokenDashboard module, where PowerShell is not installed.</summary>
internal static class Program
{
    private const int UsageError = 64;

    private static int Main(string[] words)
    {
        RedirectedStreams.UseUtf8();
        Arguments arguments;
        try
        {
            arguments = Arguments.Parse(words);
            if (arguments.Request == Request.File && !File.Exists(arguments.Text))
            {
                throw new UsageException($"There is no script {Path.GetFullPath(arguments.Text)}.");
            }
        }
        catch (UsageException exception)
        {
            Console.Error.WriteLine(exception.Message);
            Console.Error.WriteLine(Arguments.Usage);
            return UsageError;
        }
        switch (arguments.Request)
        {
            case Request.Help:
                Console.Out.WriteLine(Arguments.Usage);
                return 0;
            case Request.Version:
                Console.Out.WriteLine($"tokendash {VersionOf(typeof(Program))} (PowerShell {VersionOf(typeof(PSObject))}, .NET {Environment.Version})");
                return 0;
            default:
                return Run(arguments);
        }
    }

    private static int Run(Arguments arguments)
    {
        // A monitoring tool on a server does not call home; pwsh's own switch for it.
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        ScriptRunner runner;
        try
        {
            runner = new ScriptRunner(Path.Combine(AppContext.BaseDirectory, "module"));
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or RuntimeException)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
        using (runner)
        {
            int? signalled = null;
            void StopFor(PosixSignalContext context, int exitCode)
            {
                // The second signal finds nothing to stop and ends the process at once: a way out of a command that does not stop.
                context.Cancel = runner.Stop();
                signalled = exitCode;
            }
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => StopFor(context, 130));
            if (arguments.Request == Request.Session && !Console.IsInputRedirected)
            {
                return RunSession(runner, arguments.NoLogo);
            }
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => StopFor(context, 143));
            int exitCode = arguments.Request switch
            {
                Request.File => runner.RunFile(arguments.Text, arguments.ScriptArguments),
                Request.Command => runner.RunText(arguments.Text, []),
                _ => runner.RunText(Console.In.ReadToEnd(), []),
            };
            return signalled ?? exitCode;
        }
    }

    private static int RunSession(ScriptRunner runner, bool noLogo)
    {
        if (!noLogo)
        {
            Console.Out.WriteLine($"tokendash {VersionOf(typeof(Program))} on PowerShell {VersionOf(typeof(PSObject))}");
            Console.Out.WriteLine("Get-Command -Module TokenDashboard lists the commands, Get-Help explains one, exit leaves.");
        }
        return new Session(runner).Run();
    }

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split(' ', '+')[0];
}
