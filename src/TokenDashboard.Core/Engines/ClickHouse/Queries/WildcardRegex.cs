using TokenDashboard.Engines.Sqlite;

namespace TokenDashboard.Engines.ClickHouse.Queries;

/// <summary>Translates PowerShell wildcards into a regular expression of ClickHouse (RE2), by way of SQLite's GLOB, so that both match the same.</summary>
internal static class WildcardRegex
{
    /// <summary>The expression that lower-case text matches as a whole.</summary>
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

    /// <summary>The text with ASCII letters in lower case, as both engines' lower() makes it.</summary>
    public static string Lower(string text) => string.Create(text.Length, text, static (lower, text) =>
    {
        for (int i = 0; i < lower.Length; i++)
            lower[i] = char.IsAsciiLetterUpper(text[i]) ? (char)(text[i] | 0x20) : text[i];
    });

    // As SQLite reads a set: a hyphen makes a range where it stands between two characters of which the first ends no range.
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
