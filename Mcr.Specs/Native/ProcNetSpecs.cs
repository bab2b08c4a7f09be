using System.Net;
using System.Net.Sockets;
using System.Text;
using Mcr.Native.Kernel;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Native;

/// <summary>The kernel's lists of multicast routes and of sockets, as a kernel has written them (on a machine whose lowest byte comes first), and damaged.</summary>
public sealed class ProcNetSpecs(ITestOutputHelper output)
{
    private const string Interfaces =
        """
        Interface      BytesIn  PktsIn  BytesOut PktsOut Flags Local    Remote
         0 in0             180       1         0       0 00000 0200010A 00000000
         1 out0              0       0       180       1 00000 0100020A 00000000
         2 out1              0       0       180       1 00000 0100030A 00000000

        """;

    private const string Cache =
        """
        Group    Origin   Iif     Pkts    Bytes    Wrong Oifs
        010101EF 0100010A 0          1      180        0  1:1    2:1  
        020101EF 00000000 0          0        0        0  2:1  
        030101EF 0100010A -1         0        0        0
        040101EF 0100010A 0          7      700        0
        050101EF 0100010A 9          7      700        0  1:1  

        """;

    private const string Cache6 =
        """
        Group                            Origin                           Iif      Pkts  Bytes     Wrong  Oifs
        ff3e:0000:0000:0000:0000:0000:0000:0001 fd01:0000:0000:0000:0000:0000:0000:0001 0          0        0        0  1:1  

        """;

    private const string Udp =
        """
           sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops             
          451: 00000000:1388 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 30157 2 0000000000000000 0         
          452: 010101EF:1389 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 30158 2 0000000000000000 0         
          453: 0200010A:138A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 30159 2 0000000000000000 0         
          454: 00000000:138B 0100010A:1388 01 00000000:00000000 00:00000000 00000000     0        0 30160 2 0000000000000000 0         

        """;

    private const string Udp6 =
        """
          sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
          451: 00000000000000000000000000000000:1388 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 30257 2 0000000000000000 0
          452: 00003EFF000000000000000001000000:1388 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 30258 2 0000000000000000 0
          453: 0000000000000000FFFF0000010101EF:1388 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 30259 2 0000000000000000 0

        """;

    [Fact]
    public void Routes_that_forward_should_be_read_with_the_names_of_devices() => Assert.Equal(
        ["239.1.1.1 10.1.0.1 in0 out0,out1", "239.1.1.2 0.0.0.0 in0 out1"],
        MulticastRoute.Parse(Interfaces, Cache).Select(Text));

    [Fact]
    public void Routes_of_ipv6_should_be_read() => Assert.Equal(["ff3e::1 fd01::1 in0 out0"], MulticastRoute.Parse(Interfaces, Cache6).Select(Text));

    [Fact]
    public void Sockets_that_take_multicast_in_should_be_read_and_no_others() => Assert.Equal(
        ["0.0.0.0:5000 1000 30157", "239.1.1.1:5001 0 30158"],
        BoundSocket.Parse(Udp).Select(s => $"{s.Address}:{s.Port} {s.Uid} {s.Inode}"));

    [Fact]
    public void Sockets_of_ipv6_should_be_read() =>
        Assert.Equal(["::", "ff3e::1", "::ffff:239.1.1.1"], BoundSocket.Parse(Udp6).Select(s => s.Address.ToString()));

    [Theory]
    [InlineData("0.0.0.0", "239.1.1.1", true)]
    [InlineData("0.0.0.0", "ff3e::1", false)]
    [InlineData("::", "239.1.1.1", true)]
    [InlineData("::", "ff3e::1", true)]
    [InlineData("239.1.1.1", "239.1.1.1", true)]
    [InlineData("239.1.1.2", "239.1.1.1", false)]
    [InlineData("::ffff:239.1.1.1", "239.1.1.1", true)]
    public void Socket_should_take_in_what_its_address_says(string address, string group, bool takes) =>
        Assert.Equal(takes, new BoundSocket(IPAddress.Parse(address), 5000, 0, 1).Takes(IPAddress.Parse(group)));

    [Fact]
    public void Last_line_that_is_cut_should_be_passed_over()
    {
        string[] lines = Udp.Split('\n');
        for (int length = 0; length < lines[2].Length; length++)
        {
            IEnumerable<BoundSocket> sockets = BoundSocket.Parse($"{lines[0]}\n{lines[1]}\n{lines[2][..length]}");
            Assert.All(sockets, s => Assert.Contains(s.Inode, (ulong[])[30157, 30158]));
        }
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Damaged_lists_should_give_what_can_be_read()
    {
        byte[][] seeds = [.. new[] { Interfaces, Cache, Cache6, Udp, Udp6 }.Select(Encoding.Latin1.GetBytes)];
        Mutations.Run(output, seeds, 100_000, bytes =>
        {
            string text = Encoding.Latin1.GetString(bytes);
            Assert.All(MulticastRoute.Parse(Interfaces, text).Concat(MulticastRoute.Parse(text, Cache)), r => Assert.NotEmpty(r.Outputs));
            Assert.All(BoundSocket.Parse(text), s => Assert.NotEqual(0, s.Port));
        });
    }

    /// <summary>The lists of this kernel, in a namespace with one socket of ours.</summary>
    [Fact]
    public void Socket_of_this_process_should_be_found_and_known_as_its_own()
    {
        NamespaceSupport.Require();
        using var place = new NetworkNamespace("place");
        using Socket socket = place.Run(() =>
        {
            var made = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            made.Bind(new IPEndPoint(IPAddress.Any, 5000));
            return made;
        });
        BoundSocket found = Assert.Single(place.Run(BoundSocket.ReadAll));
        Assert.Equal((IPAddress.Any, 5000), (found.Address, found.Port));
        var inodes = new HashSet<ulong> { found.Inode, ulong.MaxValue };
        Assert.Equal([found.Inode], SocketOwner.Ours(inodes));
        Assert.Equal(Environment.ProcessId, SocketOwner.Find(inodes)[found.Inode].Pid);
        Assert.Empty(place.Run(() => MulticastRoute.ReadAll()));
    }

    private static string Text(MulticastRoute route) => $"{route.Group} {route.Origin} {route.Input} {string.Join(',', route.Outputs)}";
}
