namespace TokenDashboard.Grafana.Parsing;

/// <summary>SQL as ClickHouse reads it, as far as macros and the guard need it: in quotes, a backslash escapes, and a doubled quote stands for itself.</summary>
internal static partial class ClickHouseText
{
    private const string Quotes = @"(?<quote>['""`])(?>(?:[^\\'""`]+|\\(?:.|\z)|(?!\k<quote>)['""`]|\k<quote>\k<quote>)*)(?:\k<quote>|\z)";

    /// <summary>The text with the comments blanked out that the plugin blanks out before it replaces macros; places stay the same.</summary>
    internal static string WithoutComments(string sql) => PluginComment().Replace(sql, match => match.Groups["quote"].Success ? match.Value : Blanks(match));

    /// <summary>The text with comments and quotes blanked out, and what is in them; places stay the same.</summary>
    internal static string Blank(string sql) => CommentOrQuote().Replace(sql, Blanks);

    /// <summary>
    /// Whether it is surely no more than one statement. A comment within a comment is refused, and so is a semicolon where the text has quotes that are not
    /// read here: ClickHouse would end these elsewhere.
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

    // As in $tag$text$tag$, and typographic ones.
    [GeneratedRegex(@"\$[^$]*\$|[‘’“”]")] private static partial Regex OtherQuote();
}
