using System.Buffers;
using System.Management.Automation.Language;

namespace TokenDashboard.Completion;

/// <summary>
/// The base class of all completers. Quotes are removed before matching, results are quoted if required, and a completer
/// that fails offers nothing instead of an error.
/// </summary>
public abstract class Completer : IArgumentCompleter
{
    private readonly Func<string, IDictionary, IEnumerable<(string Text, string ToolTip)>> _values;

    /// <summary>Offers the values for a parameter in their order, depending on the values of other parameters.</summary>
    private protected Completer(Func<string, IDictionary, IEnumerable<(string Text, string ToolTip)>> values) => _values = values;

    // PowerShell treats typographic quotes and dashes like plain ones.
    private const string Dashes = "-–—―";

    // A longer list is not useful.
    private const int MostOffered = 1000;

    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(" '\"`$(){};,|&<>@#*?[‘’‚‛“”„");

    private const string ObeyedInQuotes = "`$\"“”„";

    /// <inheritdoc/>
    public virtual IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? "").Trim('\'', '"');
        try
        {
            return [.. _values(parameterName, fakeBoundParameters)
                .Where(value => IsMatch(value.Text, word))
                .Take(MostOffered)
                .Select(value => new CompletionResult(Quote(value.Text), Display.Text(value.Text), CompletionResultType.ParameterValue, Display.Text(value.ToolTip)))];
        }
        // For example, the drive of a path does not exist, or another program locks a file. Errors are ignored, because the line has not been run yet.
        catch (Exception exception) when (exception is not PipelineStoppedException)
        {
            return [];
        }
    }

    /// <summary>Whether to offer a value for the typed text.</summary>
    private protected virtual bool IsMatch(string text, string word) => text.StartsWith(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The text as PowerShell parses it back, with escape sequences such as `u{202e} for characters that the terminal would obey. Wildcards are escaped for
    /// parameters that support them.
    /// </summary>
    private protected virtual string Quote(string text)
    {
        if (text.Any(MessageText.IsObeyed))
            return $"\"{string.Concat(text.Select(Escape))}\"";
        bool plain = text.Length > 0 && !Dashes.Contains(text[0]) && text.AsSpan().IndexOfAny(NeedQuotes) < 0
            && !text.Any(char.IsWhiteSpace);
        return plain ? text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
    }

    private static string Escape(char character) =>
        MessageText.IsObeyed(character) ? $"`u{{{(int)character:x}}}" : ObeyedInQuotes.Contains(character) ? $"`{character}" : character.ToString();
}
