using TokenDashboard.Host;

namespace TokenDashboard.Module.Tests.Host;

public class LineEditorTests
{
    [Theory]
    [InlineData(new[] { ConsoleKey.Backspace }, "ab", 2)]
    [InlineData(new[] { ConsoleKey.LeftArrow, ConsoleKey.Backspace }, "ac", 1)]
    [InlineData(new[] { ConsoleKey.Home, ConsoleKey.Delete }, "bc", 0)]
    [InlineData(new[] { ConsoleKey.Home, ConsoleKey.LeftArrow, ConsoleKey.Backspace }, "abc", 0)]
    [InlineData(new[] { ConsoleKey.RightArrow, ConsoleKey.Delete }, "abc", 3)]
    [InlineData(new[] { ConsoleKey.Home, ConsoleKey.End }, "abc", 3)]
    [InlineData(new[] { ConsoleKey.Escape }, "", 0)]
    [InlineData(new[] { ConsoleKey.F5 }, "abc", 3)]
    public void Keys_edit_at_the_cursor(ConsoleKey[] keys, string text, int cursor)
    {
        LineEditor editor = Typed("abc", []);

        Press(editor, keys);

        Assert.Equal((text, cursor), (editor.Text, editor.Cursor));
    }

    [Fact]
    public void Arrows_recall_earlier_lines_and_come_back_to_the_draft()
    {
        LineEditor editor = Typed("draft", ["first", "second"]);

        Press(editor, ConsoleKey.UpArrow, ConsoleKey.UpArrow, ConsoleKey.UpArrow);
        Assert.Equal("first", editor.Text);
        Press(editor, ConsoleKey.DownArrow);
        Assert.Equal("second", editor.Text);
        Press(editor, ConsoleKey.DownArrow, ConsoleKey.DownArrow);
        Assert.Equal("draft", editor.Text);
    }

    [Fact]
    public void Replacing_leaves_the_cursor_behind_the_new_text()
    {
        LineEditor editor = Typed("Get-Tok -Last 1d", []);

        editor.Replace(0, 7, "Get-TokenStore");

        Assert.Equal(("Get-TokenStore -Last 1d", 14), (editor.Text, editor.Cursor));
    }

    private static LineEditor Typed(string text, string[] history)
    {
        var editor = new LineEditor(history);
        foreach (char character in text)
        {
            editor.Press(new ConsoleKeyInfo(character, ConsoleKey.None, shift: false, alt: false, control: false));
        }
        return editor;
    }

    private static void Press(LineEditor editor, params ConsoleKey[] keys)
    {
        foreach (ConsoleKey key in keys)
        {
            editor.Press(new ConsoleKeyInfo('\0', key, shift: false, alt: false, control: false));
        }
    }
}
