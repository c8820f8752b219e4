namespace TokenDashboard.Host;

/// <summary>A line being typed: its text, the cursor in it, and the lines typed before. Knows keys and nothing of the terminal.</summary>
/// <param name="history">Earlier lines, oldest first.</param>
internal sealed class LineEditor(IReadOnlyList<string> history)
{
    private int _recalled = history.Count;
    private string _draft = "";

    /// <summary>What has been typed.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The cursor's place in <see cref="Text"/>, from 0 to its length.</summary>
    public int Cursor { get; private set; }

    /// <summary>Does what a key asks for; keys without a meaning do nothing.</summary>
    public void Press(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Backspace when Cursor > 0:
                Replace(Cursor - 1, 1, "");
                break;
            case ConsoleKey.Delete when Cursor < Text.Length:
                Replace(Cursor, 1, "");
                break;
            case ConsoleKey.LeftArrow:
                Cursor = Math.Max(0, Cursor - 1);
                break;
            case ConsoleKey.RightArrow:
                Cursor = Math.Min(Text.Length, Cursor + 1);
                break;
            case ConsoleKey.Home:
                Cursor = 0;
                break;
            case ConsoleKey.End:
                Cursor = Text.Length;
                break;
            case ConsoleKey.Escape:
                Replace(0, Text.Length, "");
                break;
            case ConsoleKey.UpArrow when _recalled > 0:
                Recall(_recalled - 1);
                break;
            case ConsoleKey.DownArrow when _recalled < history.Count:
                Recall(_recalled + 1);
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    Replace(Cursor, 0, key.KeyChar.ToString());
                }
                break;
        }
    }

    /// <summary>Puts a text in the place of another and the cursor behind it.</summary>
    public void Replace(int start, int length, string text)
    {
        Text = string.Concat(Text.AsSpan(0, start), text, Text.AsSpan(start + length));
        Cursor = start + text.Length;
    }

    private void Recall(int index)
    {
        if (_recalled == history.Count)
        {
            _draft = Text;
        }
        _recalled = index;
        Replace(0, Text.Length, index == history.Count ? _draft : history[index]);
    }
}
