using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;

namespace TokenDashboard.Module.Tests;

public class ModuleTests
{
    [Fact]
    public void Import_exports_exactly_the_commands_in_the_manifest()
    {
        using var session = new ModuleSession();

        IEnumerable<string> exported = session.Run("(Get-Module TokenDashboard).ExportedCommands.Values.Name").Succeeded().Select(name => name.ToString());
        IEnumerable<string> listed = session.Run("$manifest = & ([scriptblock]::Create([IO.File]::ReadAllText($path))); $manifest.CmdletsToExport; $manifest.AliasesToExport", ("path", ModuleSession.ModulePath + "/TokenDashboard.psd1")).Succeeded().Select(name => name.ToString());

        Assert.Equal(listed.Order(), exported.Order());
    }

    [Fact]
    public void The_manifest_mentions_every_command_and_ClickHouse()
    {
        using var session = new ModuleSession();
        session.Run("$manifest = & ([scriptblock]::Create([IO.File]::ReadAllText($path)))", ("path", ModuleSession.ModulePath + "/TokenDashboard.psd1")).Succeeded();
        string notes = Assert.Single(session.Run("$manifest.PrivateData.PSData.ReleaseNotes").Succeeded()).ToString();

        // The notes combine the verbs of one noun: New-, Test- and Publish-GrafanaDashboard.
        Assert.Empty(session.Run("$manifest.CmdletsToExport").Succeeded().Select(name => name.ToString().Split('-')).Where(parts =>
            !Regex.IsMatch(notes, $@"\b{parts[0]}-(?:, \w+-)*(?: and \w+-)?{parts[1]}\b")).Select(parts => string.Join('-', parts)));
        Assert.Contains("ClickHouse", session.Run("$manifest.Description").Succeeded()[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_error_code_has_a_category()
    {
        string categories = File.ReadAllText(Path.Combine(ModuleSession.RepositoryPath, "src/TokenDashboard/Errors.cs")).Split("EndsEverything")[0];
        string codes = File.ReadAllText(Path.Combine(ModuleSession.RepositoryPath, "src/TokenDashboard.Core/ErrorCode.cs"));

        Assert.All(Regex.Matches(codes, @"^    ([A-Z]\w+),", RegexOptions.Multiline), match => Assert.Matches($@"ErrorCode\.{match.Groups[1].Value}\b", categories));
    }

    // ConvertTo-Json writes enum values as numbers, but 64-bit enum values as names.
    [Fact]
    public void Enums_in_results_have_64_bit_values()
    {
        using var session = new ModuleSession();
        var seen = new HashSet<Type>();
        var enumerations = new HashSet<Type>();
        void Visit(Type type)
        {
            type = Nullable.GetUnderlyingType(type) ?? type.GetElementType() ?? type;
            if (type.IsEnum)
                enumerations.Add(type);
            foreach (Type argument in type.GetGenericArguments())
                Visit(argument);
            if (type.Namespace?.StartsWith(nameof(TokenDashboard), StringComparison.Ordinal) == true && seen.Add(type))
            {
                foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
                    Visit(property.PropertyType);
            }
        }
        foreach (PSObject output in session.Run("(Get-Command -Module TokenDashboard -CommandType Cmdlet).OutputType.Type").Succeeded())
            Visit((Type)output.BaseObject);

        Assert.True(enumerations.Count > 5);
        Assert.DoesNotContain(enumerations, type => Enum.GetUnderlyingType(type) != typeof(long));
    }
}
