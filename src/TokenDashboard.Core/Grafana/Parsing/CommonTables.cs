namespace TokenDashboard.Grafana.Parsing;

/// <summary>
/// Counts the common table expressions of a query, each as often as SQLite copies it: a table that reads another twice holds two copies of
/// it, and so on, and while it copies nothing stops SQLite. MATERIALIZED saves work, and no copies.
/// </summary>
internal static class CommonTables
{
    // Beyond it the number only grows.
    private const double Most = 1e9;

    /// <summary>Deeper WITH clauses count as parts of this one.</summary>
    private const int MaxDepth = 100;

    // Before a name in quotes, so that it is taken for no keyword.
    private const char Quoted = '"';

    private static readonly HashSet<string> EndsOfFrom = new(StringComparer.OrdinalIgnoreCase)
    {
        "EXCEPT", "GROUP", "HAVING", "INTERSECT", "LIMIT", "ORDER", "SELECT", "UNION", "VALUES", "WHERE", "WITH",
    };

    /// <summary>How many copies SQLite makes.</summary>
    internal static double Copies(string sql)
    {
        var main = new Table();
        var tables = new List<Table>();
        var open = new Stack<(string Before, Table Table, Scope Scope, bool InFrom)>();
        var scope = new Scope(null);
        Table table = main;
        bool inFrom = false, added = false;
        string previous = "", named = "", closed = "";
        foreach (string token in Tokens(sql))
        {
            bool add = false;
            switch (token)
            {
                case "(":
                    open.Push((previous, table, scope, inFrom));
                    if (named.Length > 0 && (Is(previous, "AS") || Is(previous, "MATERIALIZED")))
                    {
                        if (!scope.Tables.TryGetValue(named, out Table? defined))
                        {
                            scope.Tables.Add(named, defined = new Table());
                            tables.Add(defined);
                        }
                        (table, inFrom) = (defined, false);
                    }
                    break;
                case ")":
                    if (open.TryPop(out (string Before, Table Table, Scope Scope, bool InFrom) outer))
                    {
                        (closed, table, scope, inFrom) = outer;
                    }
                    break;
                // What stands before a point is the name of a table that is read already.
                case "." when added:
                    table.Names.RemoveAt(table.Names.Count - 1);
                    break;
                default:
                    if (Is(token, "AS"))
                    {
                        named = Name(previous == ")" ? closed : previous);
                    }
                    // Its tables are known up to the bracket that closes.
                    if (Is(token, "WITH") && scope.Depth < MaxDepth)
                    {
                        scope = new Scope(scope);
                    }
                    inFrom = Is(token, "FROM") || Is(token, "JOIN") || (inFrom && !EndsOfFrom.Contains(token));
                    add = (inFrom || Is(previous, "IN")) && previous != "." && (char.IsLetterOrDigit(token[0]) || token[0] is '_' or Quoted);
                    if (add)
                    {
                        table.Names.Add((Name(token), scope));
                    }
                    break;
            }
            added = add;
            previous = token;
        }
        return Sum(main, tables);
    }

    private static string Name(string token) => token.Length > 0 && token[0] == Quoted ? token[1..] : token;

    private static double Sum(Table main, List<Table> tables)
    {
        (Table Table, (Table Used, int Count)[] Uses)[] uses = [.. tables.Select(table => (table, Uses(table)))];
        // Level by level: as many as there are tables are enough where none refers to itself.
        for (int level = 0; level < Math.Min(tables.Count, 100); level++)
        {
            bool grew = false;
            foreach ((Table table, (Table Used, int Count)[] used) in uses)
            {
                double now = Of(used);
                grew |= now > table.Copies;
                table.Copies = now;
            }
            if (!grew)
            {
                break;
            }
        }
        return Of(Uses(main));

        static double Of((Table Used, int Count)[] uses) => Math.Min(Most, uses.Sum(use => use.Count * (1 + use.Used.Copies)));

        static (Table Used, int Count)[] Uses(Table table) =>
        [
            .. table.Names.Select(name => name.Scope.Find(name.Name)).OfType<Table>().Where(used => used != table)
                .GroupBy(used => used).Select(group => (group.Key, group.Count())),
        ];
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

    /// <summary>A table that WITH defines, or the query itself.</summary>
    private sealed class Table
    {
        /// <summary>The names in its FROM clauses, some of them tables.</summary>
        internal List<(string Name, Scope Scope)> Names { get; } = [];

        internal double Copies { get; set; }
    }

    /// <summary>What one WITH clause defines, in brackets that see what the brackets around them define.</summary>
    private sealed class Scope(Scope? outer)
    {
        internal int Depth { get; } = outer is null ? 0 : outer.Depth + 1;

        internal Dictionary<string, Table> Tables { get; } = new(StringComparer.OrdinalIgnoreCase);

        internal Table? Find(string name)
        {
            for (Scope? scope = this; scope is not null; scope = scope.Outer)
            {
                if (scope.Tables.TryGetValue(name, out Table? table))
                {
                    return table;
                }
            }
            return null;
        }

        private Scope? Outer { get; } = outer;
    }
}
