using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace TokenDashboard.Host;

/// <summary>What the engine asks: on the terminal only, with the questions on standard error so that redirected output stays clean.</summary>
internal sealed partial class ConsoleHostUserInterface
{
    public override string ReadLine()
    {
        NonInteractive.ThrowIfNoTerminal("a line of text");
        return Console.ReadLine() ?? throw new HostException("The input ended before an answer was given.");
    }

    public override SecureString ReadLineAsSecureString()
    {
        NonInteractive.ThrowIfNoTerminal("a secret");
        var secret = new SecureString();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace && secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
                Console.Error.Write("\b \b");
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.AppendChar(key.KeyChar);
                Console.Error.Write('*');
            }
        }
        Console.Error.WriteLine();
        secret.MakeReadOnly();
        return secret;
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        NonInteractive.ThrowIfNoTerminal(string.Join(", ", descriptions.Select(field => field.Name)));
        Introduce(caption, message);
        return descriptions.ToDictionary(field => field.Name, Ask);
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        NonInteractive.ThrowIfNoTerminal($"a choice ({caption})");
        Introduce(caption, message);
        (string Key, string Label)[] answers = [.. choices.Select(KeyAndLabel)];
        while (true)
        {
            Say(string.Join("  ", answers.Select(answer => $"[{answer.Key}] {answer.Label}")) + "  [?] Help");
            Say(defaultChoice >= 0 ? $" (default is \"{answers[defaultChoice].Key}\"): " : ": ");
            string answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }
            if (answer == "?")
            {
                for (int index = 0; index < choices.Count; index++)
                {
                    SayLine($"{answers[index].Key} - {choices[index].HelpMessage}");
                }
            }
            int chosen = Array.FindIndex(answers, candidate =>
                answer.Equals(candidate.Key, StringComparison.OrdinalIgnoreCase) || answer.Equals(candidate.Label, StringComparison.OrdinalIgnoreCase));
            if (chosen >= 0)
            {
                return chosen;
            }
        }
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        NonInteractive.ThrowIfNoTerminal("a user name and password");
        Introduce(caption, message);
        while (string.IsNullOrWhiteSpace(userName))
        {
            Say("User: ");
            userName = ReadLine();
        }
        Say($"Password for user {userName}: ");
        return new PSCredential(userName, ReadLineAsSecureString());
    }

    /// <summary>One mandatory parameter: a list ends with an empty line, everything else is one line that the engine can convert.</summary>
    private PSObject Ask(FieldDescription field)
    {
        Type type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
        if (type == typeof(PSCredential))
        {
            return PSObject.AsPSObject(PromptForCredential("", field.Name, "", ""));
        }
        if (type == typeof(SecureString))
        {
            Say($"{field.Name}: ");
            return PSObject.AsPSObject(ReadLineAsSecureString());
        }
        if (!type.IsArray)
        {
            return AskUntilConvertible($"{field.Name}: ", type);
        }
        var items = new List<string>();
        while (true)
        {
            Say($"{field.Name}[{items.Count}]: ");
            string item = ReadLine();
            if (item.Length == 0)
            {
                return PSObject.AsPSObject(items.ToArray());
            }
            items.Add(item);
        }
    }

    private PSObject AskUntilConvertible(string prompt, Type type)
    {
        while (true)
        {
            Say(prompt);
            string line = ReadLine();
            if (LanguagePrimitives.TryConvertTo(line, type, out object value))
            {
                return PSObject.AsPSObject(value);
            }
            SayLine($"'{line}' cannot be read as {type.Name}.");
        }
    }

    private void Introduce(string caption, string message)
    {
        foreach (string text in new[] { caption, message }.Where(text => !string.IsNullOrEmpty(text)))
        {
            SayLine(text);
        }
    }

    private void Say(string text)
    {
        _progress.Clear();
        Console.Error.Write(text);
    }

    private void SayLine(string text) => Say(text + Environment.NewLine);

    /// <summary>A label such as "&amp;Yes" names its key after the ampersand; a label without one is its own key.</summary>
    private static (string Key, string Label) KeyAndLabel(ChoiceDescription choice)
    {
        string label = choice.Label.Replace("&", "", StringComparison.Ordinal);
        int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < choice.Label.Length
            ? (choice.Label[mark + 1].ToString().ToUpperInvariant(), label)
            : (label, label);
    }
}
