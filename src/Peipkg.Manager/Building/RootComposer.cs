using Peipkg.Format.Cryptography;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Building;

/// <summary>Has <c>peipkg-build compose</c> make the root of a build, of what the farm has published and other repositories have.</summary>
/// <param name="tools">Where peipkg-build is.</param>
/// <param name="layout">Where the farm's repository is, and unpacked packages are kept.</param>
/// <param name="key">The farm's key, which signs its repository.</param>
/// <param name="limits">What bringing packages here may take.</param>
/// <param name="environment">Its environment, with the proxies.</param>
/// <param name="children">Runs it.</param>
internal sealed class RootComposer(
    ToolSet tools,
    StateLayout layout,
    Fingerprint key,
    Func<FetchConfig> limits,
    ChildEnvironment environment,
    ChildRunner children
)
{
    /// <summary>Composes a root.</summary>
    /// <param name="root">Where packages come from.</param>
    /// <param name="packages">What it holds, with what that needs.</param>
    /// <param name="room">Where the build works; its root must not exist.</param>
    /// <param name="log">Told everything.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="BuildFailureException">It cannot be made. What is missing may be published later.</exception>
    public async Task ComposeAsync(
        RootConfig root,
        IReadOnlyList<string> packages,
        BuildRoom room,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        string[] own = Directory.Exists(layout.Repository) ? [$"--repository={layout.Repository}"] : [];
        ChildCommand command = new(
            tools.Build,
            [
                "compose",
                .. own,
                .. root.Repositories.Select(repository => $"--repository={repository}"),
                .. room.Scratch is var (scratch, signer)
                    ? (string[])[$"--repository={scratch}", $"--trust={signer}"]
                    : [],
                $"--trust={key}",
                .. root.Trusted.Select(trusted => $"--trust={trusted}"),
                $"--cache={layout.RootCache}",
                $"--out={room.Root}",
                "--",
                .. packages.Distinct(StringComparer.Ordinal),
            ],
            room.Stage,
            new Dictionary<string, string>(environment.Whole(), StringComparer.Ordinal) { ["TMPDIR"] = room.Temporary }
        )
        {
            Name = "peipkg-build compose",
        };
        FetchConfig most = limits();
        ChildLimits child = new(most.Time, Timeout.InfiniteTimeSpan)
        {
            Grace = TimeSpan.FromSeconds(10),
            Resources = new ResourceLimits { Memory = most.Memory },
        };
        log.Heading($"{command.Program} {string.Join(' ', command.Arguments)}");
        TailOutput words = new();
        ChildResult result = await children.RunAsync(command, log, new BothOutputs(words, log), child, cancellation);
        if (result.End == ChildEnd.Cancelled)
        {
            throw new OperationCanceledException(cancellation);
        }

        if (!result.Succeeded)
        {
            string said = result.End == ChildEnd.Exited ? ": " + ToolComplaint.In(words.Text()) : "";
            throw new BuildFailureException(
                FailureCause.Infrastructure,
                $"{command.Name} {result.Describe(child)}{said}"
            );
        }
    }
}
