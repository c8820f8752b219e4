using System.Text.RegularExpressions;
using TokenDashboard.Dashboards.Reading;
using TokenDashboard.Definitions;

namespace TokenDashboard.Dashboards.Defining;

/// <summary>
/// The SQL of a definition. A name in braces, as in <c>FROM {usage}</c>, stands for one of the relations that the panels of the catalogue
/// read; what makes it is put before the query, as common table expressions.
/// </summary>
internal static partial class DefinedSql
{
    private const int Longest = 100_000;

    private static readonly IReadOnlyDictionary<string, (string Name, string Definition)> Relations = new Dictionary<string, (string, string)>
    {
        ["usage"] = ("usage", PanelRelations.Usage()),
        ["usage_over_time"] = ("usage_over_time", OverTime("usage", PanelRelations.Usage(step: PanelSql.BucketStep))),
        ["latency"] = ("latency", PanelRelations.Latency()),
        ["latency_over_time"] = ("latency_over_time", OverTime("latency", PanelRelations.Latency(step: PanelSql.BucketStep))),
        ["requests"] = ("request", PanelRelations.Requests()),
    };

    /// <summary>Reads a query, with its relations put in.</summary>
    internal static string? Read(DefinitionFields read, string name, bool required)
    {
        if (read.Text(name, Longest, required) is not { } sql)
        {
            return null;
        }
        string[] wanted = [.. Braces().Matches(SqlText.Blank(sql)).Select(match => match.Groups[1].Value).Distinct()];
        foreach (string unknown in wanted.Where(word => !Relations.ContainsKey(word)))
        {
            string meant = Spelling.Nearest(unknown, Relations.Keys) is { } nearest ? $", perhaps for {{{nearest}}}" : "";
            read.Fault(name, $"has {{{unknown}}}{meant}; in braces there can be {string.Join(", ", Relations.Keys)}");
        }
        if (wanted.Length > 1)
        {
            read.Fault(name, $"reads {string.Join(" and ", wanted.Select(word => $"{{{word}}}"))}; a query can read one of them");
        }
        return wanted is [var one] && Relations.TryGetValue(one, out (string Name, string Definition) relation) ? Prepend(sql, one, relation) : sql;
    }

    private static string Prepend(string sql, string word, (string Name, string Definition) relation)
    {
        // From the end, so that places before stay where they are.
        foreach (Match match in Braces().Matches(SqlText.Blank(sql)).Where(match => match.Groups[1].Value == word).Reverse())
        {
            sql = sql.Remove(match.Index, match.Length).Insert(match.Index, relation.Name);
        }
        return With().Match(SqlText.Blank(sql)) is { Success: true } with
            ? $"WITH RECURSIVE {relation.Definition},\n{sql[with.Length..].TrimStart()}"
            : $"WITH RECURSIVE {relation.Definition}\n{sql.Trim()}";
    }

    private static string OverTime(string relation, string definition) => $"""
        {definition},
        {relation}_over_time AS NOT MATERIALIZED (
          SELECT ({PanelSql.Slot}) * step - {PanelSql.Offset} AS time, {relation}.* FROM {relation} CROSS JOIN scope)
        """;

    [GeneratedRegex(@"(?<![\$\w])\{(\w+)\}")]
    private static partial Regex Braces();

    // Comments are blanked out, but their ends stay.
    [GeneratedRegex(@"^(?>\s|/\s*\*/|-\s*\n)*WITH\b(?>\s|/\s*\*/|-\s*\n)*(RECURSIVE\b)?", RegexOptions.IgnoreCase)]
    private static partial Regex With();
}
