namespace TokenDashboard.Grafana.Parsing;

/// <summary>SQL as ClickHouse parses it, as far as macros and the guard require. In quotes, a backslash escapes, and a doubled quote is a literal quote.</summary>
internal static partial class ClickHouseText
{
    private const string Quotes = @"(?<quote>['""`])(?>(?:[^\\'""`]+|\\(?:.|\z)|(?!\k<quote>)['""`]|\k<quote>\k<quote>)*)(?:\k<quote>|\z)";

    /// <summary>The text with comments blanked out as the plugin does before it replaces macros. Positions stay the same.</summary>
    internal static string WithoutComments(string sql) => PluginComment().Replace(sql, match => match.Groups["quote"].Success ? match.Value : Blanks(match));

    /// <summary>The text with comments and quotes, including their contents, blanked out. Positions stay the same.</summary>
    internal static string Blank(string sql) => CommentOrQuote().Replace(sql, Blanks);

    /// <summary>
    /// Whether the text is certainly at most one statement. A nested comment is rejected, and so is a semicolon if the text contains quotes that are not
    /// supported here, because ClickHouse could end them at another position.
    /// </summary>
    internal static bool IsOneStatement(string sql)
    {
        string code = Blank(sql);
        return !HasStatementAfter(code)
            && !(HasStatementAfter(sql) && OtherQuote().IsMatch(code))
            && !CommentOrQuote().Matches(sql).Any(match => match.Value.LastIndexOf("/*", StringComparison.Ordinal) > 1 && match.Value.StartsWith("/*", StringComparison.Ordinal));
    }

    private static bool HasStatementAfter(string sql)
    {
        int end = sql.Length;
        while (end > 0 && (sql[end - 1] == ';' || char.IsWhiteSpace(sql[end - 1])))
            end--;
        return sql.AsSpan(0, end).Contains(';');
    }

    private static string Blanks(Match match) => new(' ', match.Length);

    [GeneratedRegex(@"--[^\r\n]*|/\*.*?(?:\*/|\z)|" + Quotes, RegexOptions.Singleline)] private static partial Regex PluginComment();
    [GeneratedRegex(@"(?:--|//|#[ !])[^\n]*|/\*.*?(?:\*/|\z)|" + Quotes, RegexOptions.Singleline)] private static partial Regex CommentOrQuote();

    // Quotes such as $tag$text$tag$, and typographic quotes.
    [GeneratedRegex(@"\$[^$]*\$|[‘’“”]")] private static partial Regex OtherQuote();
}
