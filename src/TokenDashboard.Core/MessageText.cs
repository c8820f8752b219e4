using System.Globalization;

namespace TokenDashboard;

/// <summary>Makes texts for people of texts that others chose: names in a store, titles on a server, what a proxy answered.</summary>
public static class MessageText
{
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// A message without what a terminal would obey and without what the connections in use sign in with. Line breaks become spaces, so
    /// that no name looks like a message of its own.
    /// </summary>
    public static string Clean(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Visible(Secrets.MaskInMessage(message), breaks: ' ');
    }

    /// <summary>A text without what a terminal would obey: control characters, and marks that turn the direction of what follows.</summary>
    public static string Visible(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Visible(text, Replacement);
    }

    private static string Visible(string text, char breaks) => text.Any(IsObeyed)
        ? string.Concat(text.Select(character => character is '\n' or '\r' or '\t' ? breaks : IsObeyed(character) ? Replacement : character))
        : text;

    /// <summary>Of the characters that only format, those that join the letters of words and emoji are harmless: U+200C and U+200D.</summary>
    private static bool IsObeyed(char character) => char.GetUnicodeCategory(character) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => character is not ('\u200C' or '\u200D'),
        _ => false,
    };
}
