using System.Net;
using Mcr.Actors.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mcr.Host.Mcrd.Http;

/// <summary>
/// Kestrel on one address, with nothing but <see cref="HttpAnswers"/> behind it. It is beside the relay: when the address is taken, or not there yet, that is logged and tried again, and the relay
/// does not wait for it.
/// </summary>
internal sealed class HttpSide(HostPort listen, HttpAnswers answers, ILogger<HttpSide> log, ILoggerFactory loggers) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    /// <summary>mcrd waits for nobody who still reads.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        for (bool isFirst = true; ; isFirst = false)
        {
            await using WebApplication web = Build();
            try
            {
                await web.StartAsync(stop);
                log.LogInformation("metrics and health are served at http://{Address}{Openness}", listen, listen.IsLoopback ? "" : ", to everybody who reaches it");
                await web.WaitForShutdownAsync(stop);
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException) // in use; not there (yet), or not for us to have
            {
                if (isFirst)
                    log.LogError("metrics and health cannot be served at {Address}: {Why}; it is tried again every {Seconds} s", listen, e.InnerException?.Message ?? e.Message, Retry.TotalSeconds);
            }

            try
            {
                await Task.Delay(Retry, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private WebApplication Build()
    {
        // As empty as can be: no configuration, no environment, no content root, no routing.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = LongestStop);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            HttpLimits.Set(options);
            options.Listen(IPAddress.Parse(listen.Host), listen.Port, endpoint => endpoint.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1);
        });
        WebApplication web = builder.Build();
        web.Run(answers.AnswerAsync);
        return web;
    }

    /// <summary>Signals are the daemon's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
