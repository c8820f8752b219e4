using System.Text.RegularExpressions;

namespace TokenDashboard.Grafana.Parsing;

/// <summary>A result column of a query as its text shows it. It is text if a CAST makes it so, or if it is a name in a relation of a variable.</summary>
internal sealed partial record ResultColumn(string Name, bool IsText)
{
    /// <summary>The columns of the outermost SELECT that have a name in the text.</summary>
    internal static IReadOnlyList<ResultColumn> Of(string sql)
    {
        bool relation = SqlText.Relations(sql).Any();
        return
        [
            .. new SqlText(sql).Columns
                .Select(column => (Name: LastName(column.TrimEnd()), IsText: TextCast().IsMatch(column) || (relation && TextOfRelation().IsMatch(column))))
                .Where(column => column.Name.Length > 0).Select(column => new ResultColumn(column.Name, column.IsText)),
        ];
    }

    // From the end, where the name is; a search from the beginning would restart at every quote.
    private static string LastName(string column)
    {
        if (column.Length == 0)
            return "";
        if (column[^1] is '"' or '`')
        {
            char quote = column[^1];
            int start = column.Length - 2;
            while (start >= 0 && (column[start] != quote || (start > 0 && column[start - 1] == quote)))
                start -= column[start] == quote ? 2 : 1;
            return start < 0 ? "" : column[(start + 1)..^1].Replace($"{quote}{quote}", quote.ToString(), StringComparison.Ordinal);
        }
        if (column[^1] == ']')
        {
            int open = column.LastIndexOf('[');
            return open < 0 ? "" : column[(open + 1)..^1];
        }
        int first = column.Length;
        while (first > 0 && (char.IsLetterOrDigit(column[first - 1]) || column[first - 1] == '_'))
            first--;
        string word = column[first..];
        return word.TrimStart(Digits);
    }

    private static readonly char[] Digits = [.. "0123456789"];

    [GeneratedRegex(@"^\s*(DISTINCT\s+)?CAST\s*\(.*\bAS\s+TEXT\s*\)\s*(AS\b|[""`\w\[])", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex TextCast();

    [GeneratedRegex(@"^\s*(DISTINCT\s+)?(user|model|provider|request_type|transaction_id|trace_id|span_id)(\s+(AS\b|[""`\w\[])|\s*$)", RegexOptions.IgnoreCase)]
    private static partial Regex TextOfRelation();
}
