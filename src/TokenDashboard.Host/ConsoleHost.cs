using System.Globalization;
using System.Management.Automation.Host;

namespace TokenDashboard.Host;

/// <summary>What the engine sees of this process.</summary>
internal sealed class ConsoleHost : PSHost
{
    /// <summary>The code a script gave to <c>exit</c>, or null while none has.</summary>
    public int? ExitCode { get; private set; }

    public override string Name => "tokendash";

    public override Version Version { get; } = typeof(ConsoleHost).Assembly.GetName().Version!;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <summary>This process's console.</summary>
    public ConsoleHostUserInterface Console { get; } = new();

    public override PSHostUserInterface UI => Console;

    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new NotSupportedException("tokendash has no nested prompt.");

    public override void ExitNestedPrompt() => throw new NotSupportedException("tokendash has no nested prompt.");

    /// <summary>A native program takes over the terminal; nothing of ours stands in its way.</summary>
    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }
}
