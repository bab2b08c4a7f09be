using Mcr.Host.Mcrctl.Remote;

namespace Mcr.Specs.RemoteConsole;

public sealed class LineStateSpecs
{
    private static readonly string[] Words = ["list", "list-workers", "stats"];
    private LineState _state = new(["first", "second"]);
    private LineEvent _event;

    [Fact]
    public void Keys_should_edit_the_line_where_the_cursor_is()
    {
        Type("lst");
        Press(ConsoleKey.LeftArrow);
        Press(ConsoleKey.LeftArrow);
        Type("i");
        Assert.Equal(("list", 2), (_state.Text, _state.Cursor));
        Press(ConsoleKey.Home);
        Press(ConsoleKey.Delete);
        Press(ConsoleKey.Backspace);
        Press(ConsoleKey.End);
        Press(ConsoleKey.Backspace);
        Assert.Equal(("is", 2), (_state.Text, _state.Cursor));
        Type(" a b");
        Press(ConsoleKey.W, ConsoleModifiers.Control);
        Assert.Equal("is a ", _state.Text);
        Press(ConsoleKey.U, ConsoleModifiers.Control);
        Assert.Equal("", _state.Text);
    }

    [Fact]
    public void Arrows_should_go_through_the_history_and_back_to_what_was_typed()
    {
        Type("dra");
        Press(ConsoleKey.UpArrow);
        Assert.Equal("second", _state.Text);
        Press(ConsoleKey.UpArrow);
        Press(ConsoleKey.UpArrow);
        Assert.Equal("first", _state.Text);
        Press(ConsoleKey.DownArrow);
        Press(ConsoleKey.DownArrow);
        Press(ConsoleKey.DownArrow);
        Assert.Equal("dra", _state.Text);
    }

    [Fact]
    public void Tab_should_complete_what_is_certain_and_list_what_is_not()
    {
        Type("st");
        Press(ConsoleKey.Tab);
        Assert.Equal("stats ", _state.Text);
        Press(ConsoleKey.U, ConsoleModifiers.Control);
        Type("l");
        Press(ConsoleKey.Tab);
        Assert.Equal(("list", LineEvent.None), (_state.Text, _event));
        Press(ConsoleKey.Tab);
        Assert.Equal(LineEvent.Listed, _event);
        Assert.Equal(["list", "list-workers"], _state.Candidates);
    }

    [Fact]
    public void Control_keys_should_end_or_give_up()
    {
        Press(ConsoleKey.D, ConsoleModifiers.Control);
        Assert.Equal(LineEvent.Ended, _event);
        Type("x");
        Press(ConsoleKey.D, ConsoleModifiers.Control);
        Assert.Equal(LineEvent.None, _event);
        Press(ConsoleKey.C, ConsoleModifiers.Control);
        Assert.Equal(LineEvent.Abandoned, _event);
    }

    private void Type(string text)
    {
        foreach (char c in text)
            Press(new ConsoleKeyInfo(c, ConsoleKey.None, false, false, false));
    }

    private void Press(ConsoleKey key, ConsoleModifiers modifiers = 0) => Press(new ConsoleKeyInfo('\0', key, false, false, modifiers.HasFlag(ConsoleModifiers.Control)));

    private void Press(ConsoleKeyInfo key) => (_state, _event) = _state.Press(key, before => (before.LastIndexOf(' ') + 1, Words));
}
