using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Mcr.Native.Interop;
using Mcr.Native.Privileges;

namespace Mcr.Specs.Native;

/// <summary>
/// A C program over the installed headers that prints what they say about everything <see cref="Libc"/> declares: one line per fact,
/// its name, a space, its value. It is written from the C# declarations, so that none of them can be forgotten.
/// </summary>
internal static class HeaderProgram
{
    public const int MaxControlData = 64;
    public const string Missing = "missing";

    /// <summary>One file for glibc's and the kernel's headers: netinet/in.h before linux/in.h (which is not needed), so that they agree on who declares what.</summary>
    private static readonly string[] Headers =
    [
        "errno.h", "stddef.h", "stdio.h", "sys/types.h", "sys/socket.h", "netinet/in.h", "sys/un.h", "net/if.h", "net/if_arp.h", "ifaddrs.h",
        "sys/mman.h", "fcntl.h", "sys/eventfd.h", "poll.h", "time.h", "sys/time.h", "unistd.h", "sched.h", "spawn.h", "sys/wait.h",
        "sys/prctl.h", "signal.h", "sys/resource.h", "sys/stat.h", "sys/syscall.h", "linux/capability.h", "linux/udp.h", "linux/netlink.h",
        "linux/rtnetlink.h", "linux/if_link.h", "linux/if_addr.h", "linux/if_packet.h", "linux/if_ether.h", "linux/filter.h", "linux/virtio_net.h",
        "linux/audit.h", "linux/seccomp.h", "linux/sockios.h", "linux/ethtool.h",
    ];

    /// <summary>Enumerators without a macro of their name: #ifdef does not see them.</summary>
    private static readonly string[] Enumerators = ["IFLA_ADDRESS", "IFLA_IFNAME", "IFLA_MTU", "IFLA_CARRIER_UP_COUNT", "IFLA_CARRIER_DOWN_COUNT", "IFA_ADDRESS", "IFA_LOCAL", "P_PID", "P_PIDFD", "TPACKET_V2", "ETH_SS_FEATURES"];

    /// <summary>Types that C names otherwise than "struct" and their name (C# has one name space for functions and structs).</summary>
    private static readonly Dictionary<string, string> OtherNames = new() { ["siginfo_t"] = "siginfo_t", ["statx_t"] = "struct statx" };

    public static IReadOnlyList<FieldInfo> Constants { get; } =
        [.. typeof(Libc).GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static).Where(f => f.IsLiteral)];

    /// <summary>Numbers of x86-64, by name.</summary>
    public static IReadOnlyList<FieldInfo> FilteredCalls { get; } = typeof(SystemCallsX64).GetFields(BindingFlags.Public | BindingFlags.Static);

    public static IReadOnlyList<Type> Structs { get; } =
        [.. typeof(Libc).GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Where(t => t.IsValueType && !t.IsDefined(typeof(CompilerGeneratedAttribute)))];

    public static IEnumerable<FieldInfo> Fields(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance);

    /// <summary>What C# says, in the program's words.</summary>
    public static Dictionary<string, string> ManagedFacts()
    {
        Dictionary<string, string> facts = Constants.ToDictionary(c => c.Name, c => Convert.ToInt64(c.GetRawConstantValue()).ToString());
        foreach (Type type in Structs)
        {
            facts[$"sizeof({type.Name})"] = SizeOf(type).ToString();
            foreach (FieldInfo field in Fields(type))
                facts[$"{type.Name}.{field.Name}"] = $"{Marshal.OffsetOf(type, field.Name)}+{SizeOf(field.FieldType)}";
        }

        for (nuint length = 0; length <= MaxControlData; length++)
            facts[$"cmsg({length})"] = $"{ControlMessage.Align(length)},{ControlMessage.Length(length)},{ControlMessage.Space(length)}";
        return facts;
    }

    /// <summary>What the headers say; a constant that they lack is <see cref="Missing"/>.</summary>
    /// <param name="unknown">Names that no C program can mention.</param>
    public static Dictionary<string, string> NativeFacts(IReadOnlyCollection<string> unknown)
    {
        string directory = Directory.CreateTempSubdirectory("mcr-headers-").FullName;
        try
        {
            string source = Path.Combine(directory, "facts.c");
            string program = Path.Combine(directory, "facts");
            File.WriteAllText(source, Source(unknown));
            Run("gcc", "-std=gnu17", "-Wall", "-Werror", "-o", program, source);
            return Run(program).Split('\n').Select(line => line.Split(' ')).ToDictionary(words => words[0], words => words[1]);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Source(IReadOnlyCollection<string> unknown)
    {
        var c = new StringBuilder("#define _GNU_SOURCE\n");
        foreach (string header in Headers)
            c.Append($"#include <{header}>\n");
        c.Append("int main(void)\n{\n");
        foreach (string name in Constants.Select(f => f.Name).Except(unknown))
            Constant(c, name);
        foreach (Type type in Structs)
        {
            string name = OtherNames.GetValueOrDefault(type.Name, $"struct {type.Name}");
            c.Append($"  printf(\"sizeof({type.Name}) %zu\\n\", sizeof({name}));\n");
            foreach (string field in Fields(type).Select(f => f.Name).Where(f => !unknown.Contains($"{type.Name}.{f}")))
                c.Append($"  printf(\"{type.Name}.{field} %zu+%zu\\n\", offsetof({name}, {field}), sizeof((({name} *)0)->{field}));\n");
        }

        c.Append($"  for (size_t n = 0; n <= {MaxControlData}; n++)\n");
        c.Append("    printf(\"cmsg(%zu) %zu,%zu,%zu\\n\", n, (size_t)CMSG_ALIGN(n), (size_t)CMSG_LEN(n), (size_t)CMSG_SPACE(n));\n");
        foreach (string call in new[] { "setresuid", "setresgid", "setgroups", "seccomp", "capset", "pidfd_send_signal", "pidfd_open", "gettid" }.Union(FilteredCalls.Select(f => f.Name)))
            Constant(c, $"SYS_{call}");
        return c.Append("  return 0;\n}\n").ToString();
    }

    private static void Constant(StringBuilder c, string name)
    {
        string print = $"  printf(\"{name} %lld\\n\", (long long)({name}));\n";
        c.Append(Enumerators.Contains(name) ? print : $"#ifdef {name}\n{print}#else\n  printf(\"{name} {Missing}\\n\");\n#endif\n");
    }

    private static int SizeOf(Type type) =>
        type.IsPointer ? nint.Size : (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static string Run(string program, params string[] arguments)
    {
        using var run = new RunningProcess(null, program, arguments);
        int code = run.WaitForExit(120);
        return code == 0 ? run.Output : throw new InvalidOperationException($"{program}: exit {code}\n{run.Output}");
    }
}
