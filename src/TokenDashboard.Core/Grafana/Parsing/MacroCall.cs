namespace TokenDashboard.Grafana.Parsing;

/// <summary>A call such as <c>$__name(arguments)</c>, as the plugin reads it: the arguments end at the first closing bracket.</summary>
internal sealed record MacroCall(string Name, Range Arguments, int Index, int Length)
{
    /// <summary>What all macros begin with.</summary>
    internal const string Prefix = "$__";
    /// <summary>The only macro of the SQLite plugin.</summary>
    internal const string Group = "unixEpochGroupSeconds";

    internal static IEnumerable<MacroCall> In(string text)
    {
        for (int at = 0; (at = text.IndexOf(Prefix, at, StringComparison.Ordinal)) >= 0;)
        {
            int name = at + Prefix.Length;
            int open = EndOfName(text, name);
            if (open == name || open == text.Length || text[open] != '(')
            {
                at = open;
                continue;
            }
            int close = text.IndexOf(')', open);
            if (close < 0)
            {
                // Nor does any call after it end.
                yield break;
            }
            yield return new MacroCall(text[name..open], (open + 1)..close, at, close + 1 - at);
            at = close + 1;
        }
    }

    /// <summary>The place behind the name that begins at a place.</summary>
    internal static int EndOfName(string text, int start)
    {
        while (start < text.Length && (char.IsAsciiLetterOrDigit(text[start]) || text[start] == '_'))
            start++;
        return start;
    }
}
