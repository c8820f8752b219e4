using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Resources;
using Microsoft.PowerShell;

// tokendash: PowerShell's own console host with the module imported, where PowerShell is not installed.

// On the path, too: runspaces and processes that start from here find the module by its name.
string modules = Path.Combine(AppContext.BaseDirectory, "Modules");
string? path = Environment.GetEnvironmentVariable("PSModulePath");
Environment.SetEnvironmentVariable("PSModulePath", string.IsNullOrEmpty(path) ? modules : $"{modules}{Path.PathSeparator}{path}");

// A monitoring tool on a server does not call home, and a new PowerShell comes with a new tokendash.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
Environment.SetEnvironmentVariable("POWERSHELL_UPDATECHECK", "Off");

// Who brings a session of their own gets that; the commands load when they are called.
if (args.Any(word => word.TrimStart('-', '/').Equals("ConfigurationFile", StringComparison.OrdinalIgnoreCase)))
    return UnmanagedPSEntry.Start(args, args.Length);

InitialSessionState state = InitialSessionState.CreateDefault2();
state.ImportPSModule(Path.Combine(modules, "TokenDashboard"));

string? usage = new ResourceManager("Microsoft.PowerShell.ConsoleHost.resources.ManagedEntranceStrings", typeof(ConsoleShell).Assembly).GetString("UsageHelp", CultureInfo.InvariantCulture);
return ConsoleShell.Start(state, $"PowerShell {PSVersionInfo.PSVersion} with TokenDashboard", usage, args);
