namespace TokenDashboard.Tests;

public class TextListTests
{
    [Theory]
    [InlineData(new string[0], "")]
    [InlineData(new[] { "gpt-4o" }, "gpt-4o")]
    [InlineData(new[] { "gpt-4o", "mistral-large" }, "gpt-4o, mistral-large")]
    public void Items_are_joined_as_text(string[] names, string text) => Assert.Equal(text, new TextList<string>(names).ToString());
}
