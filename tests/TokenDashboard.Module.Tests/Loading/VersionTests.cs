using System.Reflection;
using System.Xml.Linq;

namespace TokenDashboard.Module.Tests.Loading;

public class VersionTests
{
    private static readonly string Version = XDocument.Load(Path.Combine(ModuleSession.RepositoryPath, "Directory.Build.props")).Descendants("Version").Single().Value;

    [Fact]
    public void The_manifest_has_the_version_of_the_build()
    {
        using var session = new ModuleSession();

        Assert.Equal(Version, Assert.Single(session.Run("(Get-Module TokenDashboard).Version").Succeeded()).ToString());
    }

    [Theory]
    [InlineData("TokenDashboard.dll")]
    [InlineData("TokenDashboard.Loader.dll")]
    [InlineData("deps/TokenDashboard.Core.dll")]
    public void Every_assembly_has_the_version_of_the_build(string file) =>
        Assert.Equal(Version + ".0", AssemblyName.GetAssemblyName(Path.Combine(ModuleSession.ModulePath, file)).Version!.ToString());
}
