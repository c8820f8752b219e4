namespace TokenDashboard;

/// <summary>Creates messages from untrusted text: names in a store, titles on a server, responses of a proxy.</summary>
internal static class MessageText
{
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// A message without control characters and without the secrets of connections in use. Line breaks become spaces, so
    /// that a name cannot look like a separate message.
    /// </summary>
    public static string Clean(string message) => Visible(Secrets.MaskInMessage(message), breaks: ' ');

    /// <summary>Text without control characters and without characters that change the text direction.</summary>
    public static string Visible(string text) => Visible(text, Replacement);

    private static string Visible(string text, char breaks) => text.Any(IsObeyed)
        ? string.Concat(text.Select(character => character is '\n' or '\r' or '\t' ? breaks : IsObeyed(character) ? Replacement : character))
        : text;

    /// <summary>
    /// Whether a terminal obeys a character instead of showing it. The format characters that join letters and emoji are harmless: U+200C and U+200D.
    /// </summary>
    public static bool IsObeyed(char character) => char.GetUnicodeCategory(character) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => character is not ('\u200C' or '\u200D'),
        _ => false,
    };
}
