using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using Mcr.Native.Interop;

namespace Mcr.Native.Privileges;

/// <summary>
/// Starts a program that has no rights from its first instruction: uid and gid 65534, no groups, no capability in any set,
/// NoNewPrivs, a session of its own, descriptor 3 and nothing else but the standard ones.
/// <para>
/// How: credentials belong to threads. A thread of its own gives up everything (by raw system calls, because glibc's wrappers would
/// change all threads), spawns the child, which inherits them, and ends. The rest of this process keeps its rights.
/// </para>
/// </summary>
internal static unsafe class SandboxedProcess
{
    private const int HighestCapability = 63;
    private const int ActionsSize = 256; // posix_spawn_file_actions_t is 80 bytes, posix_spawnattr_t 336 (glibc)
    private const int AttributesSize = 512;

    /// <param name="channel">Becomes descriptor 3 of the child.</param>
    /// <returns>The child's pid; the caller reaps it.</returns>
    /// <exception cref="LinuxException">EACCES: the program cannot be read by nobody; or another refusal.</exception>
    public static int Start(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, FileDescriptor channel, Capabilities capabilities)
    {
        lock (OneAtATime)
        {
            var spawning = new Spawning(() =>
            {
                GiveUpRights(capabilities);
                return Spawn(program, arguments, environment, channel);
            });

            // A change of user makes a process undumpable, and /proc/self root's: that was meant for the child only. Not before the thread
            // without rights is gone: it has our memory, which others of its user must not get through it.
            spawning.WaitUntilGone();
            _ = Libc.prctl(Libc.PR_SET_DUMPABLE, 1, 0, 0, 0);
            return spawning.Result();
        }
    }

    /// <summary>Whether a process is dumpable is a matter of the process, so one spawn must not end in the middle of another.</summary>
    private static readonly Lock OneAtATime = new();

    /// <summary>The thread that gives up its rights.</summary>
    private sealed class Spawning
    {
        private readonly Thread _thread;
        private int _tid;
        private int _pid;
        private ExceptionDispatchInfo? _failure;

        public Spawning(Func<int> spawn)
        {
            _thread = new Thread(() =>
            {
                _tid = (int)Libc.syscall(SystemCalls.GetTid, 0, 0, 0, 0, 0);
                try
                {
                    _pid = spawn();
                }
                catch (Exception e)
                {
                    _failure = ExceptionDispatchInfo.Capture(e); // for whoever waits: on this thread it would end mcrd
                }
            })
            {
                Name = "spawn",
            };
            _thread.Start();
        }

        /// <summary>A joined thread may still be on its way out of the kernel.</summary>
        public void WaitUntilGone()
        {
            _thread.Join();
            while (Directory.Exists($"/proc/self/task/{_tid}"))
                Thread.Sleep(0);
        }

        public int Result()
        {
            _failure?.Throw();
            return _pid;
        }
    }

    private static void GiveUpRights(Capabilities capabilities)
    {
        SysResult.From(Libc.prctl(Libc.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)).OrThrow("prctl(PR_SET_NO_NEW_PRIVS)");
        _ = Libc.prctl(Libc.PR_CAP_AMBIENT, Libc.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        for (int capability = 0; capability <= HighestCapability; capability++)
            _ = Libc.prctl(Libc.PR_CAPBSET_DROP, (nuint)capability, 0, 0, 0); // EINVAL past the last one; EPERM was logged at start
        if (capabilities.CanChangeUser)
            BecomeNobody();
        ForgetCapabilities();
    }

    /// <summary>What is inheritable outlives the ambient set, which cannot be without it (systemd's AmbientCapabilities=), and the next program.</summary>
    private static void ForgetCapabilities()
    {
        uint* header = stackalloc uint[] { Libc._LINUX_CAPABILITY_VERSION_3, 0 }; // this thread
        uint* none = stackalloc uint[6];
        new Span<uint>(none, 6).Clear();
        SysResult.From(Libc.syscall(SystemCalls.CapSet, (nint)header, (nint)none, 0, 0, 0)).OrThrow("capset");
    }

    private static void BecomeNobody()
    {
        const int Nobody = (int)Capabilities.Nobody;
        SysResult.From(Libc.syscall(SystemCalls.SetGroups, 0, 0, 0, 0, 0)).OrThrow("setgroups");
        SysResult.From(Libc.syscall(SystemCalls.SetResGid, Nobody, Nobody, Nobody, 0, 0)).OrThrow("setresgid");
        SysResult.From(Libc.syscall(SystemCalls.SetResUid, Nobody, Nobody, Nobody, 0, 0)).OrThrow("setresuid");
    }

    private static int Spawn(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, FileDescriptor channel)
    {
        byte* actions = stackalloc byte[ActionsSize];
        byte* attributes = stackalloc byte[AttributesSize];
        ulong* signals = stackalloc ulong[16]; // sigset_t is 128 bytes
        Check(Libc.posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        Check(Libc.posix_spawnattr_init(attributes), "posix_spawnattr_init");
        byte** argv = Strings([program, .. arguments]);
        byte** envp = Strings(environment.Select(e => $"{e.Key}={e.Value}").ToList());
        try
        {
            Check(Libc.posix_spawn_file_actions_adddup2(actions, channel.Raw, 3), "dup2");
            Check(Libc.posix_spawn_file_actions_addopen(actions, 0, "/dev/null", Libc.O_RDONLY, 0), "open");
            Check(Libc.posix_spawn_file_actions_adddup2(actions, 2, 1), "dup2");
            Check(Libc.posix_spawn_file_actions_addclosefrom_np(actions, 4), "closefrom");
            new Span<ulong>(signals, 16).Clear();
            Check(Libc.posix_spawnattr_setsigmask(attributes, signals), "sigmask");
            new Span<ulong>(signals, 16).Fill(ulong.MaxValue);
            Check(Libc.posix_spawnattr_setsigdefault(attributes, signals), "sigdefault");
            Check(Libc.posix_spawnattr_setflags(attributes, Libc.POSIX_SPAWN_SETSID | Libc.POSIX_SPAWN_SETSIGMASK | Libc.POSIX_SPAWN_SETSIGDEF), "spawn flags");
            int pid;
            Check(Libc.posix_spawn(&pid, program, actions, attributes, argv, envp), $"start the worker program {program}");
            return pid;
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
            Free(argv);
            Free(envp);
        }
    }

    private static void Check(int errno, string what) => SysResult.FromErrorNumber(errno).OrThrow(what);

    private static byte** Strings(IReadOnlyList<string> strings)
    {
        byte** array = (byte**)NativeMemory.AllocZeroed((nuint)strings.Count + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < strings.Count; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(strings[i]);
            array[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(array[i], bytes.Length));
        }

        return array;
    }

    private static void Free(byte** array)
    {
        for (byte** at = array; *at != null; at++)
            NativeMemory.Free(*at);
        NativeMemory.Free(array);
    }
}
