using Peipkg.CommandLine;
using Peipkg.Manager.Hosting;

EmbeddedLibraries.Load();
using ManagerSignals signals = new();
signals.Listen();
return await ManagerCommandLine.RunAsync(args, new ManagerWorld
{
    Stdout = StandardStreams.Output(Console.OpenStandardOutput()),
    Stderr = StandardStreams.Error(Console.OpenStandardError()),
    Environment = ProcessEnvironment.From(Environment.GetEnvironmentVariables()),
    OwnDirectory = AppContext.BaseDirectory.TrimEnd('/'),
    ProcessId = Environment.ProcessId,
    Clock = TimeProvider.System,
    Signals = signals,
});
