using Peipkg.Build.Staging;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Sandboxing;

/// <summary>The <c>/etc</c> of a sandbox: the files that a toolchain reads, and stubs in place of those that name users or hosts.</summary>
internal static class SandboxEtc
{
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

    // Who uses a root, and under which name, is the sandbox's to say.
    private static readonly string[] NotOfRoots =
    [
        "passwd",
        "group",
        "shadow",
        "gshadow",
        "hosts",
        "hostname",
        "resolv.conf",
    ];

    /// <summary>bubblewrap's arguments for it.</summary>
    /// <param name="settings">The root that it is taken from, and the network, which decides what is shown of it.</param>
    /// <param name="area">Where the stubs are made.</param>
    /// <param name="hostName">The name the machine has inside.</param>
    /// <param name="nameServer">The name server of a network of its own; null where it has none.</param>
    internal static IReadOnlyList<string> Arguments(
        SandboxSettings settings,
        StagingArea area,
        string hostName,
        string? nameServer
    )
    {
        NetworkAccess network = settings.Network;
        List<string> arguments = [];
        HashSet<string> shown = new(StringComparer.Ordinal);
        if (settings.Root is { } root)
        {
            AddRoot(arguments, Path.Combine(RealPath.Of(root), "etc"), shown);
        }

        string[] files =
        [
            .. (string[])(settings.Root is null ? [.. ToolchainFiles, .. Prefixed()] : []),
            .. (string[])(network == NetworkAccess.None ? [] : NetworkFiles),
            .. (string[])(network == NetworkAccess.Shared ? HostNetworkFiles : []),
        ];
        foreach (string file in files.Where(Path.Exists))
        {
            // The root's own goes before this machine's.
            if (shown.Contains(file.Split('/')[2]))
            {
                continue;
            }

            arguments.AddRange("--ro-bind", RealPath.Of(file), file);
        }

        string stubs = area.MakeDirectory("etc");
        AddStub(
            arguments,
            stubs,
            "passwd",
            $"root:x:0:0:root:/:/bin/sh\nbuild:x:{SandboxView.UserAndGroup}:{SandboxView.UserAndGroup}:build:{SandboxView.HomePlace}:/bin/sh\n"
        );
        AddStub(arguments, stubs, "group", $"root:x:0:\nbuild:x:{SandboxView.UserAndGroup}:\n");
        if (network != NetworkAccess.Shared)
        {
            AddStub(arguments, stubs, "hosts", $"127.0.0.1 localhost {hostName}\n::1 localhost\n");
        }

        if (nameServer is not null)
        {
            AddStub(arguments, stubs, "resolv.conf", $"nameserver {nameServer}\n");
        }

        return arguments;
    }

    private static void AddRoot(List<string> arguments, string etc, HashSet<string> shown)
    {
        if (!Directory.Exists(etc))
        {
            return;
        }

        foreach (string path in Directory.EnumerateFileSystemEntries(etc).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            if (NotOfRoots.Contains(name))
            {
                continue;
            }

            shown.Add(name);
            if (new FileInfo(path).LinkTarget is { } target)
            {
                arguments.AddRange("--symlink", target, $"/etc/{name}");
            }
            else
            {
                arguments.AddRange("--ro-bind", path, $"/etc/{name}");
            }
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
