using System.Globalization;
using TokenDashboard.Pricing;

namespace TokenDashboard.Tests.Pricing;

public class MoneyTests
{
    [Theory]
    [InlineData("1234.5", null, "$1,234.50")]
    [InlineData("0.0551", "USD", "$0.0551")]
    [InlineData("0", "EUR", "€0.00")]
    [InlineData("-0.0551", null, "-$0.0551")]
    [InlineData("-1234.5", "GBP", "-£1,234.50")]
    [InlineData("-2", "SEK", "-2.00 SEK")]
    public void An_amount_has_its_sign_before_its_currency(string amount, string? currency, string text) =>
        Assert.Equal(text, Money.Text(decimal.Parse(amount, CultureInfo.InvariantCulture), currency, CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("0.00005", "$0.0001")]
    [InlineData("0.0000499", "<$0.0001")]
    [InlineData("0.0000000000000000000000000001", "<$0.0001")]
    [InlineData("-0.00001", ">-$0.0001")]
    [InlineData("-0.00005", "-$0.0001")]
    public void A_tiny_amount_does_not_appear_as_zero(string amount, string text) =>
        Assert.Equal(text, Money.Text(decimal.Parse(amount, CultureInfo.InvariantCulture), null, CultureInfo.InvariantCulture));

    [Fact]
    public void The_sign_of_the_culture_precedes_the_currency() =>
        Assert.Equal("\u2212€1,50", Money.Text(-1.5m, "EUR", CultureInfo.GetCultureInfo("sv-SE")));
}
