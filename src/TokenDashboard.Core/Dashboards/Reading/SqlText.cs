using System.Text;

namespace TokenDashboard.Dashboards.Reading;

/// <summary>SQL taken apart as far as rules need it; nothing here parses SQL.</summary>
internal sealed class SqlText
{
    internal SqlText(string text)
    {
        Code = Blank(text);
        Outer = WithoutBrackets(Code);
        Columns = [.. SelectList(text)];
    }

    /// <summary>The text with comments, string literals and quoted names blanked out; places stay the same.</summary>
    internal string Code { get; }

    /// <summary><see cref="Code"/> with what stands in brackets blanked out: the outermost SELECT.</summary>
    internal string Outer { get; }

    /// <summary>The result columns of the outermost SELECT as they are written; empty where there is none.</summary>
    internal IReadOnlyList<string> Columns { get; }

    /// <summary>Whether a place in the text is inside a string literal.</summary>
    internal bool InLiteral(string text, int index)
    {
        int quotes = 0;
        for (int i = 0; i < index; i++)
        {
            quotes += text[i] == '\'' && Code[i] == '\'' ? 1 : 0;
        }
        return quotes % 2 == 1;
    }

    /// <summary>The text with comments, string literals and quoted names blanked out.</summary>
    internal static string Blank(string text)
    {
        var code = new StringBuilder(text);
        for (int i = 0; i < text.Length; i++)
        {
            string end = text[i] switch
            {
                '\'' or '"' or '`' => text[i].ToString(),
                '-' when i + 1 < text.Length && text[i + 1] == '-' => "\n",
                '/' when i + 1 < text.Length && text[i + 1] == '*' => "*/",
                _ => "",
            };
            if (end.Length == 0)
            {
                continue;
            }
            int start = i + 1;
            int found = text.IndexOf(end, start, StringComparison.Ordinal);
            i = found < 0 ? text.Length - 1 : found;
            // The quotes stay, so that their number tells where a literal begins.
            for (int blank = start; blank < (found < 0 ? text.Length : found); blank++)
            {
                code[blank] = ' ';
            }
        }
        return code.ToString();
    }

    private static string WithoutBrackets(string code)
    {
        int depth = 0;
        return string.Concat(code.Select(letter =>
        {
            depth += letter == '(' ? 1 : 0;
            char shown = depth > 0 ? ' ' : letter;
            depth -= letter == ')' && depth > 0 ? 1 : 0;
            return shown;
        }));
    }

    private IEnumerable<string> SelectList(string text)
    {
        int start = Word(Outer, "SELECT", 0);
        if (start < 0)
        {
            yield break;
        }
        start += "SELECT".Length;
        int end = Word(Outer, "FROM", start);
        end = end < 0 ? text.Length : end;
        for (int i = start; i <= end; i++)
        {
            if (i == end || Outer[i] == ',')
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }
    }

    private static int Word(string code, string word, int start)
    {
        for (int at = start; (at = code.IndexOf(word, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += word.Length)
        {
            int after = at + word.Length;
            if ((at == 0 || !IsNamePart(code[at - 1])) && (after == code.Length || !IsNamePart(code[after])))
            {
                return at;
            }
        }
        return -1;
    }

    private static bool IsNamePart(char letter) => char.IsLetterOrDigit(letter) || letter == '_';
}
