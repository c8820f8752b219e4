namespace TokenDashboard.Grafana.Parsing;

/// <summary>
/// Counts the common table expressions of a query, each as often as SQLite copies it. A table that reads another one twice has two copies of
/// it, and so on, and SQLite cannot be stopped while it copies. MATERIALIZED saves work, but not copies.
/// </summary>
internal static partial class CommonTables
{
    // Beyond it, the number only grows.
    private const double Most = 1e9;
    /// <summary>Deeper WITH clauses are treated as parts of this one.</summary>
    private const int MaxDepth = 100;

    // A marker before a quoted name, so that it is not treated as a keyword.
    private const char Quoted = '"';

    private static readonly HashSet<string> EndsOfFrom = new(StringComparer.OrdinalIgnoreCase)
    {
        "EXCEPT", "GROUP", "HAVING", "INTERSECT", "LIMIT", "ORDER", "SELECT", "UNION", "VALUES", "WHERE", "WITH",
    };

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
                        (closed, table, scope, inFrom) = outer;
                    break;
                // The text before a dot is the name of a table that has already been read.
                case "." when added:
                    table.Names.RemoveAt(table.Names.Count - 1);
                    break;
                default:
                    if (Is(token, "AS"))
                        named = Name(previous == ")" ? closed : previous);
                    // Its tables are valid up to the closing parenthesis.
                    if (Is(token, "WITH") && scope.Depth < MaxDepth)
                        scope = new Scope(scope);
                    inFrom = Is(token, "FROM") || Is(token, "JOIN") || (inFrom && !EndsOfFrom.Contains(token));
                    add = (inFrom || Is(previous, "IN")) && previous != "." && (char.IsLetterOrDigit(token[0]) || token[0] is '_' or Quoted);
                    if (add)
                        table.Names.Add((Name(token), scope));
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
        // Level by level. Without recursion, there are at most as many levels as tables.
        for (int level = 0; level < Math.Min(tables.Count, 100); level++)
        {
            foreach ((Table table, (Table Used, int Count)[] used) in uses)
                table.Copies = Of(used);
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

    /// <summary>Names, with a quote before quoted names, and single characters. Comments and blanks are omitted.</summary>
    private static List<string> Tokens(string sql)
    {
        var tokens = new List<string>();
        // Most queries are long and have hundreds of tokens, so this creates no other objects.
        foreach (ValueMatch match in Token().EnumerateMatches(sql))
        {
            ReadOnlySpan<char> token = sql.AsSpan(match.Index, match.Length);
            int closing = "'\"`[".IndexOf(token[0], StringComparison.Ordinal);
            if (closing >= 0)
            {
                // The last name can lack its closing quote.
                ReadOnlySpan<char> name = token[1..];
                name = name.EndsWith("'\"`]".AsSpan(closing, 1)) ? name[..^1] : name;
                if (name.Length > 0)
                    tokens.Add(Quoted + name.ToString());
            }
            else if (token is not (['-', '-', ..] or ['/', '*', ..]))
            {
                tokens.Add(token.ToString());
            }
        }
        return tokens;
    }

    // The first two are comments. SQLite treats a text as a name if a name must follow.
    [GeneratedRegex(@"--[^\n]*|/\*.*?(?:\*/|\z)|'[^']*'?|""[^""]*""?|`[^`]*`?|\[[^\]]*\]?|\w[\w$]*|\S", RegexOptions.Singleline)]
    private static partial Regex Token();

    /// <summary>A table that WITH defines, or the query itself.</summary>
    private sealed class Table
    {
        /// <summary>The names in its FROM clauses, some of which are tables.</summary>
        internal List<(string Name, Scope Scope)> Names { get; } = [];
        internal double Copies { get; set; }
    }

    /// <summary>The definitions of one WITH clause, in parentheses that also see the definitions of the outer parentheses.</summary>
    private sealed class Scope(Scope? outer)
    {
        internal int Depth { get; } = outer is null ? 0 : outer.Depth + 1;
        internal Dictionary<string, Table> Tables { get; } = new(StringComparer.OrdinalIgnoreCase);

        // No deeper than MaxDepth.
        internal Table? Find(string name) => Tables.GetValueOrDefault(name) ?? outer?.Find(name);
    }
}
