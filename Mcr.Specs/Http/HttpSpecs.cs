using System.Net;
using System.Net.Sockets;
using System.Text;
using Mcr.Host.Mcrd.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mcr.Specs.Http;

/// <summary>What the HTTP side answers, and what it does not put up with. No relay is behind it.</summary>
public sealed class HttpSpecs(ITestOutputHelper output)
{
    [Fact]
    public async Task Paths_should_be_answered_and_others_refused()
    {
        await using HttpPort port = await HttpPort.OpenAsync();
        Assert.StartsWith("HTTP/1.1 200 OK", await port.GetAsync("/metrics"), StringComparison.Ordinal);
        Assert.Contains("mcr_snapshot_missing{part=\"stats\"} 1", await port.GetAsync("/metrics"), StringComparison.Ordinal);
        Assert.Contains("/readyz", await port.GetAsync("/"), StringComparison.Ordinal);
        string health = await port.GetAsync("/healthz");
        Assert.StartsWith("HTTP/1.1 503", health, StringComparison.Ordinal);
        Assert.Contains("mcrd is just starting or stopping", health, StringComparison.Ordinal);
        Assert.Contains("\"mcr.control\":{\"status\":\"Unhealthy\"", await port.GetAsync("/readyz"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404", await port.GetAsync("/metrics/../etc/passwd"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await port.GetAsync("http://localhost/metrics?x=1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_that_are_told_the_same_again_and_again_should_be_one_line()
    {
        await using HttpPort port = await HttpPort.OpenAsync();
        for (int i = 0; i < 5; i++)
        {
            await port.GetAsync("/healthz");
            await port.GetAsync("/readyz");
        }

        string[] said = [.. port.Log.Text.Split('\n').Where(l => !l.StartsWith("Information", StringComparison.Ordinal))];
        Assert.Equal(2, said.Length);
        Assert.StartsWith("Warning probes of /healthz are told Unhealthy: mcrd is just starting or stopping", said[0], StringComparison.Ordinal);
        Assert.StartsWith("Warning probes of /readyz are told Unhealthy: mcrd is just starting or stopping", said[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Change_of_what_probes_are_told_should_be_said_once_and_a_good_beginning_not()
    {
        var lines = new LoggedLines();
        var news = new HealthNews(lines);
        foreach (HealthStatus status in (HealthStatus[])[HealthStatus.Healthy, HealthStatus.Healthy, HealthStatus.Degraded, HealthStatus.Degraded, HealthStatus.Healthy, HealthStatus.Healthy])
            news.Take("/readyz", new HealthReport(new Dictionary<string, HealthReportEntry> { ["mcr.rules"] = new(status, "1 rules do not run", TimeSpan.Zero, null, null) }, TimeSpan.Zero));
        Assert.Equal("Warning probes of /readyz are told Degraded: 1 rules do not run\nInformation probes of /readyz are told that all is well", lines.Text);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("CONNECT")]
    [InlineData("get")]
    [InlineData("BREW")]
    public async Task Only_get_and_head_should_be_answered(string method)
    {
        await using HttpPort port = await HttpPort.OpenAsync();
        string answer = await port.GetAsync(method == "CONNECT" ? "localhost:1" : "/metrics", method);
        if (method == "CONNECT")
            Assert.Matches("^HTTP/1.1 4", answer);
        else
            Assert.Matches("^HTTP/1.1 405 (.|\r|\n)*\r\nAllow: GET, HEAD\r\n", answer);
        Assert.DoesNotContain("mcr_", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_should_say_how_long_the_answer_would_be_and_not_give_it()
    {
        await using HttpPort port = await HttpPort.OpenAsync();
        string answer = await port.GetAsync("/healthz", "HEAD");
        Assert.Matches("^HTTP/1.1 503 (.|\r|\n)*Content-Length: [1-9]", answer);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    /// <summary>A web page that has a name of its own lead to this host (DNS rebinding).</summary>
    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("localhost.evil.example", 421)]
    [InlineData("10.0.0.1", 421)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("LOCALHOST:9464", 200)]
    [InlineData("[::1]:9464", 200)]
    public async Task Loopback_should_be_for_those_who_call_it_so(string host, int status)
    {
        await using HttpPort port = await HttpPort.OpenAsync();
        Assert.StartsWith($"HTTP/1.1 {status} ", await port.GetAsync("/metrics", host: host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_much_should_be_refused()
    {
        await using HttpPort port = await HttpPort.OpenAsync();
        Assert.StartsWith("HTTP/1.1 414", await port.GetAsync("/" + new string('a', 3000)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431", await port.SayAsync($"GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: {new string('a', 9000)}\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431", await port.SayAsync($"GET /metrics HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Range(0, 60).Select(i => $"X{i}: a\r\n"))}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 405", await port.SayAsync("POST /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1000000000\r\n\r\nx"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", await port.SayAsync("GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal); // no Host
    }

    /// <summary>Connections that say nothing, or one byte now and then, take places, and others get none until those are closed.</summary>
    [Fact]
    public async Task Slow_clients_should_be_cut_off_and_make_place_for_others()
    {
        await using HttpPort port = await HttpPort.OpenAsync();
        TcpClient[] slow = await Task.WhenAll(Enumerable.Range(0, HttpLimits.Connections + 20).Select(_ => port.ConnectAsync()));
        foreach (TcpClient client in slow)
            await SendQuietlyAsync(client, "GET /metr");
        // Whoever is beyond the limit is closed at once; the others when the headers have not come within five seconds.
        await Task.WhenAll(slow.Select(ClosedAsync));
        Assert.StartsWith("HTTP/1.1 200", await port.GetAsync("/metrics"), StringComparison.Ordinal);
        foreach (TcpClient client in slow)
            client.Dispose();
    }

    [Fact]
    public async Task Random_and_half_right_bytes_should_hurt_nobody()
    {
        await using HttpPort port = await HttpPort.OpenAsync();
        byte[] good = Encoding.Latin1.GetBytes("GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\nConnection: close\r\n\r\n");
        int answered = 0;
        Fuzzing.Run(output, 200, random =>
        {
            byte[] bytes = [.. good];
            int edits = random.Next(0, 6);
            for (int i = 0; i < edits; i++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            if (random.Next(8) == 0)
                random.NextBytes(bytes);
            string answer = port.SayAsync(bytes).GetAwaiter().GetResult();
            Assert.Matches("^(HTTP/1.1 (200|400|404|405|411|413|414|421|431|505|501) |$)", answer.Length > 20 ? answer[..20] : answer);
            answered += answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? 1 : 0;
        });
        Assert.True(answered > 15, $"{answered} of 200 had a good answer, and a sixth of them were sent as they should be");
        Assert.StartsWith("HTTP/1.1 200", await port.GetAsync("/metrics"), StringComparison.Ordinal);
        Assert.DoesNotContain("Error", port.Log.Text, StringComparison.Ordinal);
    }

    /// <summary>Somebody else has the port: that is said, and nobody has to do anything when it is free.</summary>
    [Fact]
    public async Task Taken_port_should_be_tried_again()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using HttpPort port = await HttpPort.OpenAsync(port: ((IPEndPoint)other.LocalEndpoint).Port);
        port.Log.Await("cannot be served at 127.0.0.1:");
        Assert.Contains("address already in use", port.Log.Text, StringComparison.OrdinalIgnoreCase);
        other.Stop();
        port.Log.Await("are served at");
        Assert.StartsWith("HTTP/1.1 200", await port.GetAsync("/metrics"), StringComparison.Ordinal);
    }

    /// <summary>An address that this host does not have (yet), and a port that is not for everybody.</summary>
    [Theory]
    [InlineData("192.0.2.1", 9464)]
    [InlineData("[2001:db8::1]", 9464)]
    public async Task Address_that_is_not_there_should_be_said_and_end_nothing(string address, int number)
    {
        await using HttpPort port = await HttpPort.OpenAsync(address, number);
        port.Log.Await($"cannot be served at {address}:{number}: ");
        Assert.False(port.HasEnded);
    }

    private static async Task SendQuietlyAsync(TcpClient client, string text)
    {
        try
        {
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text));
        }
        catch (IOException)
        {
            // Closed already: it was one too many.
        }
    }

    private static async Task ClosedAsync(TcpClient client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            using var reader = new StreamReader(client.GetStream(), Encoding.Latin1, leaveOpen: true);
            _ = await reader.ReadToEndAsync(limit.Token);
        }
        catch (IOException)
        {
            // Reset.
        }
    }
}
