using System.Text.Json;
using Mcr.Actors.Control;

namespace Mcr.Specs.Relay;

/// <summary>Events that a real mcrd posts, to a receiver that takes them, is away, is slow, or means harm.</summary>
public sealed class WebhookSpecs(ITestOutputHelper output)
{
    private const string Video = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";

    private int _rules;

    [Fact]
    public void Every_event_should_be_posted_once_and_in_order_also_when_the_receiver_was_away_and_to_another_after_a_reload()
    {
        using var topology = new RelayTopology();
        using var receiver = new EventReceiver(topology.Relay);
        using var other = new EventReceiver(topology.Relay);
        receiver.BeThere();
        other.BeThere();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, Settings(receiver));
        McrdWaits.Until(() => Posted(receiver).Length >= 2, "the events of the start");
        JsonElement first = receiver.Posts.First();
        Assert.Equal((Environment.MachineName, "spec", 1, 0), (first.GetProperty("host").GetString(), first.GetProperty("node").GetString(), first.GetProperty("post").GetInt32(), first.GetProperty("dropped").GetInt32()));
        Assert.Equal(mcrd.Ask(new ControlRequest.Version()).GetProperty("Version").GetProperty("version").GetString(), first.GetProperty("version").GetString());
        string head = receiver.Requests.First().Head;
        Assert.StartsWith("POST /hook?token=secret HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Bearer spec\r\n", head, StringComparison.Ordinal);

        receiver.BeAway();
        for (int i = 0; i < 30; i++)
            AddRule(mcrd);
        McrdWaits.Until(() => Webhook(mcrd).GetProperty("error").GetString() == $"Connection refused ({new Uri(receiver.Url).Authority})", () => $"{Webhook(mcrd)}");
        output.WriteLine($"{Webhook(mcrd)}");
        output.WriteLine(mcrd.TryCtl("version").Output);
        mcrd.Process.WaitForLine($"events cannot be posted to http://{new Uri(receiver.Url).Authority}: Connection refused");
        receiver.BeThere();
        McrdWaits.Until(() => Webhook(mcrd).GetProperty("waiting").GetInt64() == 0, () => $"nothing to wait: {Webhook(mcrd)}");
        AssertAll(mcrd, receiver, other);
        Assert.Equal(Enumerable.Range(1, receiver.Posts.Count), receiver.Posts.Select(p => p.GetProperty("post").GetInt32()));
        Assert.InRange(receiver.Posts.Max(p => p.GetProperty("events").GetArrayLength()), 10, 100); // a burst goes in one post

