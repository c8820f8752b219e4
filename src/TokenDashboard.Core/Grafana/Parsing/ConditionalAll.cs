namespace TokenDashboard.Grafana.Parsing;

/// <summary>
/// The macro <c>$__conditionalAll(condition, $variable)</c>. The frontend of the plugin grafana-clickhouse-datasource replaces it before it inserts
/// variables: with <c>1=1</c> if all or nothing is selected, otherwise with the condition.
/// </summary>
internal static partial class ConditionalAll
{
    private const string Macro = "$__conditionalAll(";

    // For each macro, the whole text is read.
    private const int Most = 1000;

    /// <summary>The text with the macros replaced, from the last to the first. A macro without two arguments ends this.</summary>
    internal static string Apply(string sql, IReadOnlyDictionary<string, VariableValue> values)
    {
        for (int count = 0; count < Most && Last(sql, sql.Length) is { Arguments: [string condition, string variable] } call; count++)
        {
            bool all = values.TryGetValue(Variable().Match(variable).Groups["name"].Value, out VariableValue? value)
                && (value.IsAll || string.Join(',', value.Values).Length == 0);
            sql = string.Concat(sql.AsSpan(0, call.Index), all ? "1=1" : condition, sql.AsSpan(call.End));
        }
        return sql;
    }

    /// <summary>The text with the second arguments, which are not inserted, blanked out. Positions stay the same.</summary>
    internal static string WithoutVariables(string sql)
    {
        int before = sql.Length;
        for (int count = 0; count < Most && Last(sql, before) is { Arguments: [_, string variable] } call; count++)
        {
            sql = string.Concat(sql.AsSpan(0, call.End - 1 - variable.Length), new string(' ', variable.Length), sql.AsSpan(call.End - 1));
            before = call.Index;
        }
        return sql;
    }

    private static (int Index, string[] Arguments, int End)? Last(string sql, int before)
    {
        int index = sql.AsSpan(0, before).LastIndexOf(Macro, StringComparison.Ordinal);
        return index >= 0 && ClickHouseMacroCall.Split(sql, index + Macro.Length - 1, quotes: false) is { } list ? (index, list.Arguments, list.End) : null;
    }

    // With a format after a colon, it is not a macro.
    [GeneratedRegex(@"\$(?:\{(?<name>\w+)\}|(?<name>\w+))", RegexOptions.ECMAScript)] private static partial Regex Variable();
}
