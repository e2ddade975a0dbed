using System.Collections;
using Peipkg.CommandLine;
using Peipkg.Manager.Hosting;

using ManagerSignals signals = new();
signals.Listen();
return await ManagerCommandLine.RunAsync(args, new ManagerWorld
{
    Stdout = StandardStreams.Output(Console.OpenStandardOutput()),
    Stderr = StandardStreams.Error(Console.OpenStandardError()),
    Environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal),
    OwnDirectory = AppContext.BaseDirectory.TrimEnd('/'),
    ProcessId = Environment.ProcessId,
    Clock = TimeProvider.System,
    Signals = signals,
});
