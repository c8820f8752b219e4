using System.Collections.Concurrent;
using System.Net;

namespace TokenDashboard;

/// <summary>
/// Masks the secrets of a connection in messages. A server or a proxy can repeat the request's headers anywhere, so
/// secrets are detected in plain text, in part, and in the usual encodings. Data is never masked.
/// </summary>
internal sealed partial class Secrets : IDisposable
{
    private const string Mask = "***";

    /// <summary>Parts of this length are masked. A shorter secret is masked only as a whole word.</summary>
    private const int ShortestPart = 8;

    /// <summary>Decoded text contains shorter secrets by chance.</summary>
    private const int ShortestEncoded = 4;

    /// <summary>An echo can be encoded twice, for example in a page that quotes JSON.</summary>
    private const int MaxLayers = 3;

    /// <summary>The length of a part that is too short to be masked, in the longest encoding twice.</summary>
    private const int LongestEncodedPart = 64;

    private static readonly ConcurrentDictionary<Secrets, bool> InUse = [];

    // Replaced as a whole, because messages of other sessions read them meanwhile.
    private volatile string[] _all = [];
    private volatile string[] _unmistakable = [];

    internal Secrets() => InUse[this] = true;

    /// <summary>
    /// Masks the secrets in use in a message that contains names and words of this module. Only secrets that cannot be a name
    /// or a word are masked, because a password that is a word could be part of the message.
    /// </summary>
    internal static string MaskInMessage(string message)
    {
        foreach (Secrets secrets in InUse.Keys)
            message = Masked(message, secrets._unmistakable);
        return message;
    }

    internal void Add(string secret)
    {
        if (secret.Length == 0 || _all.Contains(secret))
            return;
        _all = [.. _all, secret];
        if (secret.Length >= ShortestPart && !secret.All(char.IsLetter))
            _unmistakable = [.. _unmistakable, secret];
    }

    /// <summary>Masks the secrets in text from a server.</summary>
    internal string MaskIn(string words) => Masked(words, _all);

    /// <summary>The beginning of text from a server on one line, without secrets. If it is cut, it ends with an ellipsis.</summary>
    internal string MaskBeginningOf(string words, int most)
    {
        // A server can send megabytes. Twice the length is searched, because masks are shorter than secrets.
        bool isCut = words.Length > 2 * most;
        string masked = MaskIn(WhiteSpace().Replace(isCut ? words[..(2 * most)] : words, " ").Trim());
        // The end can be a part of a secret that is not recognized.
        int length = isCut ? Math.Max(0, masked.Length - LongestEncodedPart) : masked.Length;
        return isCut || length > most ? $"{masked.AsSpan(0, Math.Min(length, most))}…" : masked;
    }

    /// <summary>Stops masking the secrets in messages when the connection ends.</summary>
    public void Dispose() => InUse.TryRemove(this, out _);

    private static string Masked(string text, string[] secrets)
    {
        if (secrets.Length == 0)
            return text;
        string masked = MaskPlain(text, secrets);
        string plain = masked;
        for (int layer = 0; layer < MaxLayers; layer++)
        {
            string decoded = Decode(plain);
            if (decoded == plain)
                break;
            plain = MaskPlain(decoded, secrets);
            if (plain != decoded)
                masked = plain;
        }
        return masked;
    }

    private static string MaskPlain(string text, string[] secrets)
    {
        foreach (string secret in secrets)
            text = secret.Length < ShortestPart ? MaskWord(text, secret) : MaskParts(text, secret);
        return Base64Run().Replace(text, run => HoldsSecret(run.Value, secrets) ? Mask : run.Value);
    }

    private static string MaskParts(string text, string secret)
    {
        StringBuilder? masked = null;
        int kept = 0;
        for (int at = 0; at + ShortestPart <= text.Length;)
        {
            int length = ShortestPart;
            if (!secret.AsSpan().Contains(text.AsSpan(at, length), StringComparison.Ordinal))
            {
                at++;
                continue;
            }
            while (at + length < text.Length && secret.AsSpan().Contains(text.AsSpan(at, length + 1), StringComparison.Ordinal))
                length++;
            masked ??= new StringBuilder();
            masked.Append(text, kept, at - kept).Append(Mask);
            kept = at += length;
        }
        return masked is null ? text : masked.Append(text, kept, text.Length - kept).ToString();
    }

    private static string MaskWord(string text, string secret)
    {
        for (int at = 0; (at = text.IndexOf(secret, at, StringComparison.Ordinal)) >= 0;)
        {
            int end = at + secret.Length;
            bool word = (at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end]));
            text = word ? string.Concat(text.AsSpan(0, at), Mask, text.AsSpan(end)) : text;
            at = word ? at + Mask.Length : at + 1;
        }
        return text;
    }

    /// <summary>Whether a text that may be Base64, or any part of it, contains a secret.</summary>
    private static bool HoldsSecret(string run, string[] secrets)
    {
        string letters = run.Replace('-', '+').Replace('_', '/');
        for (int start = 0; start < 4 && start + 4 <= letters.Length; start++)
        {
            byte[] bytes = Convert.FromBase64String(letters.Substring(start, (letters.Length - start) / 4 * 4));
            string text = Encoding.UTF8.GetString(bytes);
            if (Array.Exists(secrets, secret => secret.Length >= ShortestEncoded && (secret.Length < ShortestPart ? MaskWord(text, secret) : MaskParts(text, secret)) != text))
                return true;
        }
        return false;
    }

    private static string Decode(string text)
    {
        string decoded = JsonEscape().Replace(text, escape => ((char)Convert.ToUInt16(escape.Groups[1].Value, 16)).ToString());
        return WebUtility.HtmlDecode(Uri.UnescapeDataString(decoded));
    }

    [GeneratedRegex("\\s+")] private static partial Regex WhiteSpace();

    [GeneratedRegex("[A-Za-z0-9+/_-]{8,}")] private static partial Regex Base64Run();

    [GeneratedRegex(@"\\[uU]([0-9A-Fa-f]{4})")] private static partial Regex JsonEscape();
}
