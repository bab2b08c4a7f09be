using System.Globalization;
using System.Text.Json;
using Mcr.Native.Redundancy;

namespace Mcr.Actors.Redundancy;

/// <summary>What loops decide, in an operator's words. Pure.</summary>
internal static class RedundancyTexts
{
    /// <summary>For programs: such as <c>input_silent</c>.</summary>
    public static string Name(TakeoverCause cause) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{cause}");

    public static string Why(TakeoverView view)
    {
        string gap = view.Gap is { } time ? string.Create(CultureInfo.InvariantCulture, $" for {time.TotalMilliseconds:0} ms") : "";
        return view.Cause switch
        {
            TakeoverCause.Began => "it has begun",
            TakeoverCause.Silence => $"its input flowed, and nobody was heard on the output{gap}",
            TakeoverCause.Unanswered => $"several datagrams in a row came in, and nobody was heard to send them on{gap}",
            TakeoverCause.Ordered => "it was told to",
            TakeoverCause.Resumed => "its worker had stood still, and nobody had taken over meanwhile",
            TakeoverCause.Outranked => "another node forwards it, and goes first",
            TakeoverCause.HandedOver => "it was handed over",
            TakeoverCause.InputSilent => "its input is silent, and another node forwards it",
            TakeoverCause.Withheld => view.Unfit ?? "the node is drained, or a link was down",
            TakeoverCause.Frozen => $"its worker stood still{gap}",
            TakeoverCause.Fenced => "another node forwards it, and neither hears the other",
            _ => Name(view.Cause),
        };
    }

    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
