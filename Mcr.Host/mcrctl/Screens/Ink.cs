namespace Mcr.Host.Mcrctl.Screens;

/// <summary>
/// How a piece of text looks. Only what can be read on a light and on a dark terminal alike, and nothing that the words do not say, too.
/// </summary>
internal enum Ink
{
    Plain,
    Head,
    Bad,
    Poor,
    Faint,
}

/// <summary>A piece of a line.</summary>
internal readonly record struct Span(string Text, Ink Ink);

/// <summary>A line of a screen, no longer than the screen is wide.</summary>
internal readonly record struct Line(params IReadOnlyList<Span> Spans)
{
    private const string Reset = "\e[0m";

    public static Line Of(string text, Ink ink = Ink.Plain) => new(new Span(text, ink));

    /// <param name="isColoured">With SGR sequences (ECMA-48 8.3.117).</param>
    public string Text(bool isColoured) => isColoured
        ? string.Concat(Spans.Select(s => s.Ink == Ink.Plain ? s.Text : Begin(s.Ink) + s.Text + Reset)).TrimEnd(' ')
        : string.Concat(Spans.Select(s => s.Text)).TrimEnd(' ');

    private static string Begin(Ink ink) => ink switch
    {
        Ink.Head => "\e[1m",
        Ink.Bad => "\e[1;31m", // red can be read on black and on white, which yellow and blue cannot
        Ink.Poor => "\e[35m",
        _ => "\e[2m",
    };
}
