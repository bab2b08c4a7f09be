using Mcr.Native.Interop;
using Mcr.Native.Privileges;

namespace Mcr.Specs.Native;

/// <summary>The worker's system call filter, run call by call on a classic BPF machine of the spec's own.</summary>
public sealed class SeccompSpecs
{
    private const int Pid = 4711;
    private const uint Deny = Libc.SECCOMP_RET_ERRNO | Libc.EPERM;

    // Calls that the filter has no name for, because it does not list them (asm/unistd_64.h).
    private const int Socket = 41;
    private const int Connect = 42;
    private const int Accept = 43;
    private const int Bind = 49;
    private const int SocketPair = 53;
    private const int Fork = 57;
    private const int VFork = 58;
    private const int ExecVe = 59;
    private const int Kill = 62;
    private const int PTrace = 101;
    private const int SetUid = 105;
    private const int Mount = 165;
    private const int TKill = 200;
    private const int Unshare = 272;
    private const int SetNs = 308;
    private const int ProcessVmWriteV = 311;
    private const int Bpf = 321;
    private const int ExecVeAt = 322;
    private const int PidfdSendSignal = 424;
    private const int IoUringSetup = 425;

    [Theory]
    [InlineData(Socket), InlineData(Connect), InlineData(Accept), InlineData(Bind), InlineData(SocketPair), InlineData(Fork), InlineData(VFork)]
    [InlineData(ExecVe), InlineData(Kill), InlineData(PTrace), InlineData(SetUid), InlineData(Mount), InlineData(TKill), InlineData(Unshare)]
    [InlineData(SetNs), InlineData(ProcessVmWriteV), InlineData(Bpf), InlineData(ExecVeAt), InlineData(PidfdSendSignal), InlineData(IoUringSetup)]
    public void Call_that_a_worker_does_not_need_should_fail(int number) => Assert.Equal(Deny, Run(number));

    [Theory]
    [InlineData(SystemCallsX64.recvmmsg), InlineData(SystemCallsX64.sendmmsg), InlineData(SystemCallsX64.poll), InlineData(SystemCallsX64.mmap), InlineData(SystemCallsX64.futex), InlineData(SystemCallsX64.exit_group)]
    public void Call_that_it_needs_should_be_let_through(int number) => Assert.Equal(Libc.SECCOMP_RET_ALLOW, Run(number));

    [Theory]
    [InlineData(Libc.CLONE_THREAD, Libc.SECCOMP_RET_ALLOW)]
    [InlineData(0, Deny)]
    [InlineData(Libc.CLONE_NEWUSER, Deny)]
    [InlineData(Libc.CLONE_THREAD | Libc.CLONE_NEWUSER, Deny)]
    [InlineData(Libc.CLONE_THREAD | Libc.CLONE_NEWNET, Deny)]
    public void Clone_should_make_threads_only(int flags, uint answer) => Assert.Equal(answer, Run(SystemCallsX64.clone, (uint)flags));

    [Fact]
    public void Clone3_should_look_as_if_it_were_not_there() => Assert.Equal(Libc.SECCOMP_RET_ERRNO | (uint)Libc.ENOSYS, Run(SystemCallsX64.clone3));

    [Fact]
    public void Signals_should_go_to_the_worker_itself_only()
    {
        Assert.Equal(Libc.SECCOMP_RET_ALLOW, Run(SystemCallsX64.tgkill, Pid));
        Assert.Equal(Deny, Run(SystemCallsX64.tgkill, Pid + 1));
        Assert.Equal(Deny, Run(SystemCallsX64.tgkill, uint.MaxValue));
    }

    [Fact]
    public void Other_architectures_should_end_the_process_and_x32_should_fail()
    {
        Assert.Equal(Libc.SECCOMP_RET_KILL_PROCESS, Run(SystemCallsX64.read, architecture: 0x40000003)); // i386
        Assert.Equal(Deny, Run(SystemCallsX64.read | 0x40000000));
    }

    private static uint Run(int number, uint firstArgument = 0, uint architecture = Libc.AUDIT_ARCH_X86_64) =>
        BpfMachine.Run(Seccomp.Program(Pid), (size, offset) => (size, offset) switch
        {
            (Libc.BPF_W, 0) => (uint)number,
            (Libc.BPF_W, 4) => architecture,
            (Libc.BPF_W, 16) => firstArgument,
            _ => throw new InvalidOperationException($"load {offset}"),
        });
}
