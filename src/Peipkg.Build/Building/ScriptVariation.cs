using Peipkg.Posix.Processes;

namespace Peipkg.Build.Building;

/// <summary>What differs in a second build, as it might on another machine.</summary>
/// <param name="Umask">The mode bits that new files lack.</param>
/// <param name="HostName">The machine's name; null where it cannot be changed for the script alone.</param>
internal sealed record ScriptVariation(uint Umask, string? HostName)
{
    private const string Unshare = "/usr/bin/unshare";
    private const uint OwnerOnly = 0x3f; // 077
    private const string OtherName = "another-machine";

    /// <summary>Chooses conditions that differ from those of this process.</summary>
    /// <param name="sandboxed">Whether the script runs in a sandbox, where the first build has umask 022 and any name can be given.</param>
    /// <param name="cancellation">Ends the test of whether host names can be set.</param>
    internal static ScriptVariation Choose(bool sandboxed, CancellationToken cancellation) =>
        new(
            !sandboxed && Staging.Umask.Current() == OwnerOnly ? Staging.Umask.Usual : OwnerOnly,
            sandboxed || MayName(cancellation) ? OtherName : null
        );

    /// <summary>The words before a command that runs outside a sandbox.</summary>
    internal IEnumerable<string> Prefix() =>
        [
            .. HostName is null ? Array.Empty<string>() : [Unshare, "--uts"],
            "/bin/sh",
            "-c",
            (HostName is null ? "" : "echo \"$2\" > /proc/sys/kernel/hostname; ")
                + "umask \"$1\"; shift 2; unset PWD; exec \"$@\"",
            "sh",
            Convert.ToString(Umask, 8),
            HostName ?? "",
        ];

    private static bool MayName(CancellationToken cancellation) =>
        File.Exists(Unshare)
        && ChildProcess
            .Run(
                new ChildProcessOptions
                {
                    FileName = Unshare,
                    Arguments = ["--uts", "/bin/sh", "-c", $"echo {OtherName} > /proc/sys/kernel/hostname"],
                    Environment = [],
                    WorkingDirectory = "/",
                    StandardOutput = Stream.Null,
                    StandardError = Stream.Null,
                },
                cancellation
            )
            .IsSuccess;
}
