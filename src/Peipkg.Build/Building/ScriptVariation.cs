using System.Globalization;
using Peipkg.Posix.Processes;

namespace Peipkg.Build.Building;

/// <summary>What is made different for a second build of the same, as another machine might have it.</summary>
/// <param name="Umask">The mode bits that new files lack, octal.</param>
/// <param name="HostName">The machine's name; null where it cannot be changed for the script alone.</param>
internal sealed record ScriptVariation(string Umask, string? HostName)
{
    private const string Unshare = "/usr/bin/unshare";
    private const string OtherName = "another-machine";

    /// <summary>A variation on how this process runs.</summary>
    /// <param name="sandboxed">Whether the script runs in a sandbox, where the first build has umask 022 and any name can be given.</param>
    /// <param name="cancellation">Ends the trial whether names can be given.</param>
    internal static ScriptVariation Choose(bool sandboxed, CancellationToken cancellation) =>
        new(
            !sandboxed && CurrentUmask() == "077" ? "022" : "077",
            sandboxed || MayName(cancellation) ? OtherName : null
        );

    /// <summary>The words in front of a command that runs outside a sandbox.</summary>
    internal IEnumerable<string> Prefix() =>
        [
            .. HostName is null ? Array.Empty<string>() : [Unshare, "--uts"],
            "/bin/sh",
            "-c",
            (HostName is null ? "" : "echo \"$2\" > /proc/sys/kernel/hostname; ")
                + "umask \"$1\"; shift 2; exec \"$@\"",
            "sh",
            Umask,
            HostName ?? "",
        ];

    private static string CurrentUmask() =>
        File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("Umask:", StringComparison.Ordinal))
            is { } line
        && int.TryParse(
            line.AsSpan("Umask:".Length).Trim(),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int digits
        )
            ? digits.ToString("000", CultureInfo.InvariantCulture)
            : "";

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
