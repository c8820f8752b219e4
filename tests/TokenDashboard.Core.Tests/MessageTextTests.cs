namespace TokenDashboard.Tests;

public class MessageTextTests
{
    [Theory]
    [InlineData("plain", "plain", "plain")]
    [InlineData("\u001b]0;title\a", "\uFFFD]0;title\uFFFD", "\uFFFD]0;title\uFFFD")]
    [InlineData("\u009b2J\u007f", "\uFFFD2J\uFFFD", "\uFFFD2J\uFFFD")]
    [InlineData("a\nb\tc\r", "a\uFFFDb\uFFFDc\uFFFD", "a b c ")]
    [InlineData("exe\u202Egpj\u2066\u200F\u061C\uFEFF", "exe\uFFFDgpj\uFFFD\uFFFD\uFFFD\uFFFD", "exe\uFFFDgpj\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("a\u2028b\u2029", "a\uFFFDb\uFFFD", "a\uFFFDb\uFFFD")]
    [InlineData("👨\u200D👩 می\u200Cخواهم é", "👨\u200D👩 می\u200Cخواهم é", "👨\u200D👩 می\u200Cخواهم é")]
    public void Control_characters_are_replaced(string text, string name, string message)
    {
        Assert.Equal(name, MessageText.Visible(text));
        Assert.Equal(message, MessageText.Clean(text));
        Assert.Equal(message, new TokenDashboardException(ErrorCode.DashboardInvalid, text).Message);
    }
}
