using System.Management.Automation.Runspaces;
using TokenDashboard.Host;

namespace TokenDashboard.Module.Tests.Host;

public class ArgumentsTests
{
    [Fact]
    public void No_arguments_ask_for_a_session() => Assert.Equal(Request.Session, Arguments.Parse([]).Request);

    [Theory]
    [InlineData("-Version", Request.Version)]
    [InlineData("--version", Request.Version)]
    [InlineData("-v", Request.Version)]
    [InlineData("-Help", Request.Help)]
    [InlineData("-?", Request.Help)]
    [InlineData("--help", Request.Help)]
    [InlineData("-", Request.StandardInput)]
    public void One_word_can_be_the_whole_request(string word, object request) => Assert.Equal(request, Arguments.Parse([word]).Request);

    [Fact]
    public void NoLogo_goes_with_a_session()
    {
        Arguments arguments = Arguments.Parse(["-nologo"]);

        Assert.Equal((Request.Session, true), (arguments.Request, arguments.NoLogo));
    }

    [Fact]
    public void Command_takes_the_rest_of_the_line()
    {
        Arguments arguments = Arguments.Parse(["-NoLogo", "-Command", "Get-TokenStore", "-Database", "x.db"]);

        Assert.Equal((Request.Command, "Get-TokenStore -Database x.db"), (arguments.Request, arguments.Text));
    }

    [Fact]
    public void Command_with_a_hyphen_reads_standard_input() => Assert.Equal(Request.StandardInput, Arguments.Parse(["-c", "-"]).Request);

    [Fact]
    public void File_takes_a_script_and_leaves_the_rest_to_it()
    {
        Arguments arguments = Arguments.Parse(["-File", "a.ps1", "-Version", "x"]);

        Assert.Equal((Request.File, "a.ps1"), (arguments.Request, arguments.Text));
        Assert.Equal([("-Version", null), (null, "x")], Pairs(arguments));
    }

    [Fact]
    public void A_script_needs_no_option_before_it()
    {
        Arguments arguments = Arguments.Parse(["a.ps1", "b"]);

        Assert.Equal((Request.File, "a.ps1"), (arguments.Request, arguments.Text));
        Assert.Equal([(null, "b")], Pairs(arguments));
    }

    [Fact]
    public void Script_arguments_are_strings_unless_a_switch_is_given_a_truth_value() => Assert.Equal(
        [("-A", "1"), ("-B", true), ("-C", false), ("-D", "x:y"), ("-E", "-5"), (null, "-"), (null, ""), ("-F", null)],
        Pairs(Arguments.Parse(["a.ps1", "-A:1", "-B:true", "-C:$false", "-D:x:y", "-E:", "-5", "-", "", "-F:"])));

    [Theory]
    [InlineData("-Bogus")]
    [InlineData("--")]
    [InlineData("-File")]
    [InlineData("-File", "")]
    [InlineData("-Command")]
    public void A_command_line_that_makes_no_sense_is_refused(params string[] words) =>
        Assert.Throws<UsageException>(() => Arguments.Parse(words));

    private static IEnumerable<(string?, object?)> Pairs(Arguments arguments) =>
        arguments.ScriptArguments.Select((CommandParameter parameter) => ((string?)parameter.Name, (object?)parameter.Value));
}
