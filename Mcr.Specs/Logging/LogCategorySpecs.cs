using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Configuration;
using Mcr.Host.Mcrd.Logging;
using Mcr.Native.Logging;

namespace Mcr.Specs.Logging;

/// <summary>The list of facilities is closed: whoever logs has one, and each is documented.</summary>
public sealed partial class LogCategorySpecs
{
    [Fact]
    public void Every_type_that_may_log_should_have_a_facility()
    {
        Type[] types = [.. typeof(McrSettings).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(ActorBase)) || t.GetFields((System.Reflection.BindingFlags)(-1)).Any(f => f.FieldType == typeof(ILoggingAdapter)))];
        Assert.True(types.Length > 10);
        Assert.Empty(types.Where(t => LogCategories.Find(t.FullName!) is null).Select(t => t.FullName));
    }

    [Fact]
    public void Every_category_that_the_source_names_should_have_a_facility()
    {
        Type[] known = [.. new[] { typeof(McrSettings), typeof(LogFacility), typeof(LogCategories) }.SelectMany(t => t.Assembly.GetTypes())];
        string[] named =
        [
            .. from file in SourceTree.Read(Executables.RepositoryRoot)
            where file.Key.EndsWith(".cs", StringComparison.Ordinal) && !file.Key.StartsWith("Mcr.Specs/", StringComparison.Ordinal)
            from Match match in NamedCategory().Matches(file.Value)
            select match.Groups["type"].Value,
        ];
        Assert.Contains("StatsLines", named);
        Assert.Contains("ControlServer", named);
        Assert.All(named.Where(name => name != "T"), name => Assert.Contains(known, t => t.Name == name && LogCategories.Find(t.FullName!) is not null));
    }

    [Theory]
    [InlineData("mcrd", LogFacility.Supervisor)]
    [InlineData("Mcr.Actors.Relay.RelaySupervisor", LogFacility.Supervisor)]
    [InlineData("Mcr.Actors.Relay.ControlActor", LogFacility.ControlSocket)]
    [InlineData("Mcr.Actors.Control.ControlServer", LogFacility.ControlSocket)]
    [InlineData("Mcr.Actors.Rules.RuleActor", LogFacility.RuleDispatch)]
    [InlineData("Mcr.Actors.Interfaces.InterfaceActor", LogFacility.Ingress)]
    [InlineData("Mcr.Actors.Interfaces.StatsLines", LogFacility.Stats)]
    [InlineData("Mcr.Actors.Events.EventsActor", LogFacility.Stats)]
    [InlineData("Mcr.Actors.Workers.WorkerActor", LogFacility.DataPlane)]
    [InlineData("Mcr.Actors.Platform.Orphans", LogFacility.DataPlane)]
    [InlineData("Mcr.Actors.Links.LinkActor", LogFacility.Network)]
    [InlineData("Mcr.Actors.State.StateActor", LogFacility.State)]
    [InlineData("Mcr.Native.Privileges.Capabilities", LogFacility.Security)]
    [InlineData("Mcr.Native.Packet.DropReason", LogFacility.PacketParser)]
    [InlineData("worker.Egress", LogFacility.Egress)]
    [InlineData("Akka.Actor.ActorSystemImpl", LogFacility.Runtime)]
    [InlineData("Microsoft.Hosting.Lifetime", LogFacility.Runtime)]
    public void Category_should_belong_to_a_facility(string category, LogFacility facility) => Assert.Equal(facility, LogCategories.Find(category));

    [Fact]
    public void What_nobody_has_thought_of_should_be_the_supervisors() =>
        Assert.Equal((null, LogFacility.Supervisor), (LogCategories.Find("Somebody.Else"), LogCategories.Of("Somebody.Else")));

    [Fact]
    public void Every_facility_should_be_documented_with_the_key_that_sets_its_level()
    {
        string comment = SettingsReader.Reference.Split("Facilities that have a level")[1].Split("levels {")[0];
        Assert.All(LogNames.Facilities.Keys, name => Assert.Contains($"{name} (", comment, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"CreateLogger<(?<type>\w+)>|Warn<(?<type>\w+)>\(|Logging\.GetLogger\([^,]+, typeof\((?<type>\w+)\)")]
    private static partial Regex NamedCategory();
}
