using TokenDashboard.Engines.Sqlite;

namespace TokenDashboard.Engines.ClickHouse.Queries;

/// <summary>Translates PowerShell wildcards into a regular expression of ClickHouse (RE2), through SQLite's GLOB, so that both engines match the same text.</summary>
internal static class WildcardRegex
{
    /// <summary>The expression that matches lowercase text as a whole.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.PatternInvalid"/>: a bracket is not closed.</exception>
    public static string Of(string pattern)
    {
        var regex = new StringBuilder("(?s)^");
        Rune[] glob = [.. Lower(GlobPattern.ToGlob(pattern)).EnumerateRunes()];
        for (int i = 0; i < glob.Length; i++)
        {
            switch (glob[i].Value)
            {
                case '*':
                    regex.Append(".*");
                    break;
                case '?':
                    regex.Append('.');
                    break;
                case '[':
                    int end = Array.FindIndex(glob, i + 2, rune => rune.Value == ']');
                    AppendSet(regex, glob.AsSpan(i + 1, end - i - 1));
                    i = end;
                    break;
                default:
                    AppendLiteral(regex, glob[i]);
                    break;
            }
        }
        return regex.Append('$').ToString();
    }

    /// <summary>The text with ASCII letters in lowercase, like lower() in both engines.</summary>
    public static string Lower(string text) => string.Create(text.Length, text, static (lower, text) =>
    {
        for (int i = 0; i < lower.Length; i++)
            lower[i] = char.IsAsciiLetterUpper(text[i]) ? (char)(text[i] | 0x20) : text[i];
    });

    // Parses a set like SQLite: a hyphen between two characters is a range, unless the first one ends a range.
    private static void AppendSet(StringBuilder regex, ReadOnlySpan<Rune> set)
    {
        var members = new StringBuilder();
        Rune? before = null;
        for (int i = 0; i < set.Length; i++)
        {
            if (set[i].Value == '-' && before is { } low && i + 1 < set.Length)
            {
                Rune high = set[++i];
                if (low <= high)
                {
                    AppendLiteral(members, low);
                    members.Append('-');
                    AppendLiteral(members, high);
                }
                before = null;
            }
            else
            {
                AppendLiteral(members, set[i]);
                before = set[i];
            }
        }
        regex.Append('[').Append(members).Append(']');
    }

    private static void AppendLiteral(StringBuilder regex, Rune rune)
    {
        if (rune.IsAscii && !char.IsAsciiLetterOrDigit((char)rune.Value))
            regex.Append(CultureInfo.InvariantCulture, $"\\x{{{rune.Value:x}}}");
        else
            regex.Append(rune);
    }
}
