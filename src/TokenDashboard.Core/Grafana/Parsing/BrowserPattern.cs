namespace TokenDashboard.Grafana.Parsing;

/// <summary>Regular expressions that Grafana passes to the browser: <c>/pattern/flags</c>, or a pattern that matches the whole text.</summary>
internal static partial class BrowserPattern
{
    private const int Longest = 1000;

    // The browser accepts more than .NET, but not these.
    private static readonly HashSet<RegexParseError> Errors =
    [
        RegexParseError.UnterminatedBracket, RegexParseError.InsufficientClosingParentheses, RegexParseError.InsufficientOpeningParentheses,
        RegexParseError.QuantifierAfterNothing, RegexParseError.NestedQuantifiersNotParenthesized, RegexParseError.ReversedCharacterRange,
        RegexParseError.ReversedQuantifierRange, RegexParseError.UnescapedEndingBackslash,
    ];

    /// <summary>Whether the browser can parse the expression, as far as this can be determined here.</summary>
    internal static bool IsValid(string text)
    {
        if (text.Length > Longest)
            return true;
        Match parts = Delimited().Match(text);
        if (!parts.Success && text is ['/', ..])
            return false;
        // In .NET, a class of every character or of none is an unclosed bracket.
        string pattern = (parts.Success ? parts.Groups["pattern"].Value : text).Replace("[^]", ".", StringComparison.Ordinal).Replace("[]", "(?!)", StringComparison.Ordinal);
        try
        {
            _ = new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (RegexParseException exception)
        {
            return !Errors.Contains(exception.Error);
        }
    }

    [GeneratedRegex("^/(?<pattern>.*)/[gimsuy]*\\z", RegexOptions.Singleline)] private static partial Regex Delimited();
}
