using System.Diagnostics;
using System.Runtime.InteropServices;
using Akka.Actor;
using Mcr.Specs.Fixtures;
using Microsoft.Extensions.Hosting;

/// <summary>
/// What ends an mcrd from within, which no signal can: its runtime calls this before Main when it is started with <see cref="Environment"/>. The name and
/// the lack of a namespace are the runtime's. The host is found by the event that tells of every host that is built; mcrd itself knows nothing of it.
/// </summary>
internal static class StartupHook
{
    /// <summary>Has it end so, instead of going about its default for the signal.</summary>
    public const int EndSignal = 10; // SIGUSR1

    private const string HowVariable = "MCR_SPEC_END";

    private static IHost? _host;
    private static PosixSignalRegistration? _registration; // as long as it is referenced

    /// <summary>For the start of an mcrd that is to end that way when it gets the signal.</summary>
    public static Dictionary<string, string?> Environment(UnaskedEnd how) => new()
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
        [HowVariable] = how.ToString(),
    };

    public static void Initialize()
    {
        if (!Enum.TryParse(System.Environment.GetEnvironmentVariable(HowVariable), out UnaskedEnd how))
            return;
        DiagnosticListener.AllListeners.Subscribe(new Observer<DiagnosticListener>(listener => listener.Subscribe(new Observer<KeyValuePair<string, object?>>(news => _host ??= news.Value as IHost))));
        _registration = PosixSignalRegistration.Create((PosixSignal)EndSignal, context =>
        {
            context.Cancel = true;
            if (how == UnaskedEnd.ActorSystem)
                _ = ((ActorSystem)_host!.Services.GetService(typeof(ActorSystem))!).Terminate();
            else
                new Thread(() => throw new InvalidOperationException("planted")).Start();
        });
    }

    private sealed class Observer<T>(Action<T> onNext) : IObserver<T>
    {
        public void OnNext(T value) => onNext(value);

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
