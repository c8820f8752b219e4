namespace TokenDashboard.Dashboards.Reading;

/// <summary>
/// Counts the common table expressions of a query, each as often as SQLite copies it: a table that reads another twice holds two copies of
/// it, and so on, and while it copies nothing stops SQLite.
/// </summary>
internal static class CommonTables
{
    // Beyond it the number only grows.
    private const double Most = 1e9;

    // Before a name in quotes, so that it is taken for no keyword.
    private const char Quoted = '"';

    private static readonly HashSet<string> EndsOfFrom = new(StringComparer.OrdinalIgnoreCase)
    {
        "EXCEPT", "GROUP", "HAVING", "INTERSECT", "LIMIT", "ORDER", "SELECT", "UNION", "VALUES", "WHERE",
    };

    /// <summary>How many copies SQLite makes.</summary>
    internal static double Copies(string sql)
    {
        // The names in the FROM clauses of each table's definition.
        var definitions = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        var main = new List<string>();
        var open = new Stack<(string Before, List<string> Names, bool InFrom)>();
        List<string> names = main;
        bool inFrom = false, added = false;
        string previous = "", named = "", closed = "";
        foreach (string token in Tokens(sql))
        {
            bool add = false;
            switch (token)
            {
                case "(":
                    open.Push((previous, names, inFrom));
                    if (named.Length > 0 && (Is(previous, "AS") || Is(previous, "MATERIALIZED")))
                    {
                        definitions.TryAdd(named, []);
                        (names, inFrom) = (definitions[named], false);
                    }
                    break;
                case ")":
                    if (open.TryPop(out (string Before, List<string> Names, bool InFrom) outer))
                    {
                        (closed, names, inFrom) = outer;
                    }
                    break;
                // What stands before a point is the name of a table that is read already.
                case "." when added:
                    names.RemoveAt(names.Count - 1);
                    break;
                default:
                    if (Is(token, "AS"))
                    {
                        named = Name(previous == ")" ? closed : previous);
                    }
                    inFrom = Is(token, "FROM") || Is(token, "JOIN") || (inFrom && !EndsOfFrom.Contains(token));
                    add = (inFrom || Is(previous, "IN")) && previous != "." && (char.IsLetterOrDigit(token[0]) || token[0] is '_' or Quoted);
                    if (add)
                    {
                        names.Add(Name(token));
                    }
                    break;
            }
            added = add;
            previous = token;
        }
        return Sum(main, definitions);
    }

    private static string Name(string token) => token.Length > 0 && token[0] == Quoted ? token[1..] : token;

    private static double Sum(List<string> main, Dictionary<string, List<string>> definitions)
    {
        // Level by level: as many as there are tables are enough where none refers to itself.
        var copies = new Dictionary<string, double>(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, (string Name, int Count)[]> uses = definitions.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.Where(name => definitions.ContainsKey(name) && !Is(name, pair.Key))
                .GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Select(group => (group.Key, group.Count())).ToArray(),
            StringComparer.OrdinalIgnoreCase);
        double Of(IEnumerable<(string Name, int Count)> used) =>
            Math.Min(Most, used.Sum(use => use.Count * (1 + copies.GetValueOrDefault(use.Name))));
        for (int level = 0; level < Math.Min(definitions.Count, 100); level++)
        {
            bool grew = false;
            foreach ((string name, (string Name, int Count)[] used) in uses)
            {
                double now = Of(used);
                grew |= now > copies.GetValueOrDefault(name);
                copies[name] = now;
            }
            if (!grew)
            {
                break;
            }
        }
        return Of(main.Where(definitions.ContainsKey).Select(name => (name, 1)));
    }

    private static bool Is(string token, string word) => token.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Names without their quotes, and single signs; texts, comments and blanks are left out.</summary>
    private static IEnumerable<string> Tokens(string sql)
    {
        for (int i = 0; i < sql.Length;)
        {
            char sign = sql[i];
            if (char.IsWhiteSpace(sign))
            {
                i++;
            }
            else if (sign == '-' && i + 1 < sql.Length && sql[i + 1] == '-')
            {
                i = End(sql, "\n", i + 2);
            }
            else if (sign == '/' && i + 1 < sql.Length && sql[i + 1] == '*')
            {
                i = End(sql, "*/", i + 2);
            }
            else if (sign is '\'' or '"' or '`' or '[')
            {
                int end = End(sql, sign == '[' ? "]" : sign.ToString(), i + 1);
                // SQLite takes a text for a name where there must be one.
                if (end - 1 > i + 1)
                {
                    yield return Quoted + sql[(i + 1)..(end - 1)];
                }
                i = end;
            }
            else if (char.IsLetterOrDigit(sign) || sign == '_')
            {
                int start = i;
                while (i < sql.Length && (char.IsLetterOrDigit(sql[i]) || sql[i] is '_' or '$'))
                {
                    i++;
                }
                yield return sql[start..i];
            }
            else
            {
                yield return sign.ToString();
                i++;
            }
        }
    }

    private static int End(string sql, string end, int start)
    {
        int found = start > sql.Length ? -1 : sql.IndexOf(end, start, StringComparison.Ordinal);
        return found < 0 ? sql.Length : found + end.Length;
    }
}
