namespace TokenDashboard.Module.Tests;

public class ModuleTests
{
    [Fact]
    public void Importing_exports_exactly_the_commands_of_the_manifest()
    {
        using var session = new ModuleSession();

        IEnumerable<string> exported = session.Run("(Get-Module TokenDashboard).ExportedCommands.Values.Name").Succeeded().Select(name => name.ToString());
        IEnumerable<string> listed = session.Run("$manifest = & ([scriptblock]::Create([IO.File]::ReadAllText($path))); $manifest.CmdletsToExport; $manifest.AliasesToExport", ("path", ModuleSession.ModulePath + "/TokenDashboard.psd1")).Succeeded().Select(name => name.ToString());

        Assert.Equal(listed.Order(), exported.Order());
    }
}
