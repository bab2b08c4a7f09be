using Akka.Actor;
using Akka.TestKit;
using Mcr.Actors.Cluster;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Configuration;
using Mcr.Actors.Messages;
using Mcr.Specs.Cluster.Tls;

namespace Mcr.Specs.Cluster;

/// <summary>This node's part of the cluster as it begins, ends and begins again.</summary>
public sealed class ClusterSystemActorSpecs(ITestOutputHelper output) : ClusterSpec(output)
{
    private TestProbe? _owner;

    private TestProbe Owner => _owner ??= CreateTestProbe("owner");

    [Fact]
    public void Part_that_ends_by_itself_should_be_made_anew_at_once_and_later_each_time_it_does_not_live()
    {
        TestProbe events = Subscribe();
        IActorRef actor = Start();
        Assert.Equal(("running", 0), State("running"));
        End();
        Assert.Equal(("waiting", 1), State("waiting"));
        Assert.Equal("this node's part of the cluster has ended: it was terminated; it is made anew at once. What this node relays is not touched", events.ExpectMsg<RelayEvent>().Sentence);
        Assert.InRange(Waited(actor), 0, 50);
        Assert.Equal(("running", 1), State("running"));
        End();
        State("waiting");
        Assert.InRange(Waited(actor), 200, 350);
        State("running");
        End();
        State("waiting");
        Assert.InRange(Waited(actor), 400, 650);
        Assert.Equal(("running", 3), State("running"));

        // One that has lived is begun anew at once.
        Advance(TimeSpan.FromHours(1));
        End();
        State("waiting");
        Assert.InRange(Waited(actor), 0, 50);
    }

    [Fact]
    public void Part_that_cannot_begin_should_be_tried_again_later_each_time_and_say_why()
    {
        Refuse = "address already in use";
        IActorRef actor = Start();
        int[] waits = [.. Enumerable.Range(2, 5).Select(times =>
        {
            Assert.Equal(("waiting", times - 1), State("waiting", "it cannot begin at 127.0.0.1:4053: address already in use"));
            return Waited(actor);
        })];
        Assert.InRange(waits[0], 0, 50);
        Assert.InRange(waits[1], 200, 350);
        Assert.InRange(waits[4], 1_600, 2_500);
        State("waiting");
        Refuse = null;
        Waited(actor);
        State("running");
    }

    /// <summary>The hour that it lived before says nothing of those times when it did not even begin.</summary>
    [Fact]
    public void Part_that_cannot_begin_again_after_a_long_life_should_wait_longer_each_time()
    {
        IActorRef actor = Start();
        State("running");
        Advance(TimeSpan.FromHours(1));
        Refuse = "address already in use";
        End();
        State("waiting");
        Assert.InRange(Waited(actor), 0, 50);
        State("waiting");
        Assert.InRange(Waited(actor), 200, 350);
        State("waiting");
        Assert.InRange(Waited(actor), 400, 650);
    }

