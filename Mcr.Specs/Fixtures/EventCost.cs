using System.Globalization;

namespace Mcr.Specs.Fixtures;

/// <summary>
/// What an event costs the datagrams that flow meanwhile, told alike by every spec that measures it: one line an event, all of which
/// <c>grep '^ *cost |'</c> finds in the output of the suite (<c>-showliveoutput</c>).
/// </summary>
/// <param name="Ingress">ring or mmsg.</param>
internal sealed record EventCost(string Event, string Ingress)
{
    /// <summary>How long nothing arrived, in milliseconds; from when the network was whole again if that was the event.</summary>
    public required double Gap { get; init; }

    /// <summary>null: nobody has set a limit.</summary>
    public double? LongestGap { get; init; }

    /// <summary>null where the sender cannot know what a dead link has swallowed. Without those that were dropped for their age.</summary>
    public long? Lost { get; init; }

    public long? MostLost { get; init; }

    public long? Sent { get; init; }

    /// <summary>Dropped because they had waited longer than max-age.</summary>
    public long TooOld { get; init; }

    /// <summary>Prints it, and then fails when it is more than is allowed.</summary>
    public void Check(ITestOutputHelper output)
    {
        output.WriteLine($"cost | {Event} | {Ingress} | gap {Text(Gap)} ms, wanted {Text(LongestGap)} | lost {Text(Lost)}, wanted {Text(MostLost)} | too old {Text(TooOld)} | of {Text(Sent)} sent");
        if (MostLost is { } most)
            Assert.InRange(Lost!.Value, 0, most);
        if (LongestGap is { } longest)
            Assert.InRange(Gap, 0, longest);
    }

    private static string Text(double? value) => value?.ToString("F0", CultureInfo.InvariantCulture) ?? "-";
}
