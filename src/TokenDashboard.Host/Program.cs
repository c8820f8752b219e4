using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Resources;
using Microsoft.PowerShell;

// tokendash: PowerShell's own console host with the module imported, for machines without PowerShell.

// Also on the module path, so that runspaces and processes started here find the module by name.
string modules = Path.Combine(AppContext.BaseDirectory, "Modules");
string? path = Environment.GetEnvironmentVariable("PSModulePath");
Environment.SetEnvironmentVariable("PSModulePath", string.IsNullOrEmpty(path) ? modules : $"{modules}{Path.PathSeparator}{path}");

// Telemetry and update checks are disabled. Updating PowerShell requires updating tokendash.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
Environment.SetEnvironmentVariable("POWERSHELL_UPDATECHECK", "Off");

// With a custom session configuration, the module loads on the first call of one of its commands.
if (args.Any(word => word.TrimStart('-', '/').Equals("ConfigurationFile", StringComparison.OrdinalIgnoreCase)))
    return UnmanagedPSEntry.Start(args, args.Length);

InitialSessionState state = InitialSessionState.CreateDefault2();
state.ImportPSModule(Path.Combine(modules, "TokenDashboard"));

string? usage = new ResourceManager("Microsoft.PowerShell.ConsoleHost.resources.ManagedEntranceStrings", typeof(ConsoleShell).Assembly).GetString("UsageHelp", CultureInfo.InvariantCulture);
return ConsoleShell.Start(state, $"PowerShell {PSVersionInfo.PSVersion} with TokenDashboard", usage, args);
