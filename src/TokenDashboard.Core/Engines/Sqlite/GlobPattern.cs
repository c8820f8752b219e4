namespace TokenDashboard.Engines.Sqlite;

/// <summary>Translates PowerShell wildcards (<c>*</c>, <c>?</c>, <c>[a-c]</c>, backtick escapes) for SQLite's GLOB operator.</summary>
internal static partial class GlobPattern
{
    /// <summary>Whether the text has an unescaped wildcard.</summary>
    public static bool HasWildcard(string pattern) => Part().Matches(pattern).Any(part => part.Groups["wildcard"].Success);

    /// <summary>The literal text of a pattern without wildcards, with escapes removed.</summary>
    public static string Unescape(string pattern) => EscapedWildcard().Replace(pattern, "$1");

    /// <summary>The equivalent GLOB pattern.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.PatternInvalid"/>: a bracket is not closed.</exception>
    public static string ToGlob(string pattern) => Part().Replace(pattern, part =>
        (part.Groups["wildcard"].Value, part.Groups["literal"].Value) switch
    {
        ("", "*" or "?" or "[") => $"[{part.Groups["literal"]}]",
        ("", var literal) => literal,
        ("[", _) => throw new TokenDashboardException(
            ErrorCode.PatternInvalid,
            $"The pattern '{pattern}' has a bracket that is not closed, or an empty set. To match a bracket, write `[.",
            target: pattern),
        // GLOB negates a set that begins with ^, but PowerShell does not, so ^ is moved to the end, where it is literal.
        ("[^]", _) => "^",
        (['[', '^', .. var others, ']'], _) => $"[{others}^]",
        (var wildcard, _) => wildcard,
    });

    // An escaped character, a wildcard (an opening bracket alone is not a set), or any other character.
    [GeneratedRegex(@"`(?<literal>.)|(?<wildcard>[*?]|\[[^]]+\]|\[)|(?<literal>.)", RegexOptions.Singleline)] private static partial Regex Part();

    [GeneratedRegex(@"`([*?[\]`])")] private static partial Regex EscapedWildcard();
}
