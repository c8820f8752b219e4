using System.Management.Automation;
using System.Management.Automation.Host;

namespace TokenDashboard.Host;

/// <summary>Reads lines from a terminal, with editing, recall by the arrow keys, and completion by Tab.</summary>
/// <param name="complete">Asks the engine what could stand at the cursor of a text.</param>
/// <param name="screen">Measures text in the terminal's cells.</param>
internal sealed class LineReader(Func<string, int, CommandCompletion> complete, PSHostRawUserInterface screen)
{
    private readonly List<string> _history = [];

    /// <summary>Reads one line.</summary>
    /// <returns>The line; empty after Ctrl+C; null when the user leaves with Ctrl+D.</returns>
    public string? Read(string prompt)
    {
        // While a line is typed Ctrl+C is a key that abandons it; while a command runs it is a signal that stops the command.
        Console.TreatControlCAsInput = true;
        try
        {
            string? line = Edit(prompt);
            if (!string.IsNullOrWhiteSpace(line) && line != _history.LastOrDefault())
            {
                _history.Add(line);
            }
            return line;
        }
        finally
        {
            Console.TreatControlCAsInput = false;
            Console.Out.WriteLine();
        }
    }

    private string? Edit(string prompt)
    {
        var editor = new LineEditor(_history);
        CommandCompletion? completion = null;
        while (true)
        {
            Draw(prompt, editor);
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            switch (key)
            {
                case { Key: ConsoleKey.Enter }:
                    return editor.Text;
                case { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control }:
                    return "";
                case { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } when editor.Text.Length == 0:
                    return null;
                case { Key: ConsoleKey.Tab }:
                    completion ??= complete(editor.Text, editor.Cursor);
                    if (completion.GetNextResult(forward: !key.Modifiers.HasFlag(ConsoleModifiers.Shift)) is { } match)
                    {
                        editor.Replace(completion.ReplacementIndex, completion.ReplacementLength, match.CompletionText);
                        completion.ReplacementLength = match.CompletionText.Length;
                    }
                    break;
                default:
                    completion = null;
                    editor.Press(key);
                    break;
            }
        }
    }

    /// <summary>Draws in one row, of which a long line shows the part that ends at the cursor or later, so nothing ever wraps.</summary>
    private void Draw(string prompt, LineEditor editor)
    {
        int room = Math.Max(1, screen.BufferSize.Width - 1 - screen.LengthInBufferCells(prompt));
        int start = 0;
        while (screen.LengthInBufferCells(editor.Text[start..editor.Cursor]) > room)
        {
            start++;
        }
        int end = editor.Text.Length;
        while (screen.LengthInBufferCells(editor.Text[start..end]) > room)
        {
            end--;
        }
        int column = screen.LengthInBufferCells(prompt + editor.Text[start..editor.Cursor]);
        // Back to the first column, text, erase the rest of the row, and the cursor to its place.
        Console.Out.Write($"\r{prompt}{editor.Text[start..end]}\e[K\r{(column > 0 ? $"\e[{column}C" : "")}");
    }
}
