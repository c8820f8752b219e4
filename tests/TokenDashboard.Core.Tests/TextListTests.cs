namespace TokenDashboard.Tests;

public class TextListTests
{
    [Theory]
    [InlineData(new string[0], "")]
    [InlineData(new[] { "gpt-4o" }, "gpt-4o")]
    [InlineData(new[] { "gpt-4o", "mistral-large" }, "gpt-4o, mistral-large")]
    public void As_text_the_items_are_joined(string[] names, string text) => Assert.Equal(text, new TextList<string>(names).ToString());
}
