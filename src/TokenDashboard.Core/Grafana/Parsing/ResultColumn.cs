using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Parsing;

/// <summary>A result column of a query, as its text shows it. It is text because of a CAST, or because it is a name in a relation of a variable.</summary>
internal sealed partial record ResultColumn(string Name, bool IsText)
{
    internal static IReadOnlyList<ResultColumn> Of(string sql, DataSourcePlugin plugin)
    {
        var parts = new SqlText(sql);
        // In ClickHouse, tables also have these names, but their columns have types.
        bool relation = plugin == DataSourcePlugin.ClickHouse || SqlText.RelationsIn(parts.Code).Any();
        return
        [
            .. parts.Columns
                .Select(column => (Name: NameOf(column.TrimEnd()), IsText: TextCast().IsMatch(column) || (relation && TextOfRelation().IsMatch(column))))
                .Where(column => column.Name.Length > 0).Select(column => new ResultColumn(column.Name, column.IsText)),
        ];
    }

    private static string NameOf(string column)
    {
        Match match = LastName().Match(column);
        string quote = match.Groups["quote"].Value;
        string name = match.Groups["name"].Value;
        return quote.Length > 0 ? name.Replace(quote + quote, quote, StringComparison.Ordinal) : name;
    }

    // From the end, where the name is. A search from the beginning would restart at every quote.
    [GeneratedRegex(
        @"(?:""(?<name>(?>(?:[^""]|"""")*))(?<quote>"")|`(?<name>(?>(?:[^`]|``)*))(?<quote>`)|\[(?<name>[^\[]*)\]|(?<name>[^\W\d]\w*))\z",
        RegexOptions.RightToLeft)]
    private static partial Regex LastName();

    [GeneratedRegex(@"^\s*(DISTINCT\s+)?CAST\s*\(.*\bAS\s+TEXT\s*\)\s*(AS\b|[""`\w\[])", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex TextCast();

    [GeneratedRegex(@"^\s*(DISTINCT\s+)?(user|model|provider|source|request_type|transaction_id|trace_id|span_id)(\s+(AS\b|[""`\w\[])|\s*$)", RegexOptions.IgnoreCase)]
    private static partial Regex TextOfRelation();
}
