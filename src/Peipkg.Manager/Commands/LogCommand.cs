using System.Text.Json;
using System.Text.Json.Serialization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Operating;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Commands;

/// <summary><c>log BUILD [--follow]</c>.</summary>
/// <param name="world">Where it runs.</param>
internal sealed class LogCommand(ManagerWorld world)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly TextWriter _output = world.Stdout;

    public bool Follow { get; init; }

    /// <summary>As the build wrote it: whoever asks for this trusts it with the terminal.</summary>
    public bool Raw { get; init; }

    public bool Json { get; init; }

    /// <exception cref="UserErrorException">There is no such attempt, or no log of it.</exception>
    public async Task RunAsync(FarmAccess farm, RecipeVersion named, CancellationToken cancellation)
    {
        OperatorRequest request = new()
        {
            Command = OperatorCommand.Attempt,
            Attempt = named.Attempt,
            Recipe = named.Recipe,
            Version = named.Version,
        };
        AttemptDocument build = (await farm.AskAsync(request, cancellation)).Attempt!;
        string path = farm.Layout.LogOf(build.Build);
        BuildLogReader reader = new(path);
        try
        {
            while (true)
            {
                bool ended = !Follow || build.EndedAt is not null;
                foreach (string line in reader.Lines(last: ended))
                {
                    await _output.WriteLineAsync(Shown(build.Build, line));
                }

                await _output.FlushAsync(cancellation);
                if (ended || world.IsStdoutAbandoned())
                {
                    return;
                }

                await Task.Delay(Pause, world.Clock, cancellation);
                build = (await farm.AskAsync(request with { Attempt = build.Build }, cancellation)).Attempt!;
            }
        }
        catch (FileNotFoundException exception)
        {
            throw new UserErrorException(
                $"there is no log of attempt {build.Build} any more ({path}); [retention] says how long logs are kept",
                exception
            );
        }
    }

    private string Shown(long build, string line) =>
        Json ? JsonSerializer.Serialize(new LogLine(build, line), LogJson.Default.LogLine)
        : Raw ? line
        : TerminalText.Escape(line.Replace('\t', ' '));
}

/// <summary>A line of an attempt's log.</summary>
internal sealed record LogLine(long Build, string Line);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LogLine))]
internal sealed partial class LogJson : JsonSerializerContext;
