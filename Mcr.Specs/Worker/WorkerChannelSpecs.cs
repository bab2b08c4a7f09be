using Mcr.Native.Egress;
using Mcr.Native.Interop;
using Mcr.Native.Worker;

namespace Mcr.Specs.Worker;

public sealed class WorkerChannelSpecs
{
    [Fact]
    public void Channel_should_pass_exactly_the_descriptors_of_the_message()
    {
        (FileDescriptor ours, FileDescriptor theirs) = WorkerChannel.CreatePair();
        using var sender = new WorkerChannel(ours);
        using var receiver = new WorkerChannel(theirs);
        using FileDescriptor memory = MemoryFile.CreateSealed("spec", "hello"u8);

        // 200 descriptors: a wrong CMSG_LEN would bring one too many.
        FileDescriptor[] many = [.. Enumerable.Repeat(memory, WorkerMessage.MaxDescriptors)];
        var message = new WorkerMessage.Sockets([.. many.Select((_, i) => new PassedSocket(i, EgressKind.Multicast))]);
        Assert.True(sender.TrySend(message, many, wait: true).IsSuccess);
        Assert.Equal(message, receiver.Receive(out FileDescriptor[] passed));
        Assert.Equal(many.Length, passed.Length);
        Assert.Equal("hello"u8, MemoryFile.ReadSealed(passed[^1], 5));
        foreach (FileDescriptor descriptor in passed)
            descriptor.Dispose();
    }

    [Fact]
    public void Channel_should_say_when_the_other_side_is_gone()
    {
        (FileDescriptor ours, FileDescriptor theirs) = WorkerChannel.CreatePair();
        using var sender = new WorkerChannel(ours);
        theirs.Dispose();
        Assert.Null(sender.Receive(out _));
        Assert.Equal(Libc.EPIPE, sender.TrySend(new WorkerMessage.Stop(), [], wait: true).Errno);
    }

    [Fact]
    public void Channel_should_not_wait_for_a_side_that_does_not_read()
    {
        (FileDescriptor ours, FileDescriptor theirs) = WorkerChannel.CreatePair();
        using var sender = new WorkerChannel(ours);
        using (theirs)
        {
            SysResult result;
            int sent = 0;
            while ((result = sender.TrySend(new WorkerMessage.Refused(1, new string('x', 4000)), [], wait: false)).IsSuccess)
                sent++;
            Assert.Equal(Libc.EAGAIN, result.Errno);
            Assert.InRange(sent, 1, 10_000);
        }
    }

    [Fact]
    public void Memory_that_is_not_sealed_should_be_refused()
    {
        using FileDescriptor open = MemoryFile.Create("spec");
        Assert.Throws<InvalidDataException>(() => MemoryFile.ReadSealed(open, 1));
        Assert.Throws<InvalidDataException>(() => WorkerSlot.Open(open));
    }

    [Fact]
    public void Memory_shorter_than_announced_should_be_refused()
    {
        using FileDescriptor memory = MemoryFile.CreateSealed("spec", "hello"u8);
        Assert.Equal("the passed memory file has 5 bytes, 6 were announced", Assert.Throws<InvalidDataException>(() => MemoryFile.ReadSealed(memory, 6)).Message);
    }
}
