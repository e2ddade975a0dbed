using Peipkg.CommandLine.Host;
using Peipkg.Manager.Commands;
using Peipkg.Manager.Hosting;
using Peipkg.Manager.Logging;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;
using Peipkg.Posix.Processes;
using Peipkg.Posix.Terminals;

StandardDescriptors.OpenClosed();
LastResort.Prepare("peipkg-manager");
EmbeddedLibraries.Load();
using Stream output = StandardStreams.OpenOutput();
using ManagerSignals signals = new();
signals.Listen();
IReadOnlyDictionary<string, string> environment = ProcessEnvironment.From(Environment.GetEnvironmentVariables());
return await ManagerCommandLine.RunAsync(
    args,
    new ManagerWorld
    {
        Stdout = StandardStreams.Output(output),
        IsStdoutAbandoned = () => StandardStreams.IsAbandoned(output),
        Stderr = JournalWriter.Wrap(
            StandardStreams.Error(StandardStreams.OpenError()),
            environment.GetValueOrDefault("JOURNAL_STREAM"),
            new FileInfo("/proc/self/fd/2").LinkTarget
        ),
        Columns = Terminal.StandardOutputColumns(),
        Environment = environment,
        OwnDirectory = AppContext.BaseDirectory.TrimEnd('/'),
        ProcessId = Environment.ProcessId,
        ProcessorCount = Environment.ProcessorCount,
        Clock = TimeProvider.System,
        SynchronizedTime = KernelClock.Synchronized,
        Signals = signals,
    }
);
