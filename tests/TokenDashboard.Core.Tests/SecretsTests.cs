namespace TokenDashboard.Tests;

public class SecretsTests
{
    [Theory]
    [InlineData("admin", "Invalid password for admin.", "Invalid password for ***.")]
    [InlineData("admin", "administrator adminadmin", "administrator adminadmin")]
    [InlineData("a", "a man, a plan", "*** man, *** plan")]
    [InlineData("a", "YWJjZGVmZ2hpamts", "YWJjZGVmZ2hpamts")]
    [InlineData("s3cret-Passw0rd", "xs3cret-Passw0rdx", "x***x")]
    [InlineData("s3cret-Passw0rd", "s3cret-Pas", "***")]
    [InlineData("s3cret-Passw0rd", "s3cret", "s3cret")]
    [InlineData("s3cret-Passw0rd", "nothing %41 &amp; \\u0041", "nothing %41 &amp; \\u0041")]
    public void A_secret_is_masked_in_text_from_a_server(string secret, string words, string masked)
    {
        using var secrets = new Secrets();
        secrets.Add(secret);

        Assert.Equal(masked, secrets.MaskIn(words));
    }

    [Theory]
    [InlineData("hunter2", "hunter2 ", "unter")]
    [InlineData("s3cret-Passw0rd", "                    s3cret-Passw0rd", "s3cr")]
    [InlineData("s3cret-Passw0rd", "%73%33%63%72%65%74%2D%50%61%73%73%77%30%72%64 ", "s3cr")]
    public void The_beginning_of_a_text_contains_no_part_of_a_secret(string secret, string words, string part)
    {
        using var secrets = new Secrets();
        secrets.Add(secret);

        for (int start = 0; start < words.Length; start++)
        {
            string shown = secrets.MaskBeginningOf(new string('.', start) + string.Concat(Enumerable.Repeat(words, 1000)), 300);
            Assert.EndsWith("…", shown, StringComparison.Ordinal);
            Assert.InRange(shown.Length, 1, 301);
            Assert.DoesNotContain(part, Uri.UnescapeDataString(shown), StringComparison.Ordinal);
        }
        Assert.Equal("a b", secrets.MaskBeginningOf(" a \n b", 300));
    }

    [Theory]
    [InlineData("dashboard")]
    [InlineData("admin")]
    public void A_password_that_is_a_word_is_not_masked_in_messages(string password)
    {
        using var secrets = new Secrets();
        secrets.Add(password);

        Assert.Equal($"The {password} 'x'.", MessageText.Clean($"The {password} 'x'."));
    }

    [Fact]
    public void A_token_is_masked_in_messages_while_its_connection_lasts()
    {
        const string Token = "glsa_2Xk9mQvT4";
        var secrets = new Secrets();
        secrets.Add(Token);

        string masked = MessageText.Clean($"The folder '{Token}'.");
        secrets.Dispose();

        Assert.Equal("The folder '***'.", masked);
        Assert.Equal($"The folder '{Token}'.", MessageText.Clean($"The folder '{Token}'."));
    }
}