        mcrd.Configure(Video, Settings(other));
        JsonElement changes = mcrd.Ctl("reload").GetProperty("Changes");
        Assert.Equal([$"events are posted to http://{new Uri(other.Url).Authority} from now on"], changes.GetProperty("notes").EnumerateArray().Select(n => n.GetString()));
        Assert.False(changes.TryGetProperty("needs_restart", out JsonElement restart) && restart.GetArrayLength() > 0);
        AddRule(mcrd);
        McrdWaits.Until(() => !other.Posts.IsEmpty && Webhook(mcrd).GetProperty("waiting").GetInt64() == 0, "an event at the other");
        AssertAll(mcrd, receiver, other);
        Assert.Contains(other.Url, mcrd.TryCtl("config", "show").Output, StringComparison.Ordinal);
        mcrd.Configure(Video);
        Assert.Equal("events are posted nowhere any more", mcrd.Ctl("reload").GetProperty("Changes").GetProperty("notes")[0].GetString());
        Assert.False(mcrd.Ask(new ControlRequest.Version()).GetProperty("Version").TryGetProperty("webhook", out _));
        Assert.DoesNotContain("secret", mcrd.Stop().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Receiver_that_is_slow_or_means_harm_should_cost_no_more_than_time_and_a_few_kilobytes()
    {
        const string Line = "X-Header: 0123456789012345678901234567890123456789\r\n";
        using var topology = new RelayTopology();
        using var receiver = new EventReceiver(topology.Relay);
        receiver.BeThere();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video, Settings(receiver));
        using var sender = new PayloadSender(topology.Source, "10.1.0.1", "239.1.1.1", 5000);
        McrdWaits.Until(() => Posted(receiver).Length >= 2, "the events of the start");

        Try("", null, "there was no answer within 0.4 s");
        Try("HTTP/1.1 200 OK\r\n", Line, "The HTTP response headers length exceeded the set limit of 8192 bytes");
        Try("", "HTTP/1.1 100 Continue\r\n\r\n", "The HTTP response headers length exceeded the set limit of 8192 bytes");
        Try("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", "\0\u001b[31mrubbish\n", "Received an invalid header");
        Try("\u001b]0;title\u0007\r\n", "rubbish ", "Received an invalid status line: '?]0;title?'");
        Try("HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n\r\n", "come again ", "the answer is 503 (come again come again ");
        Try("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n", null, "the answer is 429");

        // What is not tried again: it is given up, and the next post says so.
        int before = receiver.Requests.Count;
        Try($"HTTP/1.1 302 Found\r\nLocation: {receiver.Url}\r\nContent-Length: 0\r\n\r\n", null, "the answer is 302, which sends us elsewhere");
        Assert.Equal(before + 2, receiver.Requests.Count); // that one, and a good one
        Assert.Equal((1, 1), (Webhook(mcrd).GetProperty("dropped").GetInt32(), receiver.Posts.Last().GetProperty("dropped").GetInt32()));
        Assert.Contains("events are refused by http://127.0.0.1:", mcrd.Process.Output, StringComparison.Ordinal);

        // Taken, whatever comes after that.
        (receiver.Answer, receiver.Rest) = ("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n", new string('x', 1000));
        long posted = Webhook(mcrd).GetProperty("posted").GetInt64();
        AddRule(mcrd);
        McrdWaits.Until(() => Webhook(mcrd).GetProperty("posted").GetInt64() == posted + 1, () => $"{Webhook(mcrd)}");
        McrdWaits.Until(() => receiver.Swallowed >= 0, "the client to be gone");
        Assert.InRange(receiver.Swallowed, 0, 1 << 20);

        void Try(string answer, string? rest, string error)
        {
            (receiver.Answer, receiver.Rest) = (answer, rest);
            long relayed = mcrd.Relayed("video");
            AddRule(mcrd);
            McrdWaits.Until(() => Webhook(mcrd).GetProperty("error").GetString()?.StartsWith(error, StringComparison.Ordinal) == true, () => $"{error}: {Webhook(mcrd)}");
            output.WriteLine($"{Webhook(mcrd)}");
            sender.Send(Enumerable.Range(0, 100).Select(_ => new byte[100]));
            McrdWaits.Until(() => mcrd.Relayed("video") == relayed + 100, "what is relayed meanwhile");
            McrdWaits.Until(() => receiver.Swallowed >= 0, "the client to be gone");
            Assert.InRange(receiver.Swallowed, 0, 1 << 20); // what the kernel keeps in its buffers
            receiver.BeGood();
            AddRule(mcrd); // of one that was refused nothing is posted again
            McrdWaits.Until(() => Webhook(mcrd) is var now && now.GetProperty("waiting").GetInt64() == 0 && now.GetProperty("error").ValueKind == JsonValueKind.Null, () => $"all to be posted: {Webhook(mcrd)}");
        }
    }

    [Fact]
    public void Without_a_receiver_nothing_of_http_should_be_in_memory()
    {
        using var topology = new RelayTopology();
        using var receiver = new EventReceiver(topology.Relay);
        receiver.BeThere();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video);
        Assert.DoesNotContain("System.Net.Http", Maps(mcrd), StringComparison.Ordinal);
        mcrd.Configure(Video, Settings(receiver));
        mcrd.Ctl("reload");
        AddRule(mcrd);
        McrdWaits.Until(() => !receiver.Posts.IsEmpty, "a post");
        Assert.Contains("System.Net.Http", Maps(mcrd), StringComparison.Ordinal);
    }

    private static string Settings(EventReceiver receiver) => $"events.webhook {{ url = \"{receiver.Url}\", authorization = \"Bearer spec\", min-severity = info, timeout = 400ms }}";

    private static string Maps(McrdProcess mcrd) => File.ReadAllText($"/proc/{mcrd.Process.Pid}/maps");

    /// <summary>An event more.</summary>
    private void AddRule(McrdProcess mcrd) => mcrd.Ask(new ControlRequest.Add
    {
        InputInterface = "in0",
        InputGroup = $"239.1.2.{++_rules}",
        InputPort = "5000",
        Outputs = [new OutputText { Interface = "out0", Group = $"239.2.3.{_rules}", Port = "6000" }],
    });

    private static JsonElement Webhook(McrdProcess mcrd) => mcrd.Ask(new ControlRequest.Version()).GetProperty("Version").GetProperty("webhook");

    private static string[] Posted(EventReceiver receiver) => [.. receiver.Posts.SelectMany(p => p.GetProperty("events").EnumerateArray()).Select(e => e.GetRawText())];

    /// <summary>The same JSON as who asks for events gets.</summary>
    private static void AssertAll(McrdProcess mcrd, params EventReceiver[] receivers) => Assert.Equal(
        mcrd.Ask(new ControlRequest.Events { From = 1 }).GetProperty("Events").GetProperty("events").EnumerateArray().Select(e => e.GetRawText()),
        receivers.SelectMany(Posted));
}
