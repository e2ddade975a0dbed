using System.Globalization;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Storage;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Trials;

/// <summary>
/// The repository of one trial. A key that is made for it signs it, and is thrown away with it: no consumer trusts what it
/// holds.
/// </summary>
/// <param name="directory">The trial's own directory.</param>
/// <param name="tools">The programs.</param>
/// <param name="environment">Their environment.</param>
/// <param name="children">Runs them.</param>
/// <param name="config">Whose edition it has.</param>
/// <param name="clock">The time.</param>
internal sealed class ScratchRepository(
    string directory,
    ToolSet tools,
    ChildEnvironment environment,
    ChildRunner children,
    Func<ManagerConfig> config,
    TimeProvider clock
)
{
    private const int MostDiff = 32 << 10;

    private static readonly ChildLimits Limits = new(TimeSpan.FromHours(1), TimeSpan.FromHours(1))
    {
        Grace = TimeSpan.FromSeconds(5),
    };

    /// <summary>Where it is.</summary>
    public string Directory => Path.Combine(directory, "repo");

    private string Key => Path.Combine(directory, "scratch-key.pem");

    private string Temporary => System.IO.Directory.CreateDirectory(Path.Combine(directory, "tmp")).FullName;

    private string Now => Timestamp.FromUnixSeconds(clock.GetUtcNow().ToUnixTimeSeconds()).ToString();

    /// <summary>Where it is and who signs it, for roots; null while it holds nothing.</summary>
    public (string Directory, Fingerprint Key)? Signed { get; private set; }

    /// <summary>Signs packages and takes them in.</summary>
    /// <param name="packages">The unsigned packages.</param>
    /// <param name="log">Told everything.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The signed files.</returns>
    /// <exception cref="BuildFailureException">A repository would not take them.</exception>
    public async Task<IReadOnlyList<string>> AddAsync(
        IReadOnlyList<string> packages,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        if (Signed is null)
        {
            string said = await RunAsync(tools.Repo, log, cancellation, "keygen", $"--out={Key}");
            string[] edition = OwnRepository.EditionOf(config()) is { } own ? [$"--edition={own}"] : [];
            await RunAsync(
                tools.Repo,
                log,
                cancellation,
                ["init", "--name=trial", $"--sign-key={Key}", $"--timestamp={Now}", .. edition, $"--out={Directory}"]
            );
            Signed = Fingerprint.TryParseTyped(said.Trim(), out Fingerprint signer, out string? error)
                ? (Directory, signer)
                : throw new BuildFailureException(FailureCause.Infrastructure, $"peipkg-repo keygen: {error}");
        }

        string signed = Path.Combine(directory, "signed");
        TreeRemoval.Remove(signed);
        await RunAsync(
            tools.Build,
            log,
            cancellation,
            ["sign", $"--sign-key={Key}", $"--out={signed}", "--", .. packages]
        );
        await RunAsync(
            tools.Repo,
            log,
            cancellation,
            [
                "publish",
                $"--in={Directory}",
                $"--new={signed}",
                $"--out={Directory}",
                $"--sign-key={Key}",
                $"--timestamp={Now}",
                "--require-signed",
                "--allow-future",
                "--no-site",
                .. config().Publishing.AllowSpecialSystem ? (string[])["--allow-special-system"] : [],
            ]
        );
        return [.. packages.Select(package => Path.Combine(signed, Path.GetFileName(package)))];
    }

    /// <summary>What differs between two packages.</summary>
    /// <returns>Text for people; empty where nothing does.</returns>
    public async Task<string> CompareAsync(string published, string package, CancellationToken cancellation)
    {
        ChildCommand command = Command(tools.Build, ["inspect", $"--diff={package}", "--", published]);
        HeadOutput output = new(MostDiff);
        TailOutput words = new();
        ChildResult result = await children.RunAsync(command, output, words, Limits, cancellation);
        return result switch
        {
            { End: ChildEnd.Cancelled } => throw new OperationCanceledException(cancellation),
            { End: ChildEnd.Exited, Code: 0 } => "",
            { End: ChildEnd.Exited, Code: 1 } when output.Text() is { Length: > 0 } text => text.Length >= MostDiff
                ? text + "\n… (cut)\n"
                : text,
            _ => $"not compared: {command.Name} {result.Describe(Limits)}: {words.Text()}",
        };
    }

    private ChildCommand Command(string program, IReadOnlyList<string> arguments) =>
        new(program, arguments, directory, environment.Bare(Temporary))
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(program)} {arguments[0]}"),
        };

    private async Task<string> RunAsync(
        string program,
        AttemptLog log,
        CancellationToken cancellation,
        params IReadOnlyList<string> arguments
    )
    {
        ChildCommand command = Command(program, arguments);
        log.Heading($"{command.Program} {string.Join(' ', command.Arguments)}");
        HeadOutput output = new(TailOutput.DefaultLimit);
        TailOutput words = new();
        ChildResult result = await children.RunAsync(
            command,
            new BothOutputs(output, log),
            new BothOutputs(words, log),
            Limits,
            cancellation
        );
        return result.End == ChildEnd.Cancelled ? throw new OperationCanceledException(cancellation)
            : result.Succeeded ? output.Text()
            : throw new BuildFailureException(
                result.End == ChildEnd.Exited ? FailureCause.Recipe : FailureCause.Infrastructure,
                $"{command.Name} {result.Describe(Limits)}: {words.Text()}"
            );
    }
}
