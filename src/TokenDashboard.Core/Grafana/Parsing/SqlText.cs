namespace TokenDashboard.Grafana.Parsing;

/// <summary>SQL, split as far as rules require. It is not parsed.</summary>
internal sealed partial class SqlText
{
    /// <summary>The maximum length of a query that is checked and run, before and after variables are inserted, in characters.</summary>
    internal const int MaxLength = 1 << 20;

    // The position of the quote that opens the string literal around each position; -1 outside of literals.
    private readonly int[] _literal;
    private readonly int _listStart;
    private readonly int _listEnd;

    internal SqlText(string text)
    {
        Code = Blank(text);
        _literal = new int[text.Length];
        for (int i = 0, open = -1; i < text.Length; i++)
        {
            _literal[i] = open;
            open = Code[i] != '\'' ? open : open < 0 ? i : -1;
        }
        Outer = WithoutBrackets(Code);
        Match select = Select().Match(Outer);
        _listStart = select.Success ? select.Index + select.Length : text.Length;
        Match from = From().Match(Outer, _listStart);
        _listEnd = from.Success ? from.Index : text.Length;
        Columns = select.Success ? [.. SelectList(text)] : [];
    }

    /// <summary>The text with comments, string literals and quoted names blanked out. Positions stay the same.</summary>
    internal string Code { get; }
    /// <summary><see cref="Code"/> with the contents of parentheses blanked out: the outermost SELECT.</summary>
    internal string Outer { get; }
    /// <summary>The original text of the result columns of the outermost SELECT; empty if there is none.</summary>
    internal IReadOnlyList<string> Columns { get; }

    internal bool InLiteral(int index) => _literal[index] >= 0;

    /// <summary>Whether a position is in a string literal that is outside of parentheses and among the columns of the outermost SELECT.</summary>
    internal bool InColumnLiteral(int index) => InLiteral(index) && index >= _listStart && index < _listEnd && Outer[_literal[index]] == '\'';

    /// <summary>The variables in place of a table, or of the first argument of a view, in any form: <c>FROM ${name:raw}</c>, <c>FROM $name</c>.</summary>
    /// <param name="code">A text as <see cref="Blank(string)"/> returns it.</param>
    internal static IEnumerable<string> RelationsIn(string code) => Relation().Matches(code).Select(match => match.Groups["name"].Value);

    /// <summary>Text with parts replaced, in their order; null if it becomes too long.</summary>
    internal static string? Replaced(string text, IEnumerable<(int Index, int Length, string With)> parts)
    {
        var replaced = new StringBuilder();
        int end = 0;
        foreach ((int index, int length, string with) in parts.Append((text.Length, 0, "")))
        {
            if (replaced.Length + index - end + with.Length > MaxLength)
                return null;
            replaced.Append(text, end, index - end).Append(with);
            end = index + length;
        }
        return replaced.ToString();
    }

    // A regular expression would compare a long word at each position of a long text.
    internal static bool HasWord(string text, string word)
    {
        for (int at = 0; (at = text.IndexOf(word, at, StringComparison.Ordinal)) >= 0; at += word.Length)
        {
            int end = at + word.Length;
            if ((at == 0 || !IsNamePart(text[at - 1])) && (end == text.Length || !IsNamePart(text[end])))
                return true;
        }
        return false;
    }

    /// <summary>Whether a text ends with a name, ignoring other characters after both.</summary>
    internal static bool EndsWithWord(string text, string word)
    {
        (text, word) = (UpToName(text), UpToName(word));
        return word.Length > 0 && text.EndsWith(word, StringComparison.Ordinal) && (text.Length == word.Length || !IsNamePart(text[^(word.Length + 1)]));
    }

    private static string UpToName(string text)
    {
        int end = text.Length;
        while (end > 0 && !IsNamePart(text[end - 1]))
            end--;
        return text[..end];
    }

    private static bool IsNamePart(char letter) => char.IsLetterOrDigit(letter) || letter == '_';

    /// <summary>The text with comments, string literals and quoted names blanked out. Positions stay the same.</summary>
    internal static string Blank(string text) => Blank(text, literals: true);

    /// <summary>The text with comments blanked out. Positions stay the same.</summary>
    internal static string WithoutComments(string text) => Blank(text, literals: false);

    // The quotes are kept, so that their number shows where a literal begins.
    private static string Blank(string text, bool literals) => CommentOrLiteral().Replace(text, match =>
        !match.Groups["quote"].Success ? new string(' ', match.Length)
            : literals ? match.Value[0] + new string(' ', match.Groups["text"].Length) + match.Value[(1 + match.Groups["text"].Length)..]
            : match.Value);

    /// <summary>The text with parentheses, including their contents, blanked out. Positions stay the same.</summary>
    internal static string WithoutBrackets(string code)
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
        int start = _listStart;
        foreach (string column in Outer[_listStart.._listEnd].Split(','))
        {
            yield return text.Substring(start, column.Length).Trim();
            start += column.Length + 1;
        }
    }

    /// <summary>A use of a variable whose value is inserted unchanged, except Grafana's built-in variables.</summary>
    internal const string Variable =
        @"(?:\$\{(?<name>(?!__)\w{1,200})(?::raw)?\}|\[\[(?<name>(?!__)\w{1,200})(?::raw)?\]\]|\$(?<name>(?!__)[A-Za-z_]\w{0,199}))";

    [GeneratedRegex(@"--[^\n]*|/\*.*?(?:\*/|\z)|(?<quote>['""`])(?<text>.*?)(?:\k<quote>|\z)", RegexOptions.Singleline)]
    private static partial Regex CommentOrLiteral();

    [GeneratedRegex(@"\bSELECT\b", RegexOptions.IgnoreCase)] private static partial Regex Select();
    [GeneratedRegex(@"\bFROM\b", RegexOptions.IgnoreCase)] private static partial Regex From();

    [GeneratedRegex(@"\b(?:FROM|JOIN)\s+(?:\w{1,200}\(\s*)?" + Variable, RegexOptions.IgnoreCase)] private static partial Regex Relation();
}
