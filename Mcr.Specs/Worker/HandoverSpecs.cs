using Mcr.Actors.Platform;
using Mcr.Native.Interop;
using Mcr.Native.Worker;

namespace Mcr.Specs.Worker;

/// <summary>Workers that are found by a new mcrd and whose handover does not come to its end.</summary>
[Collection(SerialPackets.Name)]
public sealed class HandoverSpecs : IDisposable
{
    private static readonly WorkerMessage.Handover Begin = new(new WorkerPlace("in0", 1, 0, 0), new WorkerOptions(1000, Segmentation: false), IngressSockets: 1, Generation: 1, Hash: 0);

    private readonly string _directory = Directory.CreateTempSubdirectory("mcr-spec-handover-").FullName;
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Nobody asks again, and its successor relays already.</summary>
    [Theory]
    [InlineData("c.close()", "the worker closed the connection in the middle of its handover")]
    [InlineData("", "EAGAIN")]
    public void Worker_that_does_not_finish_its_handover_should_be_killed(string andThen, string why)
    {
        using RunningProcess worker = Pretend(andThen);
        Assert.Equal(0, Orphans.Adopt(_directory, _warnings.Add).Count);
        Assert.Contains($"(pid {worker.Pid}) cannot be adopted and is killed: ", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Contains(why, Assert.Single(_warnings), StringComparison.Ordinal);
        worker.WaitForExit();
    }

    /// <summary>What it says next time would not be understood, either, and its successor relays already.</summary>
    [Fact]
    public void Worker_that_goes_on_with_what_nobody_understands_should_be_killed()
    {
        using RunningProcess worker = Pretend("c.send(bytes([99,20,0,0]))");
        Assert.Equal(0, Orphans.Adopt(_directory, _warnings.Add).Count);
        Assert.Contains($"(pid {worker.Pid}) cannot be adopted and is killed: worker protocol version 99", Assert.Single(_warnings), StringComparison.Ordinal);
        worker.WaitForExit();
    }

    /// <summary>Which is not the fault of whoever sent them.</summary>
    [Fact]
    public void Descriptors_for_which_there_is_no_room_should_be_a_shortage_and_no_breach_of_the_protocol()
    {
        (FileDescriptor ours, FileDescriptor theirs) = WorkerChannel.CreatePair();
        using var sender = new WorkerChannel(ours);
        using var receiver = new WorkerChannel(theirs);
        using FileDescriptor memory = MemoryFile.CreateSealed("spec", "hello"u8);
        Assert.True(sender.TrySend(Begin, [memory, memory], wait: true).IsSuccess);
        Exception? refusal;
        using (new DescriptorShortage())
            refusal = Record.Exception(() => receiver.Receive(out _));
        Assert.Equal(Libc.EMFILE, Assert.IsType<LinuxException>(refusal).Errno);
        Assert.True(sender.TrySend(Begin, [memory, memory], wait: true).IsSuccess);
        Assert.Equal(Begin, receiver.Receive(out FileDescriptor[] passed));
        foreach (FileDescriptor descriptor in passed)
            descriptor.Dispose();
    }

    /// <summary>Another process, which hands over as a worker does, at first.</summary>
    private RunningProcess Pretend(string andThen)
    {
        NamespaceSupport.RequireProgram("python3");
        string greeting = Convert.ToHexString(WorkerCodec.Encode(Begin));
        string socket = Path.Combine(_directory, "adopt-1.sock");
        var worker = new RunningProcess(null, "python3", ["-c", $"import socket,time\ns=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET)\ns.bind('{socket}')\ns.listen(1)\nprint('ready',flush=True)\nc,_=s.accept()\nsocket.send_fds(c,[bytes.fromhex('{greeting}')],[0,0])\n{andThen}\ntime.sleep(60)"]);
        worker.WaitForLine("ready");
        return worker;
    }
}
