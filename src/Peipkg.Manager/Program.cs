using Peipkg.CommandLine;
using Peipkg.Manager.Hosting;
using Peipkg.Manager.Logging;

EmbeddedLibraries.Load();
using ManagerSignals signals = new();
signals.Listen();
IReadOnlyDictionary<string, string> environment = ProcessEnvironment.From(Environment.GetEnvironmentVariables());
return await ManagerCommandLine.RunAsync(args, new ManagerWorld
{
    Stdout = StandardStreams.Output(Console.OpenStandardOutput()),
    Stderr = JournalWriter.Wrap(
        StandardStreams.Error(Console.OpenStandardError()), environment.GetValueOrDefault("JOURNAL_STREAM"), new FileInfo("/proc/self/fd/2").LinkTarget),
    Environment = environment,
    OwnDirectory = AppContext.BaseDirectory.TrimEnd('/'),
    ProcessId = Environment.ProcessId,
    ProcessorCount = Environment.ProcessorCount,
    Clock = TimeProvider.System,
    Signals = signals,
});
