using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Resources;
using Microsoft.PowerShell;

// tokendash: PowerShell's own console host with the module imported, for machines without PowerShell.

// Also on the path, so that runspaces and processes that are started here find the module by name.
string modules = Path.Combine(AppContext.BaseDirectory, "Modules");
string? path = Environment.GetEnvironmentVariable("PSModulePath");
Environment.SetEnvironmentVariable("PSModulePath", string.IsNullOrEmpty(path) ? modules : $"{modules}{Path.PathSeparator}{path}");

// Telemetry and update checks are disabled. A new PowerShell needs a new tokendash.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
Environment.SetEnvironmentVariable("POWERSHELL_UPDATECHECK", "Off");

// With a custom session configuration, the module loads when a command is called.
if (args.Any(word => word.TrimStart('-', '/').Equals("ConfigurationFile", StringComparison.OrdinalIgnoreCase)))
    return UnmanagedPSEntry.Start(args, args.Length);

InitialSessionState state = InitialSessionState.CreateDefault2();
state.ImportPSModule(Path.Combine(modules, "TokenDashboard"));

string? usage = new ResourceManager("Microsoft.PowerShell.ConsoleHost.resources.ManagedEntranceStrings", typeof(ConsoleShell).Assembly).GetString("UsageHelp", CultureInfo.InvariantCulture);
return ConsoleShell.Start(state, $"PowerShell {PSVersionInfo.PSVersion} with TokenDashboard", usage, args);
