using Mcr.Actors.Control;
using Mcr.Actors.Messages;

namespace Mcr.Specs.Events;

public sealed class EventViewsSpecs
{
    /// <summary>They are kept beside the kinds: where one is missing, or out of order, whoever shows or posts an event ends by it.</summary>
    [Fact]
    public void Every_kind_should_have_a_name_of_its_own()
    {
        EventKind[] kinds = Enum.GetValues<EventKind>();
        Assert.Equal(kinds.Select(Words), kinds.Select(EventViews.Name));
        Assert.Equal(Enum.GetValues<AlarmKind>().Select(Words), Enum.GetValues<AlarmKind>().Select(EventViews.Name));
        Assert.Equal(["info", "warning", "error"], Enum.GetValues<EventSeverity>().Select(EventViews.Name));
    }

    /// <summary><c>RuleState</c> is <c>rule-state</c>.</summary>
    private static string Words<T>(T kind)
        where T : Enum => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName($"{kind}");
}
