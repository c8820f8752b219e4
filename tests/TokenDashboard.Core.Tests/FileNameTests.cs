namespace TokenDashboard.Tests;

public class FileNameTests
{
    [Theory]
    [InlineData("LLM usage", "LLM usage")]
    [InlineData("../a:b", ".._a_b")]
    [InlineData("a\u0007b\u009bc", "a_b_c")]
    [InlineData("exe\u202Egpj\u200B\u2028", "exe_gpj__")]
    [InlineData("👨\u200D👩 é", "👨\u200D👩 é")]
    [InlineData("aux", "_aux")]
    public void A_name_contains_no_character_that_a_file_system_or_a_terminal_obeys(string title, string name) => Assert.Equal(name, FileName.Safe(title));

    [Fact]
    public void Uids_that_differ_only_in_replaced_characters_have_different_names() => Assert.Distinct(
        ((string[])["a_b", "a\u200Bb", "a\u202Eb", "a/b"]).Select(FileName.Of));
}
