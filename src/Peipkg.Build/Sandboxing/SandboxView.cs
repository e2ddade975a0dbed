using System.Globalization;
using Peipkg.Build.Staging;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Sandboxing;

/// <summary>
/// The machine as a sandboxed build script sees it: the toolchain below <c>/usr</c>, the files of <c>/etc</c> that a
/// toolchain reads, and the build's directories under paths that are the same on every machine. Only the build's
/// directories can be written to. Homes, keys and mounts of the host are absent.
/// </summary>
internal static class SandboxView
{
    internal const string HostName = "peipkg-build";

    /// <summary>$DESTDIR to a script in a sandbox.</summary>
    internal const string DestinationPlace = "/build/dest";

    private const string SourcePlace = "/build/source";
    private const string RecipePlace = "/build/recipe";
    private const string WorkPlace = "/build/work";
    private const string HomePlace = "/build/home";

    // Not root: as root, tar and others try to change the owners of files, and some programs refuse to build.
    private const string UserAndGroup = "1000";

    // Docker's size. Builds use it for semaphores, if at all.
    private const long SharedMemoryBytes = 64 << 20;

    // Links into /usr on Debian, directories on some other systems.
    private static readonly string[] SystemDirectories = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

    // What compilers, interpreters and document processors read; nothing that may contain a secret.
    private static readonly string[] ToolchainFiles =
    [
        "/etc/alternatives",
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/ld.so.conf.d",
        "/etc/fonts",
        "/etc/perl",
        "/etc/sgml",
        "/etc/xml",
        "/etc/texmf",
        "/etc/mime.types",
        "/etc/os-release",
    ];

    private static readonly string[] ToolchainPrefixes = ["java-", "python", "php"];

    private static readonly string[] HostNetworkFiles = ["/etc/resolv.conf", "/etc/hosts"];

    private static readonly string[] NetworkFiles =
    [
        "/etc/nsswitch.conf",
        "/etc/services",
        "/etc/protocols",
        "/etc/gai.conf",
        "/etc/host.conf",
        "/etc/ssl/certs",
        "/etc/ssl/openssl.cnf",
        "/etc/ca-certificates",
        "/etc/ca-certificates.conf",
        "/etc/pki/tls/certs",
    ];

    // Places below /usr that are not the distribution's: administrators keep settings there, with the secrets in them.
    private static readonly string[] LocalPlaces = ["/usr/local/etc", "/usr/local/var", "/usr/etc", "/usr/var"];

    // What the kernel tells in /proc about the whole machine; root's build could read it as root does.
    private static readonly string[] KernelFiles =
    [
        "/proc/kcore",
        "/proc/keys",
        "/proc/key-users",
        "/proc/kmsg",
        "/proc/kpagecgroup",
        "/proc/kpagecount",
        "/proc/kpageflags",
        "/proc/sched_debug",
        "/proc/slabinfo",
        "/proc/timer_list",
        "/proc/vmallocinfo",
    ];

    /// <summary>
    /// bubblewrap's arguments for <c>/proc</c> and <c>/dev</c>. The kernel treats a build that root started as root's, so it
    /// could change settings below <c>/proc/sys</c>, such as the program that the host runs when another crashes. Files in
    /// memory count for no process, so the only place for them is small.
    /// </summary>
    /// <param name="memory">Bytes that each process may use; null for no limit.</param>
    internal static IReadOnlyList<string> Kernel(long? memory) =>
        [
            "--proc",
            "/proc",
            .. KernelFiles.Where(File.Exists).SelectMany(file => (string[])["--ro-bind", "/dev/null", file]),
            "--remount-ro",
            "/proc",
            "--dev",
            "/dev",
            "--perms",
            "1777",
            "--size",
            Math.Min(SharedMemoryBytes, (memory ?? long.MaxValue) / 4).ToString(CultureInfo.InvariantCulture),
            "--tmpfs",
            "/dev/shm",
            "--remount-ro",
            "/dev",
        ];

    /// <summary>The build's directories as the script sees them.</summary>
    internal static ScriptPlaces Places(string script) =>
        new(SourcePlace, DestinationPlace, WorkPlace, $"{RecipePlace}/{script}", RecipePlace, HomePlace);

    /// <summary>The search path: the <c>bin</c> of each added directory, then the standard one.</summary>
    internal static string SearchPath(SandboxSettings settings) =>
        string.Join(
            ':',
            settings.ReadOnly.Select(path => Path.Combine(path, "bin")).Where(Directory.Exists).Append(ProgramPath.Usual)
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
            "--new-session",
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
        List<string> arguments =
        [
            .. Isolation(settings.Network, hostName),
            "--ro-bind",
            "/usr",
            "/usr",
            .. LocalPlaces.Where(IsDirectory).SelectMany(place => (string[])["--tmpfs", place]),
            "--dir",
            "/etc",
            "--dir",
            "/build",
        ];
        foreach (string directory in SystemDirectories)
        {
            AddSystemDirectory(arguments, directory);
        }

        string[] files =
        [
            .. ToolchainFiles,
            .. Prefixed(),
            .. (string[])(settings.Network == NetworkAccess.None ? [] : NetworkFiles),
            .. (string[])(settings.Network == NetworkAccess.Shared ? HostNetworkFiles : []),
        ];
        foreach (string file in files.Where(Path.Exists))
        {
            arguments.AddRange("--ro-bind", RealPath.Of(file), file);
        }

        string stubs = area.MakeDirectory("etc");
        AddStub(
            arguments,
            stubs,
            "passwd",
            $"root:x:0:0:root:/:/bin/sh\nbuild:x:{UserAndGroup}:{UserAndGroup}:build:{HomePlace}:/bin/sh\n"
        );
        AddStub(arguments, stubs, "group", $"root:x:0:\nbuild:x:{UserAndGroup}:\n");
        if (settings.Network != NetworkAccess.Shared)
        {
            AddStub(arguments, stubs, "hosts", $"127.0.0.1 localhost {hostName}\n::1 localhost\n");
        }

        if (nameServer is not null)
        {
            AddStub(arguments, stubs, "resolv.conf", $"nameserver {nameServer}\n");
        }

        arguments.AddRange([
            .. Kernel(memory),
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
            .. LocalPlaces.Where(IsDirectory).SelectMany(place => (string[])["--remount-ro", place]),
            "--remount-ro",
            "/",
            "--chdir",
            WorkPlace,
        ]);
        return arguments;
    }

    private static bool IsDirectory(string path) =>
        new DirectoryInfo(path) is { Exists: true, LinkTarget: null } && RealPath.Of(path) == path;

    private static void AddSystemDirectory(List<string> arguments, string directory)
    {
        FileSystemInfo entry = new DirectoryInfo(directory);
        if (entry.LinkTarget is { } target)
        {
            arguments.AddRange("--symlink", target, directory);
        }
        else if (entry.Exists)
        {
            arguments.AddRange("--ro-bind", directory, directory);
        }
    }

    private static void AddStub(List<string> arguments, string directory, string name, string content)
    {
        string file = Path.Combine(directory, name);
        File.WriteAllText(file, content);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        arguments.AddRange("--ro-bind", file, $"/etc/{name}");
    }

    private static IEnumerable<string> Prefixed() =>
        Directory
            .EnumerateFileSystemEntries("/etc")
            .Where(path =>
                Array.Exists(
                    ToolchainPrefixes,
                    prefix => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal)
                )
            )
            .Order(StringComparer.Ordinal);
}
