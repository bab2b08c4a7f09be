using System.Collections.Immutable;
using Mcr.Actors.Configuration.Hocon;
using Mcr.Actors.Relay;
using Mcr.Actors.Workers;

namespace Mcr.Actors.Configuration;

/// <summary>Files, environment and flags to <see cref="McrSettings"/>, or to all problems at once. Defaults come from reference.hocon alone.</summary>
public static class SettingsReader
{
    private const string ReferenceName = "reference.hocon";
    private const string DropIns = "conf.d";
    private const string Volatile = "/run/";
    private const string Lasting = "/var/lib/";
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>The text of reference.hocon, which documents every key.</summary>
    public static string Reference
    {
        get
        {
            using Stream stream = typeof(SettingsReader).Assembly.GetManifestResourceStream(ReferenceName)!;
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }

    public static SettingsResult Read(SettingsSources sources)
    {
        var problems = new List<ConfigProblem>();
        McrSettings? settings = null;
        try
        {
            var files = new HoconFiles();
            HoconObject root = Load(sources, files);
            CodeKeys.Judge(root, files.Doubtful, problems);
            settings = Read(root, problems, sources.ForAnyNode);
        }
        catch (HoconException e)
        {
            problems.Add(new ConfigProblem(e.At, e.Sentence));
        }

        ConfigProblem[] sorted = [.. problems.OrderBy(p => p.At.File, StringComparer.Ordinal).ThenBy(p => p.At.Line).ThenBy(p => p.At.Column)];
        return new SettingsResult(sorted.Length == 0 ? settings : null, sorted);
    }

    private static HoconObject Load(SettingsSources sources, HoconFiles files)
    {
        var root = new HoconObject(new SourcePosition(sources.ConfigFile ?? "the configuration", 0, 0));
        HoconParser.Parse(Reference, ReferenceName, files, root);
        if (sources.ConfigFile is { } file)
        {
            if (sources.Text is { } given)
            {
                files.Judge(file);
                HoconParser.Parse(given, file, files, root);
            }
            else
            {
                files.Read(file, (text, path) => HoconParser.Parse(text, path, files, root));
            }

            string dropIns = Path.Combine(Path.GetDirectoryName(file) ?? "", DropIns);
            if (!sources.WithoutDropIns && Directory.Exists(dropIns))
            {
                foreach (string dropIn in ListDropIns(dropIns))
                    files.Read(dropIn, (text, path) => HoconParser.Parse(text, path, files, root));
            }
        }

        Override(root, "environment variable MCR_STATS_INTERVAL_MS", sources.Environment("MCR_STATS_INTERVAL_MS") is { Length: > 0 } ms ? ms + " ms" : null, "mcr", "stats-interval");
        Override(root, "environment variable MCR_CONTROL_SOCKET", sources.Environment("MCR_CONTROL_SOCKET"), "mcr", "control", "socket");
        Override(root, "environment variable MCR_LOG_LEVEL", sources.Environment("MCR_LOG_LEVEL"), "mcr", "log", "level");
        Override(root, "--control-socket-path", sources.ControlSocket, "mcr", "control", "socket");
        Override(root, "--log-json", sources.LogJson ? "on" : null, "mcr", "log", "json");
        if (sources.Workers is not null && sources.Interface is null)
            throw new HoconException(new SourcePosition("--num-workers", 0, 0), "is about one interface; name it with --interface");
        if (sources.Interface is { } name)
        {
            var at = new SourcePosition("--interface", 0, 0);
            HoconAssignment.Assign(root, ["mcr", "interfaces", name], at, new HoconObject(at));
            Override(root, "--num-workers", sources.Workers, "mcr", "interfaces", name, "workers");
        }

        return HoconResolver.Resolve(root, sources.Environment);
    }

    private static string[] ListDropIns(string directory)
    {
        try
        {
            return [.. Directory.GetFiles(directory, "*.hocon").Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoconException(new SourcePosition(directory, 0, 0), $"cannot be read: {e.Message}");
        }
    }

    /// <param name="value">null or empty: not set.</param>
    private static void Override(HoconObject root, string from, string? value, params string[] path)
    {
        if (string.IsNullOrEmpty(value))
            return;
        var at = new SourcePosition(from, 0, 0);
        HoconAssignment.Assign(root, path, at, new HoconScalar(at, value, isQuoted: false));
    }

    /// <param name="forAnyNode"><see cref="SettingsSources.ForAnyNode"/>.</param>
    private static McrSettings Read(HoconObject root, List<ConfigProblem> problems, bool forAnyNode)
    {
        var all = new ConfigSection(root, "", problems);
        ConfigSection mcr = all.Section("mcr");
        HoconNode? akka = all.Find("akka");
        if (akka is not null and not HoconObject)
            all.Problem(akka.At, "akka", $"is {ConfigSection.Kind(akka)}; give an object: {{ … }}");
        all.Find("definitions"); // for substitutions
        all.RefuseUnknownKeys();

        ConfigSection node = mcr.Section("node");
        string nodeName = node.Text("name") is { Length: > 0 } given ? given : Environment.MachineName;
        node.RefuseUnknownKeys();

        ConfigSection control = mcr.Section("control");
        string socket = ReadSocket(control);
        string group = control.Text("group") ?? "";
        string readOnlyGroup = control.Text("read-only-group") ?? "";
        control.RefuseUnknownKeys();

        TlsSettings tls = RemoteReader.ReadTls(mcr.Section("tls"));
        InterfaceOptions interfaceDefaults = InterfaceReader.ReadDefaults(mcr.Section("interface-defaults"));
        var settings = new McrSettings
        {
            NodeName = nodeName,
            Control = new ControlSettings(socket, group, readOnlyGroup),
            RuntimeDirectory = ReadDirectory(mcr, "runtime-directory", socket, DefaultRuntimeDirectory(socket)),
            StateDirectory = ReadDirectory(mcr, "state-directory", socket, DefaultStateDirectory(socket)),
            Persist = mcr.Flag("persist"),
            StatsInterval = mcr.Duration("stats-interval", TimeSpan.FromMilliseconds(10), Hour),
            Log = LogReader.Read(mcr.Section("log")),
            Worker = ReadWorker(mcr.Section("worker")),
            InterfaceDefaults = interfaceDefaults,
            Interfaces = InterfaceReader.Read(mcr.Section("interfaces"), interfaceDefaults),
            AlarmDefaults = AlarmReader.ReadDefaults(mcr.Section("alarm-defaults")),
            Webhook = EventsReader.Read(mcr.Section("events")),
            Http = ExportReader.ReadHttp(mcr.Section("http")),
            Otlp = ExportReader.ReadOtlp(mcr.Section("otlp")),
            Tls = tls,
            Cluster = RemoteReader.ReadCluster(mcr.Section("cluster"), tls, nodeName),
            Console = RemoteReader.ReadConsole(mcr.Section("console"), tls),
            Rules = [], // see below: they are judged by the others
            AkkaJson = akka is HoconObject ? $$"""{"akka":{{HoconJson.Write(akka)}}}""" : "{}",
        };
        ImmutableArray<ConfiguredRule> rules = RuleReader.Read(mcr, "rules", problems, elsewhere: forAnyNode ? null : rule => NodeCheck.WhyNot(rule, settings.ClusterNode));
        mcr.RefuseUnknownKeys();
        return settings with { Rules = rules };
    }

    internal static string DefaultRuntimeDirectory(string socket) => Path.ChangeExtension(socket, null) + ".d";

    /// <summary>What is below /run is gone after a reboot.</summary>
    internal static string DefaultStateDirectory(string socket)
    {
        string directory = Path.ChangeExtension(socket, null) + ".state";
        return directory.StartsWith(Volatile, StringComparison.Ordinal) ? Lasting + directory[Volatile.Length..] : directory;
    }

    private static string ReadSocket(ConfigSection control)
    {
        string socket = control.Text("socket") ?? "";
        if (!Path.IsPathRooted(socket))
            control.Problem(control.PositionOf("socket"), "socket", $"is '{socket}'; give an absolute path, such as /run/mcr/control.sock");
        return socket;
    }

    /// <param name="fromSocket">What it is when it is not given, so that no two daemons share one.</param>
    private static string ReadDirectory(ConfigSection mcr, string key, string socket, string fromSocket)
    {
        string directory = mcr.Text(key) is { Length: > 0 } given ? given : fromSocket;
        if (Path.IsPathRooted(socket) && !Path.IsPathRooted(directory))
            mcr.Problem(mcr.PositionOf(key), key, $"is '{directory}'; give an absolute path, or leave it empty to have it named after the control socket");
        return directory;
    }

    private static WorkerSettings ReadWorker(ConfigSection worker)
    {
        string path = worker.Text("path") ?? "";
        if (path.Length > 0 && !File.Exists(path))
            worker.Problem(worker.PositionOf("path"), "path", $"is '{path}', and there is no such file; leave it empty for the mcr-worker beside mcrd");
        else if (path.Length > 0 && FileOwnership.WhyNoProgram(path) is { } why)
            worker.Problem(worker.PositionOf("path"), "path", $"is '{path}', and {why}; whoever writes there would choose what gets mcrd's sockets, so make it root's, and writable by root alone");
        var settings = new WorkerSettings(
            path,
            worker.Size("receive-buffer", 64 << 10, 1 << 30),
            worker.Size("send-buffer", 64 << 10, 1 << 30),
            worker.Flag("segmentation"),
            worker.Duration("start-timeout", TimeSpan.FromMilliseconds(100), Minute),
            worker.Duration("stop-timeout", TimeSpan.FromMilliseconds(10), Minute),
            worker.Find("orphan-grace") is HoconScalar { Text: "forever" } ? null : worker.Duration("orphan-grace", TimeSpan.Zero, TimeSpan.FromHours(24), "forever, or "))
        {
            MaxAge = worker.Duration("max-age", TimeSpan.Zero, Hour),
            Standby = worker.Flag("standby"),
            MemoryLimit = worker.Size("memory-limit", 1 << 20, 1 << 30),
            Restarts = new RestartLimit(worker.Whole("max-restarts", 1, 1000), worker.Duration("restart-window", TimeSpan.FromSeconds(1), Hour)),
        };
        worker.RefuseUnknownKeys();
        return settings;
    }
}