    [Fact]
    public void Part_that_is_to_begin_anew_should_soon_and_not_as_one_that_has_failed()
    {
        TestProbe events = Subscribe();
        IActorRef actor = Start();
        for (int times = 2; times < 12; times++)
        {
            State("running");
            actor.Tell(new MemberMessages.BeginAnew("there is a larger part"));
            actor.Tell(new MemberMessages.BeginAnew("and it was told twice"));
            Assert.Equal(("waiting", 0), State("waiting", "there is a larger part"));
            Assert.InRange(Waited(actor), 100, 150);
            AwaitCondition(() => Begun == times);
        }

        Assert.Equal(("running", 0), State("running"));
        events.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void Node_that_was_told_to_leave_should_do_so_in_order_and_stay_out_until_it_is_told_to_join()
    {
        IActorRef actor = Start();
        State("running");
        actor.Tell(new MemberMessages.Leave());
        Member.ExpectMsg<MemberMessages.Leave>();
        End();
        Assert.Equal(("left", 0), State("left"));
        Advance(TimeSpan.FromHours(1));
        Await(actor);
        Assert.Equal(1, Begun);

        actor.Tell(new ClusterMessages.Join());
        State("running");
        Assert.Equal(2, Begun);
        actor.Tell(new ClusterMessages.Join()); // it is there
        Await(actor);
        Assert.Equal(2, Begun);
        End();
        Assert.Equal(("waiting", 1), State("waiting")); // it is cared for again
    }

    [Fact]
    public void Part_that_does_not_leave_in_time_should_be_ended()
    {
        IActorRef actor = Start();
        State("running");
        actor.Tell(new MemberMessages.Leave());
        Await(actor);
        Assert.False(Made[0].WhenTerminated.IsCompleted);
        Advance(TimeSpan.FromSeconds(2));
        State("left");
    }

    [Fact]
    public void Node_that_leaves_while_it_waits_should_not_come_back()
    {
        Refuse = "no";
        IActorRef actor = Start();
        State("waiting");
        Await(actor);
        actor.Tell(new MemberMessages.Leave());
        State("left");
        Advance(TimeSpan.FromMinutes(5));
        Await(actor);
        Assert.Equal(1, Begun);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no")]
    public void Node_that_leaves_while_it_begins_should_be_out_when_it_has(string? refuse)
    {
        CanBegin.Reset();
        Refuse = refuse;
        IActorRef actor = Start();
        AwaitCondition(() => Begun == 1);
        actor.Tell(new MemberMessages.Leave());
        Await(actor);
        CanBegin.Set();
        if (refuse is null)
        {
            Member.ExpectMsg<MemberMessages.Leave>();
            End();
        }

        State("left");
        Advance(TimeSpan.FromMinutes(5));
        Await(actor);
        Assert.Equal(1, Begun);
    }

    /// <summary>It was about to move when it was told to leave; after it has joined again it moves, and fails, as ever.</summary>
    [Fact]
    public void Leaving_should_forget_a_move_that_was_under_way()
    {
        Files = null;
        IActorRef actor = Start();
        State("running");
        actor.Tell(new MemberMessages.BeginAnew("larger"));
        actor.Tell(new MemberMessages.Leave());
        State("left");
        actor.Tell(new ClusterMessages.Join());
        State("running");
        End();
        Assert.Equal(("waiting", 1), State("waiting", "it was terminated"));
    }

    [Fact]
    public void Stop_should_be_answered_when_the_others_are_left_or_nobody_is_there()
    {
        IActorRef actor = Start();
        State("running");
        actor.Tell(new ClusterMessages.Stop(), TestActor);
        Member.ExpectMsg<MemberMessages.Leave>();
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        End();
        ExpectMsg<ClusterMessages.HasLeft>();
        actor.Tell(new ClusterMessages.Stop(), TestActor);
        ExpectMsg<ClusterMessages.HasLeft>();
    }

    [Fact]
    public void Renewed_certificate_should_be_taken_by_a_new_beginning_and_a_bad_one_left_alone()
    {
        using var lab = new CertificateLab();
        TlsSettings settings = lab.Settings(lab.Node());
        Clock.Advance(CertificateLab.Now - Clock.GetUtcNow());
        Files = Read(settings);
        IActorRef actor = Start(settings);
        State("running");
        Look(actor);
        Assert.Equal(1, Begun);

        TestProbe errors = CreateTestProbe();
        Sys.EventStream.Subscribe(errors, typeof(Akka.Event.Error));
        string good = File.ReadAllText(settings.Certificate);
        lab.Write(settings.Certificate, "half wri");
        Look(actor);
        Assert.Contains("the new certificate files cannot be used, and the ones before are until they can", $"{errors.ExpectMsg<Akka.Event.Error>().Message}", StringComparison.Ordinal);
        Look(actor);
        errors.ExpectNoMsg(TimeSpan.FromMilliseconds(100)); // once
        Assert.Equal(1, Begun);

        lab.Write(settings.Certificate, good);
        Look(actor);
        Assert.Equal(1, Begun); // as it was

        TlsSettings renewed = lab.Settings(lab.Node(untilDays: 60));
        lab.Write(settings.Key, File.ReadAllText(renewed.Key));
        lab.Write(settings.Certificate, File.ReadAllText(renewed.Certificate));
        Files = Read(settings);
        AwaitAssert(() =>
        {
            Look(actor);
            Assert.Equal(2, Begun);
        });
        Assert.Equal(("running", 0), State("running"));
    }

    private CertificateFiles Read(TlsSettings settings)
    {
        (CertificateFiles? files, var problems) = CertificateFiles.Read(settings, Clock.GetUtcNow());
        Assert.Empty(problems);
        return files!;
    }

    private void Look(IActorRef actor)
    {
        Advance(TimeSpan.FromSeconds(10));
        Await(actor);
    }

    private IActorRef Start(TlsSettings? tls = null)
    {
        ClusterOptions options = Options(tls);
        return Owner.ChildActorOf(Props.Create(() => new ClusterSystemActor(options, options.Time)));
    }

    private void End() => Made[^1].Terminate();

    /// <summary>Waits for the next of that name.</summary>
    private (string Name, int Restarts) State(string name, string? why = null)
    {
        ClusterMessages.SystemState state = Owner.FishForMessage<ClusterMessages.SystemState>(s => s.State == name, TimeSpan.FromSeconds(10));
        if (why is not null)
            Assert.Equal(why, state.Why);
        Assert.Equal(name == "running", state.Member is not null);
        return (state.State, state.Restarts);
    }

    private TestProbe Subscribe()
    {
        TestProbe events = CreateTestProbe();
        Sys.EventStream.Subscribe(events, typeof(RelayEvent));
        return events;
    }

    /// <returns>Milliseconds, to 25, until it begins.</returns>
    private int Waited(IActorRef actor)
    {
        for (int waited = 0; waited < 60_000; waited += 25)
        {
            Await(actor);
            if (Owner.HasMessages)
            {
                Assert.Equal("starting", Owner.ExpectMsg<ClusterMessages.SystemState>().State);
                return waited;
            }

            Advance(TimeSpan.FromMilliseconds(25));
        }

        throw new TimeoutException("it did not begin");
    }
}
