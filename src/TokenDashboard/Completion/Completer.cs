using System.Buffers;
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using TokenDashboard.Formatting;

namespace TokenDashboard.Completion;

/// <summary>
/// What every completer shares: the user's quotes are taken off before matching, results are quoted where they need it, and a completer
/// that fails offers nothing rather than an error.
/// </summary>
public abstract class Completer : IArgumentCompleter
{
    // PowerShell takes typographic quotes and dashes for the plain ones.
    private const string Dashes = "-–—―";

    // Nobody looks through more.
    private const int MostOffered = 1000;

    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(" '\"`$(){};,|&<>@#*?[‘’‚‛“”„");

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? "").Trim('\'', '"');
        try
        {
            return [.. Values(parameterName, fakeBoundParameters)
                .Where(value => IsMatch(value.Text, word))
                .Take(MostOffered)
                .Select(value => new CompletionResult(Quote(value.Text), Display.Text(value.Text), CompletionResultType.ParameterValue, Display.Text(value.ToolTip)))];
        }
        catch (TokenDashboardException)
        {
            return [];
        }
    }

    /// <summary>The values to choose from, in the order to offer them.</summary>
    private protected abstract IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters);

    /// <summary>Whether a text is offered for what was typed.</summary>
    private protected virtual bool IsMatch(string text, string word) => text.StartsWith(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>The text as PowerShell reads it back; wildcards in it are escaped for parameters that know them.</summary>
    private protected virtual string Quote(string text)
    {
        bool plain = text.Length > 0 && !Dashes.Contains(text[0]) && text.AsSpan().IndexOfAny(NeedQuotes) < 0
            && !text.Any(character => char.IsWhiteSpace(character) || char.IsControl(character));
        return plain ? text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
    }
}
