using System.Reflection;
using Mcr.Native.Interop;
using Mcr.Native.Privileges;

namespace Mcr.Specs.Native;

/// <summary>
/// Every constant, struct and field in Mcr.Native/Interop/Libc.*.cs, compared with the C headers of this machine: a wrong one does not fail
/// where it is used, it means something else.
/// </summary>
public sealed class HeaderLayoutSpecs(ITestOutputHelper output)
{
    /// <summary>What no C program can name, and why it is in <see cref="Libc"/> all the same.</summary>
    private static readonly Dictionary<string, string> WithoutCounterpart = new()
    {
        ["SCM_MAX_FD"] = "in the kernel's include/net/scm.h, which is not exported",
        ["sockaddr_storage._align"] = "gives the struct its alignment; C's __ss_align stands at its end",
    };

    /// <summary>Constants that a machine's headers were too old for: each entry is the whole list of one such machine.</summary>
    private static readonly string[] RecordedMissing =
    [
        "",
        "PACKET_FANOUT_FLAG_IGNORE_OUTGOING VIRTIO_NET_HDR_GSO_UDP_L4", // Debian 12: Linux 6.1
    ];

    private static readonly Dictionary<string, string> Managed = HeaderProgram.ManagedFacts();

    private static readonly Lazy<Dictionary<string, string>> Native = new(() => HeaderProgram.NativeFacts(WithoutCounterpart.Keys));

    [Fact]
    public void Constants_should_have_the_values_of_the_headers()
    {
        string[] missing = [.. Headers().Where(f => f.Value == HeaderProgram.Missing).Select(f => f.Key).Order(StringComparer.Ordinal)];
        output.WriteLine($"not in this machine's headers: {(missing.Length == 0 ? "nothing" : string.Join(' ', missing))}");
        Assert.Contains(string.Join(' ', missing), RecordedMissing);
        Compare([.. HeaderProgram.Constants.Select(c => c.Name).Except(missing)]);
    }

    [Fact]
    public void Structs_should_have_the_size_and_fields_of_the_headers() =>
        Compare([.. HeaderProgram.Structs.Select(t => $"sizeof({t.Name})"), .. HeaderProgram.Structs.SelectMany(t => HeaderProgram.Fields(t).Select(f => $"{t.Name}.{f.Name}"))]);

    [Fact]
    public void Control_messages_should_be_measured_as_the_macros_do() =>
        Compare([.. Enumerable.Range(0, HeaderProgram.MaxControlData + 1).Select(n => $"cmsg({n})")]);

    [Fact]
    public void System_call_numbers_should_be_those_of_the_headers()
    {
        Dictionary<string, string> headers = Headers();
        PropertyInfo[] numbers = typeof(SystemCalls).GetProperties(BindingFlags.Public | BindingFlags.Static);
        Assert.Equal(["SetResUid", "SetResGid", "SetGroups", "CapSet", "Seccomp", "GetTid"], numbers.Select(p => p.Name));
        Assert.Equal(
            (SystemCalls.SetResUid, SystemCalls.SetResGid, SystemCalls.SetGroups, SystemCalls.Seccomp, SystemCalls.CapSet, SystemCalls.PidfdSendSignal, SystemCalls.PidfdOpen, SystemCalls.GetTid),
            (Number("setresuid"), Number("setresgid"), Number("setgroups"), Number("seccomp"), Number("capset"), Number("pidfd_send_signal"), Number("pidfd_open"), Number("gettid")));

        if (Seccomp.IsSupported)
        {
            Assert.NotEmpty(HeaderProgram.FilteredCalls);
            Assert.All(HeaderProgram.FilteredCalls, call => Assert.Equal(Number(call.Name), call.GetRawConstantValue()));
        }

        int Number(string name) => int.Parse(headers[$"SYS_{name}"]);
    }

    private void Compare(IReadOnlyCollection<string> names)
    {
        Dictionary<string, string> headers = Headers();
        foreach (string name in names.Where(WithoutCounterpart.ContainsKey))
            output.WriteLine($"no counterpart in C: {name} ({WithoutCounterpart[name]})");
        string[] compared = [.. names.Where(n => !WithoutCounterpart.ContainsKey(n))];
        string[] wrong = [.. compared.Where(n => headers.GetValueOrDefault(n) != Managed[n]).Select(n => $"{n}: C# {Managed[n]}, C {headers.GetValueOrDefault(n, "nothing")}")];
        output.WriteLine($"{compared.Length} compared");
        Assert.NotEmpty(compared);
        Assert.Empty(wrong);
    }

    private static Dictionary<string, string> Headers()
    {
        NamespaceSupport.RequireProgram("gcc");
        return Native.Value;
    }
}
