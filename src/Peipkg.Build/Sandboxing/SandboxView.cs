using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Sandboxing;

/// <summary>
/// The machine, or a root, as a sandboxed build script sees it: the toolchain below <c>/usr</c>, the files of <c>/etc</c> that a
/// toolchain reads, and the build's directories under paths that are the same on every machine. Only the build's
/// directories can be written to. Homes, keys and mounts of the host are absent.
/// </summary>
internal static class SandboxView
{
    internal const string HostName = "peipkg-build";

    /// <summary>$DESTDIR to a script in a sandbox.</summary>
    internal const string DestinationPlace = "/build/dest";

    /// <summary>$HOME to a script in a sandbox.</summary>
    internal const string HomePlace = "/build/home";

    // Not root: as root, tar and others try to change the owners of files, and some programs refuse to build.
    internal const string UserAndGroup = "1000";

    /// <summary>bubblewrap's argument that takes the terminal away; a shell on a terminal of its own keeps that.</summary>
    internal const string NewSession = "--new-session";

    private const string SourcePlace = "/build/source";
    private const string RecipePlace = "/build/recipe";
    private const string WorkPlace = "/build/work";

    // Links into /usr on Debian, directories on some other systems.
    private static readonly string[] SystemDirectories = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

    // What packages may install into a root besides, and what roots of other kinds have.
    private const string OptionalPrograms = "/opt";

    // Places below /usr that are not the distribution's: administrators keep settings there, with the secrets in them.
    private static readonly string[] LocalPlaces = ["/usr/local/etc", "/usr/local/var", "/usr/etc", "/usr/var"];

    /// <summary>The build's directories as the script sees them.</summary>
    internal static ScriptPlaces Places(string script) =>
        new(SourcePlace, DestinationPlace, WorkPlace, $"{RecipePlace}/{script}", RecipePlace, HomePlace);

    /// <summary>The search path: the <c>bin</c> of each added directory, then the standard one.</summary>
    internal static string SearchPath(SandboxSettings settings) =>
        string.Join(
            ':',
            settings
                .ReadOnly.Select(path => Path.Combine(path, "bin"))
                .Where(Directory.Exists)
                .Append(ProgramPath.Usual)
        );

    /// <summary>bubblewrap's arguments that separate the script from everything that runs on the machine.</summary>
    internal static IEnumerable<string> Isolation(NetworkAccess network, string hostName) =>
        [
            "--unshare-user",
            "--unshare-ipc",
            "--unshare-pid",
            "--unshare-uts",
            "--unshare-cgroup-try",
            .. network == NetworkAccess.Shared ? Array.Empty<string>() : ["--unshare-net"],
            "--uid",
            UserAndGroup,
            "--gid",
            UserAndGroup,
            "--hostname",
            hostName,
            // Without our terminal, the script cannot type into it; and nothing of it outlives us, however we end.
            NewSession,
            "--die-with-parent",
        ];

    /// <summary>bubblewrap's arguments for the view, up to the command to run in it.</summary>
    /// <param name="settings">What is added.</param>
    /// <param name="source">The source tree on this machine.</param>
    /// <param name="recipe">The recipe's directory on this machine.</param>
    /// <param name="area">The build's own directories.</param>
    /// <param name="hostName">The name the machine has inside.</param>
    /// <param name="memory">Bytes that each process may use; null for no limit.</param>
    /// <param name="nameServer">The name server of a network of its own; null where it has none.</param>
    internal static List<string> Arguments(
        SandboxSettings settings,
        string source,
        string recipe,
        StagingArea area,
        string hostName,
        long? memory,
        string? nameServer
    )
    {
        string[] local = settings.Root is null ? [.. LocalPlaces.Where(IsDirectory)] : [];
        string root = settings.Root is null ? "" : RealPath.Of(settings.Root);
        List<string> arguments =
        [
            .. Isolation(settings.Network, hostName),
            "--ro-bind",
            root + "/usr",
            "/usr",
            .. local.SelectMany(place => (string[])["--tmpfs", place]),
            "--dir",
            "/etc",
            "--dir",
            "/build",
        ];
        foreach (string directory in SystemDirectories)
        {
            AddSystemDirectory(arguments, root, directory);
        }

        if (settings.Root is not null)
        {
            AddSystemDirectory(arguments, root, OptionalPrograms);
        }

        arguments.AddRange(SandboxEtc.Arguments(settings, area, hostName, nameServer));
        arguments.AddRange([
            .. SandboxKernel.Arguments(memory),
            "--dir",
            "/run",
            "--bind",
            area.MakeDirectory("tmp"),
            "/tmp",
            "--dir",
            "/var",
            "--symlink",
            "/tmp",
            "/var/tmp",
        ]);
        foreach (string path in settings.ReadOnly)
        {
            arguments.AddRange("--ro-bind", RealPath.Of(path), path);
        }

        // Last, so that nothing added above hides them. Then the root itself becomes read-only.
        arguments.AddRange([
            "--ro-bind",
            RealPath.Of(source),
            SourcePlace,
            "--ro-bind",
            RealPath.Of(recipe),
            RecipePlace,
            "--bind",
            area.Destination,
            DestinationPlace,
            "--bind",
            area.Work,
            WorkPlace,
            "--bind",
            area.Home,
            HomePlace,
            .. local.SelectMany(place => (string[])["--remount-ro", place]),
            "--remount-ro",
            "/",
            "--chdir",
            WorkPlace,
        ]);
        return arguments;
    }

    private static bool IsDirectory(string path) =>
        new DirectoryInfo(path) is { Exists: true, LinkTarget: null } && RealPath.Of(path) == path;

    private static void AddSystemDirectory(List<string> arguments, string root, string directory)
    {
        FileSystemInfo entry = new DirectoryInfo(root + directory);
        if (entry.LinkTarget is { } target)
        {
            arguments.AddRange("--symlink", target, directory);
        }
        else if (entry.Exists)
        {
            arguments.AddRange("--ro-bind", root + directory, directory);
        }
    }
}
