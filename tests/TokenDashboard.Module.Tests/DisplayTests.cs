using System.Text.RegularExpressions;

namespace TokenDashboard.Module.Tests;

public sealed partial class DisplayTests(SampleStore store) : IClassFixture<SampleStore>
{
    [Theory]
    [InlineData("Name('a' + [char]27 + '[31m' + [char]9 + 'b' + [char]10)", "a\uFFFD[31m\uFFFDb\uFFFD")]
    [InlineData("Names('a' + [char]7, $null, 'b' + [char]0x9B)", "a\uFFFD / b\uFFFD")]
    [InlineData("Text('søren')", "søren")]
    public void Views_show_no_character_that_a_terminal_obeys(string call, string shown) =>
        Assert.Equal(shown, store.Value<string>($"[TokenDashboard.Formatting.Display]::{call}"));

    [Fact]
    public void No_view_shows_a_text_of_the_store_as_it_is() => Assert.DoesNotMatch(
        RawText(), File.ReadAllText(ModuleSession.ModulePath + "/TokenDashboard.format.ps1xml"));

    [GeneratedRegex(@"<PropertyName>(User|Models?|Providers?|RequestType|Transaction|TraceId|SpanId|ParentSpanId)<|<ScriptBlock>\$_\.(Models|Providers) -join")]
    private static partial Regex RawText();
}
