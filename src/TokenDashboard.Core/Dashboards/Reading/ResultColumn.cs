using System.Text.RegularExpressions;

namespace TokenDashboard.Dashboards.Reading;

/// <summary>A result column of a query, as far as its text tells.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsText">Whether it is made text by a CAST.</param>
internal sealed partial record ResultColumn(string Name, bool IsText)
{
    /// <summary>The columns of the outermost SELECT that have a name in the text.</summary>
    internal static IReadOnlyList<ResultColumn> Of(string sql) =>
        [.. new SqlText(sql).Columns.Select(Read).OfType<ResultColumn>()];

    private static ResultColumn? Read(string column)
    {
        Match match = Last().Match(column);
        return match.Success ? new ResultColumn(Unquoted(match.Groups["name"].Value), TextCast().IsMatch(column)) : null;
    }

    private static string Unquoted(string name) => name[0] switch
    {
        '[' => name[1..^1],
        var quote and ('"' or '`') => name[1..^1].Replace($"{quote}{quote}", quote.ToString(), StringComparison.Ordinal),
        _ => name,
    };

    [GeneratedRegex("""(?<name>"([^"]|"")+"|`([^`]|``)+`|\[[^\]]+\]|[^\W\d]\w*)\s*$""")]
    private static partial Regex Last();

    [GeneratedRegex(@"^\s*(DISTINCT\s+)?CAST\s*\(.*\bAS\s+TEXT\s*\)\s*(AS\b|[""`\w\[])", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex TextCast();
}
