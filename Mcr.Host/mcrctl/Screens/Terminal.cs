using System.Text;

namespace Mcr.Host.Mcrctl.Screens;

/// <summary>
/// The terminal that stdout is. NO_COLOR (no-color.org) leaves sequences for looks away, and TERM=dumb all sequences.
/// </summary>
internal sealed class Terminal : IDisposable
{
    // ECMA-48 and xterm: the alternate screen and back, cursor away and back, home, erase to the end of a line and of the screen.
    private const string Enter = "\e[?1049h\e[?25l";
    private const string Leave = "\e[?25h\e[?1049l";
    private const string Home = "\e[H";
    private const string EraseLine = "\e[K"; // not behind a line that is full: the cursor is on its last character still
    private const string EraseRest = "\e[J";

    private const int UsualWidth = 80; // of a terminal that does not say
    private const int UsualHeight = 24;

    private readonly bool _isDumb = Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Lock _lock = new(); // signals come on threads of their own
    private bool _isTaken;

    private bool IsColoured => !_isDumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public static int Width => Console.WindowWidth is > 0 and var width ? width : UsualWidth;

    public static int Height => Console.WindowHeight is > 0 and var height ? height : UsualHeight;

    /// <summary>Below what is there.</summary>
    public void Print(Screen screen) => Write(string.Concat(screen.Lines(Width).Select(line => line.Text(IsColoured) + "\n")));

    /// <summary>In place of what was drawn before, in one write and without erasing first, so that nothing flickers; on a dumb terminal below it.</summary>
    public void Draw(Screen screen)
    {
        if (_isDumb)
        {
            Print(screen);
            Write("\n");
            return;
        }

        lock (_lock)
        {
            (int width, int height) = (Width, Height);
            IReadOnlyList<Line> lines = screen.Frame(width, height);
            string frame = string.Join('\n', lines.Select(line => line.Text(IsColoured) + (TextWidth.Of(line.Text(isColoured: false)) < width ? EraseLine : "")));
            Write((_isTaken ? "" : Enter) + Home + frame + (lines.Count < height ? "\n" + EraseRest : ""));
            _isTaken = true;
        }
    }

    /// <summary>Everything is as it was before the first drawing; until the next.</summary>
    public void Restore()
    {
        lock (_lock)
        {
            if (_isTaken)
                Write(Leave);
            _isTaken = false;
        }
    }

    public void Dispose()
    {
        Restore();
        _output.Dispose();
    }

    private void Write(string text) => _output.Write(Encoding.UTF8.GetBytes(text));
}
