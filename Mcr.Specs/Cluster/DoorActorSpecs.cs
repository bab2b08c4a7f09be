using System.Security.Cryptography;
using Akka.Actor;
using Akka.Configuration;
using Mcr.Actors.Cluster.Member;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;

namespace Mcr.Specs.Cluster;

/// <summary>Requests from node to node, over real remoting in plain text: a and b are a cluster.</summary>
public sealed class DoorActorSpecs : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly HostPort Loopback = new("127.0.0.1", 0);

    private readonly ControlGate _gate = new();
    private readonly ActorSystem _a = NewSystem("a");
    private readonly ActorSystem _b = NewSystem("b");
    private readonly IActorRef _door;

    public DoorActorSpecs()
    {
        _a.ActorOf(Props.Create(() => new DoorActor(_gate)), DoorActor.Name);
        var closed = new ControlGate();
        _door = _b.ActorOf(Props.Create(() => new DoorActor(closed)), DoorActor.Name);
        foreach (ActorSystem system in new[] { _a, _b })
            Akka.Cluster.Cluster.Get(system).Join(AddressOf(_a));
        foreach (ActorSystem system in new[] { _a, _b })
            Assert.True(SpinWait.SpinUntil(() => Akka.Cluster.Cluster.Get(system).State.Members.Count == 2, Patience), "they do not become a cluster");
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_a.Terminate(), _b.Terminate());

    [Fact]
    public async Task Request_should_be_passed_on_by_the_member_that_it_says()
    {
        Serve(request => request is ControlRequest.Ping ? new ControlResponse.Success("pong") : new ControlResponse.Error("?"));
        Assert.Equal("pong", Assert.IsType<ControlResponse.Success>(await AskAsync(_b, "b")).Sentence);
        Assert.Equal("node b has passed this on as node 'c'; nothing was done. If it has just joined, try again", Sentence(await AskAsync(_b, "c")));
    }

    /// <summary>It has a node's certificate, or it would not be connected; and a name of its choice.</summary>
    [Fact]
    public async Task Stranger_should_not_pass_for_a_member()
    {
        Serve(_ => new ControlResponse.Success("pong"));
        using ActorSystem stranger = NewSystem("b");
        Assert.Equal("a node that is no member as far as is known here has passed this on as node 'b'; nothing was done. If it has just joined, try again", Sentence(await AskAsync(stranger, "b")));
        await stranger.Terminate();
    }

    [Fact]
    public async Task Fault_should_be_answered_by_a_sentence()
    {
        Serve(_ => throw new InvalidCastException("a fault"));
        Assert.Equal("mcrd could not do it: a fault", Sentence(await AskAsync(_b, "b")));
        Assert.NotEmpty(Sentence(await AskAsync(_b, "b", [1, 2, 3])));
        Assert.NotEmpty(Sentence(await AskAsync(_b, "b", Packed.Of("{}"u8.ToArray()))));
    }

    [Fact]
    public async Task Answer_that_no_message_has_room_for_should_be_replaced_by_a_sentence()
    {
        string random = Convert.ToHexString(RandomNumberGenerator.GetBytes(10 << 20));
        Serve(_ => new ControlResponse.Success(random));
        Assert.Matches($"^it has been answered, but the answer has [0-9]+ bytes when it is packed, and at most {Packed.MaxBytes} go to another node", Sentence(await AskAsync(_b, "b")));
    }

    [Fact]
    public async Task Request_that_no_message_has_room_for_should_not_be_sent_and_the_largest_arrive()
    {
        Exception refusal = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SendAsync(new byte[Packed.MaxBytes + 1]));
        Assert.StartsWith($"node a was not asked: what is asked has {Packed.MaxBytes + 1} bytes when it is packed, and at most {Packed.MaxBytes} go", refusal.Message, StringComparison.Ordinal);
        Assert.NotEmpty(Sentence(Read(await SendAsync(new byte[Packed.MaxBytes])))); // it is nothing that was packed
    }

    private static ActorSystem NewSystem(string node)
    {
        Config quiet = ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, loggers = [], log-dead-letters = off }");
        Config cluster = ClusterConfig.Of(new ClusterSettings(true, "mcr", Loopback, null, [], [], true), node, "1");
        return ActorSystem.Create("mcr", quiet.WithFallback(cluster).WithFallback(RemoteConfig.Of(Loopback, null, null, ClusterConfig.TrustedPaths).Config));
    }

    private static Address AddressOf(ActorSystem system) => Akka.Cluster.Cluster.Get(system).SelfAddress;

    private static string Sentence(ControlResponse response) => Assert.Single(Assert.IsType<ControlResponse.Error>(response).Problems).Sentence;

    private static ControlResponse Read(Forwarded answer) => ResponseCodec.Decode(Packed.Open(answer.Response, ControlProtocol.MaxResponseBytes));

    private async Task<ControlResponse> AskAsync(ActorSystem from, string name, byte[]? request = null) =>
        Read(await from.ActorSelection($"{AddressOf(_a)}/user/{DoorActor.Name}").Ask<Forwarded>(new Forward(name, "root (0)", true, request ?? Packed.Of(RequestCodec.Encode(new ControlRequest.Ping()))), Patience));

    private Task<Forwarded> SendAsync(byte[] request) => _door.Ask<Forwarded>(new MemberMessages.Send($"{AddressOf(_a)}", "a", new Forward("b", "root (0)", true, request)), Patience);

    private void Serve(Func<ControlRequest, ControlResponse> answer) => _gate.Open(_a.ActorOf(Props.Create(() => new Relay(answer))));

    private sealed class Relay : ReceiveActor
    {
        public Relay(Func<ControlRequest, ControlResponse> answer) => Receive<ControlRequest>(request =>
        {
            object said;
            try
            {
                said = answer(request);
            }
            catch (InvalidCastException e)
            {
                said = new Status.Failure(e);
            }

            Sender.Tell(said);
        });
    }
}
