using System.Text.RegularExpressions;

namespace TokenDashboard.Module.Tests;

public sealed partial class DisplayTests(SampleStore store) : IClassFixture<SampleStore>
{
    [Theory]
    [InlineData("Name('a' + [char]27 + '[31m' + [char]9 + 'b' + [char]10)", "a\uFFFD[31m\uFFFDb\uFFFD")]
    [InlineData("Name('a' + [char]7 + [char]0x9B)", "a\uFFFD\uFFFD")]
    [InlineData("Text('søren')", "søren")]
    public void Views_replace_control_characters(string call, string shown) =>
        Assert.Equal(shown, store.Value<string>($"[TokenDashboard.Formatting.Display]::{call}"));

    [Fact]
    public void Row_text_contains_no_control_characters()
    {
        string csv = store.File("names.csv"), database = store.File("names.db");
        File.WriteAllText(csv, "timestamp,prompt_tokens,user_id,model\n2026-03-01T12:00:00,5,\u001b[31mred,\u001b[32mgreen\n");
        store.Session.Run("$null = Import-TokenUsage $csv -Database $database", ("csv", csv), ("database", database)).Succeeded();

        Assert.Equal(
            ["\uFFFD[31mred, \uFFFD[32mgreen: 5 tokens", "\uFFFD[31mred: 5 tokens", "2026-03-01 12:00:00, \uFFFD[32mgreen: 5 tokens"],
            store.Texts("\"$(Get-TokenUsage User,Model -Database $database)\"; \"$(Get-UserTokenUsage -Database $database)\"; \"$(Get-TokenRequest -Database $database)\""));
        Assert.Equal("\uFFFD[32mgreen", store.Value<string>("(Get-TokenPrice -Unpriced -Database $database | Format-Wide | Out-String).Trim()"));
    }

    [Theory]
    [InlineData("Number(1234567L, 13)", "1,234,567")]
    [InlineData("Number(123456789012L, 13)", "123,456,789k")]
    [InlineData("Number(999999999999999L, 13)", "1,000,000G")]
    [InlineData("Number([long]::MaxValue, 9)", "9,223P")]
    [InlineData("Number($null, 9)", "")]
    [InlineData("Number(12.6, 9)", "13")]
    [InlineData("Cost(1234.5, 'USD', 10)", "$1,234.50")]
    [InlineData("Cost(123456789.5, 'USD', 10)", "$123,457k")]
    [InlineData("Cost($null, 'EUR, USD', 10)", "(EUR, USD)")]
    [InlineData("Cost($null, 'USD', 10)", "")]
    [InlineData("Stamp('2026-11-16T18:00:00.0000000+01:00')", "2026-11-16 18:00:00 +01:00")]
    [InlineData("Stamp([Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize([DateTimeOffset]'2026-11-16T18:00+01:00')))", "2026-11-16 18:00:00 +01:00")]
    [InlineData("Stamp('soon')", "")]
    public void Numbers_costs_and_serialized_times_are_formatted(string call, string shown) => Assert.Equal(shown, store.Value<string>($$"""
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = ''
            [TokenDashboard.Formatting.Display]::{{call}}
        }
        finally {
            [cultureinfo]::CurrentCulture = $culture
        }
        """));

    [Theory]
    [InlineData(0, "")]
    [InlineData(0.5, "████")]
    [InlineData(0.53, "████▎")]
    [InlineData(7, "████████")]
    public void The_length_of_a_bar_matches_its_share(double part, string bar) =>
        Assert.Equal(bar, store.Value<string>(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"[TokenDashboard.Formatting.UsageDisplay]::Bar({part})")));

    [Fact]
    public void Views_never_show_text_from_the_store_unescaped() => Assert.DoesNotMatch(
        RawText(), File.ReadAllText(ModuleSession.ModulePath + "/TokenDashboard.format.ps1xml"));

    [GeneratedRegex(@"<PropertyName>(User|Models?|Providers?|RequestType|Transaction|TraceId|SpanId|ParentSpanId|Database)<|<ScriptBlock>\$_\.(Models|Providers) -join")]
    private static partial Regex RawText();
}
