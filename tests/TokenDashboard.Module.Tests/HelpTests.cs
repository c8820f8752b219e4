using System.Management.Automation;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace TokenDashboard.Module.Tests;

/// <summary>Compares the commands, the pages in docs/commands, and the help that is built from them.</summary>
public sealed partial class HelpTests(HelpTests.Sources sources) : IClassFixture<HelpTests.Sources>
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    [Fact]
    public void Help_and_pages_exist_for_exactly_the_exported_commands()
    {
        Assert.Equal(sources.Commands.Keys.Order(), sources.Help.Keys.Order());
        Assert.Equal(sources.Commands.Keys.Order(), sources.Pages.Keys.Order());
    }

    [Fact]
    public void Get_Help_finds_every_command() => Assert.All(sources.Commands.Keys, name =>
    {
        PSObject help = Assert.Single(sources.Session.Run($"Get-Help {name} -Full").Succeeded());

        Assert.Equal(Text(sources.Help[name].Element(Command + "details")!.Element(Maml + "description")!), help.Properties["Synopsis"].Value.ToString());
    });

    [Fact]
    public void Every_command_has_a_synopsis_a_description_and_at_least_three_examples() => Assert.All(sources.Help.Keys, name =>
    {
        Assert.NotEmpty(Text(sources.Help[name].Element(Command + "details")!.Element(Maml + "description")!));
        Assert.NotEmpty(Text(sources.Help[name].Element(Maml + "description")!));
        XElement[] examples = [.. sources.Help[name].Descendants(Command + "example")];
        Assert.True(examples.Length >= 3);
        Assert.All(examples, example => Assert.Contains(name, example.Element(Dev + "code")!.Value, StringComparison.Ordinal));
    });

    [Fact]
    public void Help_describes_exactly_the_parameters_of_each_command() => Assert.All(sources.Help.Keys, name =>
    {
        XElement[] described = [.. sources.Help[name].Element(Command + "parameters")!.Elements(Command + "parameter")];

        Assert.Equal(
            sources.Commands[name].Parameters.Keys.Except(Cmdlet.CommonParameters).Order(),
            described.Select(NameOf).Order());
        Assert.All(described, parameter => Assert.NotEmpty(Text(parameter.Element(Maml + "description")!)));
    });

    [Fact]
    public void Help_lists_the_values_of_each_enum_parameter() => Assert.All(sources.Help.Keys, name =>
        Assert.All(sources.Help[name].Element(Command + "parameters")!.Elements(Command + "parameter"), parameter =>
        {
            Type type = sources.Commands[name].Parameters[NameOf(parameter)].ParameterType;
            Type element = type.GetElementType() ?? type;

            Assert.Equal(
                element.IsEnum ? Enum.GetNames(element).Order() : [],
                parameter.Descendants(Command + "parameterValueGroup").Elements().Select(value => value.Value).Order());
        }));

    [Fact]
    public void Help_describes_how_each_parameter_is_bound() => Assert.All(sources.Help.Keys, name =>
        Assert.All(sources.Help[name].Element(Command + "parameters")!.Elements(Command + "parameter"), help =>
        {
            ParameterMetadata parameter = sources.Commands[name].Parameters[NameOf(help)];
            ParameterSetMetadata[] sets = [.. parameter.ParameterSets.Values];
            string[] pipeline =
            [
                .. sets.Any(set => set.ValueFromPipeline) ? ["ByValue"] : Array.Empty<string>(),
                .. sets.Any(set => set.ValueFromPipelineByPropertyName) ? ["ByPropertyName"] : Array.Empty<string>(),
            ];

            Assert.Equal(
                (sets.Any(set => set.IsMandatory), pipeline.Length > 0 ? $"true ({string.Join(", ", pipeline)})" : "false", Position(sets.Max(set => set.Position)),
                    string.Join(", ", parameter.Aliases.DefaultIfEmpty("none")), parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any()),
                (
                    (bool)help.Attribute("required")!, (string)help.Attribute("pipelineInput")!, (string)help.Attribute("position")!,
                    (string)help.Attribute("aliases")!, (bool)help.Attribute("globbing")!));
        }));

    [Fact]
    public void Pages_describe_how_each_parameter_is_bound() => Assert.All(sources.Pages.Keys, name =>
        Assert.All(sources.Commands[name].Parameters.Values.Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name)), parameter =>
        {
            string page = sources.Pages[name].Split($"\n### -{parameter.Name}\n")[1].Split("\n```yaml\n")[1].Split("\n```")[0];

            Assert.Equal(
                parameter.ParameterSets.Select(set => (
                    set.Key == ParameterAttribute.AllParameterSets ? "(All)" : set.Key, Position(set.Value.Position), set.Value.IsMandatory,
                    set.Value.ValueFromPipeline, set.Value.ValueFromPipelineByPropertyName)).Order(),
                ParameterSetPattern().Matches(page)
                    .Select(set => (set.Groups[1].Value, set.Groups[2].Value, bool.Parse(set.Groups[3].Value), bool.Parse(set.Groups[4].Value), bool.Parse(set.Groups[5].Value))).Order());
            Assert.Equal(parameter.Aliases, AliasPattern().Matches(page.Split("\nParameterSets:")[0]).Select(alias => alias.Groups[1].Value));
            Assert.Contains($"SupportsWildcards: {(parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any() ? "true" : "false")}", page, StringComparison.Ordinal);
        }));

    [Fact]
    public void Help_and_pages_contain_no_placeholders()
    {
        Assert.All(sources.Pages.Values, page => Assert.DoesNotContain("{{", page, StringComparison.Ordinal));
        Assert.All(sources.Help.Values, help => Assert.DoesNotContain('\u0080', help.Value));
    }

    [Fact]
    public void Help_matches_the_page() => Assert.All(sources.Help.Keys, name =>
    {
        string[] page = [.. Prose(sources.Pages[name]).Split("\n\n").Select(Normal).Where(text => text.Length > 0)];
        string[] help = [.. sources.Help[name].Descendants().Where(element => element.Name == Maml + "para" || element.Name == Dev + "code")
            .Select(element => Normal(element.Value)).Where(text => text.Length > 0)];

        // After a change to a page, run tools/Update-Help.ps1.
        Assert.All(help, paragraph => Assert.Contains(paragraph, string.Join(' ', page), StringComparison.Ordinal));
        Assert.All(page, paragraph => Assert.Contains(paragraph, string.Join(' ', help), StringComparison.Ordinal));
    });

    [Fact]
    public void Every_ErrorId_is_documented()
    {
        string source = File.ReadAllText(Path.Combine(ModuleSession.RepositoryPath, "src/TokenDashboard.Core/ErrorCode.cs"));
        string[] codes = [.. MemberPattern().Matches(source).Select(match => match.Groups[1].Value)];

        Assert.NotEmpty(codes);
        Assert.All(codes, code => Assert.Contains(sources.Pages.Values, page => page.Contains($"- {code}: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_about_topic_names_every_command_and_fits_80_columns()
    {
        PSObject topic = Assert.Single(sources.Session.Run("Get-Help about_TokenDashboard").Succeeded());

        string[] lines = topic.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 20, 160);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.All(sources.Commands.Keys, name => Assert.Contains(lines, line => line.Contains(name, StringComparison.Ordinal)));
    }

    private static string Position(int position) => position < 0 ? "Named" : $"{position}";

    private static string NameOf(XElement parameter) => parameter.Element(Maml + "name")!.Value;

    private static string Text(XElement element) => string.Join('\n', element.Elements(Maml + "para").Select(paragraph => paragraph.Value));

    // Returns the page without the parts that Get-Help takes from elsewhere: front matter, syntax, parameter metadata, common parameters, headings.
    private static string Prose(string page)
    {
        string body = page[page.IndexOf("## SYNOPSIS", StringComparison.Ordinal)..];
        return NotProsePattern().Replace(body, "");
    }

    private static string Normal(string text) => MarkPattern().Replace(SpacePattern().Replace(text, " "), "$1$2").Trim();

    [GeneratedRegex(@"## SYNTAX.*?(?=\n## )|### CommonParameters.*?(?=\n## )|```yaml.*?```|^```\w*$|^#{2,3} [^\n]*$|^- \[[^\n]*\)$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex NotProsePattern();

    [GeneratedRegex(@"`([^`]+)`|\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex MarkPattern();

    [GeneratedRegex(@"\s+")]
    private static partial Regex SpacePattern();

    [GeneratedRegex(@"- Name: (.+)\n  Position: (.+)\n  IsRequired: (.+)\n  ValueFromPipeline: (.+)\n  ValueFromPipelineByPropertyName: (.+)")]
    private static partial Regex ParameterSetPattern();

    [GeneratedRegex(@"^- (\w+)$", RegexOptions.Multiline)]
    private static partial Regex AliasPattern();

    [GeneratedRegex(@"^    (\w+),", RegexOptions.Multiline)]
    private static partial Regex MemberPattern();

    public sealed class Sources : IDisposable
    {
        public Sources()
        {
            Commands = Session.Run("Get-Command -Module TokenDashboard").Succeeded()
                .Select(command => (CommandInfo)command.BaseObject).ToDictionary(command => command.Name);
            Help = XDocument.Load(Path.Combine(ModuleSession.ModulePath, "en-US/TokenDashboard.dll-Help.xml")).Root!.Elements()
                .ToDictionary(command => command.Element(Command + "details")!.Element(Command + "name")!.Value);
            Pages = Directory.GetFiles(Path.Combine(ModuleSession.RepositoryPath, "docs/commands"), "*.md")
                .ToDictionary(path => Path.GetFileNameWithoutExtension(path), path => File.ReadAllText(path).ReplaceLineEndings("\n"));
        }

        internal ModuleSession Session { get; } = new();

        internal Dictionary<string, CommandInfo> Commands { get; }

        internal Dictionary<string, XElement> Help { get; }

        internal Dictionary<string, string> Pages { get; }

        public void Dispose() => Session.Dispose();
    }
}
