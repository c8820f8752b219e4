using TokenDashboard.Engines.Sqlite;

namespace TokenDashboard.Tests.Engines.Sqlite;

public class GlobPatternTests
{
    [Theory]
    [InlineData("user-*", "user-*")]
    [InlineData("user-00[0-2]", "user-00[0-2]")]
    [InlineData("a?c", "a?c")]
    [InlineData("100`*", "100[*]")]
    [InlineData("`[draft`]*", "[[]draft]*")]
    [InlineData("[^a]x", "[a^]x")]
    [InlineData("[^]x", "^x")]
    [InlineData("50%_*", "50%_*")]
    public void Wildcards_keep_their_meaning(string pattern, string expected) => Assert.Equal(expected, GlobPattern.ToGlob(pattern));

    [Theory]
    [InlineData("o'brien", false)]
    [InlineData("100`*", false)]
    [InlineData("a*", true)]
    [InlineData("[a]", true)]
    public void Only_unescaped_wildcards_are_detected(string pattern, bool expected) => Assert.Equal(expected, GlobPattern.HasWildcard(pattern));

    [Theory]
    [InlineData("100`*", "100*")]
    [InlineData("a`b", "a`b")]
    [InlineData("``", "`")]
    public void Escapes_are_removed_from_literal_text(string pattern, string expected) => Assert.Equal(expected, GlobPattern.Unescape(pattern));

    [Theory]
    [InlineData("[abc")]
    [InlineData("a[]")]
    public void An_unclosed_bracket_is_rejected(string pattern) =>
        Assert.Equal(ErrorCode.PatternInvalid, Assert.Throws<TokenDashboardException>(() => GlobPattern.ToGlob(pattern)).Code);
}
