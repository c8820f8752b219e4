using System.Text;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>Translates PowerShell wildcards (<c>*</c>, <c>?</c>, <c>[a-c]</c>, backtick escapes) for SQLite's GLOB operator.</summary>
internal static class GlobPattern
{
    /// <summary>Whether the text has an unescaped wildcard.</summary>
    public static bool HasWildcard(string pattern)
    {
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '`')
                i++;
            else if (pattern[i] is '*' or '?' or '[')
                return true;
        }
        return false;
    }

    /// <summary>The literal text of a pattern without wildcards: its escapes are removed.</summary>
    public static string Unescape(string pattern)
    {
        var text = new StringBuilder(pattern.Length);
        for (int i = 0; i < pattern.Length; i++)
        {
            bool escape = pattern[i] == '`' && i + 1 < pattern.Length && pattern[i + 1] is '*' or '?' or '[' or ']' or '`';
            text.Append(pattern[escape ? ++i : i]);
        }
        return text.ToString();
    }

    /// <summary>The equivalent GLOB pattern.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.PatternInvalid"/>: a bracket is not closed.</exception>
    public static string ToGlob(string pattern)
    {
        var glob = new StringBuilder(pattern.Length);
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '`' when i + 1 < pattern.Length:
                    AppendLiteral(glob, pattern[++i]);
                    break;
                case '*' or '?':
                    glob.Append(pattern[i]);
                    break;
                case '[':
                    int end = pattern.IndexOf(']', i + 1);
                    if (end <= i + 1)
                    {
                        throw new TokenDashboardException(
                            ErrorCode.PatternInvalid,
                            $"The pattern '{pattern}' has a bracket that is not closed, or an empty set. To match a bracket, write `[.",
                            target: pattern);
                    }
                    // GLOB negates a set that begins with ^, PowerShell does not: ^ is moved to the end, where it is literal.
                    string set = pattern[(i + 1)..end];
                    glob.Append(set == "^" ? set : set[0] == '^' ? $"[{set[1..]}^]" : $"[{set}]");
                    i = end;
                    break;
                default:
                    AppendLiteral(glob, pattern[i]);
                    break;
            }
        }
        return glob.ToString();
    }

    private static void AppendLiteral(StringBuilder glob, char character)
    {
        if (character is '*' or '?' or '[')
            glob.Append('[').Append(character).Append(']');
        else
            glob.Append(character);
    }
}
