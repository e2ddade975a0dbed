namespace Peipkg.Build.Sandboxing;

/// <summary>
/// The system calls that are refused to a sandboxed build script: what would undo the sandbox, what reaches state that the
/// kernel keeps for all, and what no build needs but attacks on kernels have come through. <c>docs/sandbox.md</c> lists them.
/// </summary>
internal static class RefusedCalls
{
    // CLONE_NEW…: mount, control group, host name, IPC, user, process and network namespaces; unshare also takes time.
    // The lowest byte of clone's flags is a signal.
    private const uint NewNamespace = 0x7e020000;
    private const uint NewTime = 0x80;

    /// <summary>Refused with "Operation not permitted". Of an architecture that lacks a call, the number is -1.</summary>
    internal static IReadOnlyList<RefusedCall> NotPermitted { get; } =
    [
        // Keys: the kernel keeps them by user and session, not by sandbox.
        new("add_key", 248, 286, 217),
        new("request_key", 249, 287, 218),
        new("keyctl", 250, 288, 219),
        // Programs in the kernel, and asynchronous calls past this filter.
        new("bpf", 321, 357, 280),
        new("perf_event_open", 298, 336, 241),
        new("userfaultfd", 323, 374, 282),
        new("io_uring_setup", 425, 425, 425),
        new("io_uring_enter", 426, 426, 426),
        new("io_uring_register", 427, 427, 427),
        // Mounts and roots.
        new("mount", 165, 21, 40),
        new("umount", -1, 22, -1),
        new("umount2", 166, 52, 39),
        new("pivot_root", 155, 217, 41),
        new("chroot", 161, 61, 51),
        new("open_tree", 428, 428, 428),
        new("move_mount", 429, 429, 429),
        new("fsopen", 430, 430, 430),
        new("fsconfig", 431, 431, 431),
        new("fsmount", 432, 432, 432),
        new("fspick", 433, 433, 433),
        new("mount_setattr", 442, 442, 442),
        new("open_tree_attr", 467, 467, 467),
        new("open_by_handle_at", 304, 342, 265),
        new("fanotify_init", 300, 338, 262),
        new("quotactl", 179, 131, 60),
        new("quotactl_fd", 443, 443, 443),
        // Namespaces; clone and unshare are judged by their flags.
        new("setns", 308, 346, 268),
        // The machine itself.
        new("init_module", 175, 128, 105),
        new("finit_module", 313, 350, 273),
        new("delete_module", 176, 129, 106),
        new("kexec_load", 246, 283, 104),
        new("kexec_file_load", 320, -1, 294),
        new("reboot", 169, 88, 142),
        new("swapon", 167, 87, 224),
        new("swapoff", 168, 115, 225),
        new("acct", 163, 51, 89),
        new("syslog", 103, 103, 116),
        new("settimeofday", 164, 79, 170),
        new("stime", -1, 25, -1),
        new("clock_settime", 227, 264, 112),
        new("clock_settime64", -1, 404, -1),
        new("sethostname", 170, 74, 161),
        new("setdomainname", 171, 121, 162),
        // Relics.
        new("iopl", 172, 110, -1),
        new("ioperm", 173, 101, -1),
        new("modify_ldt", 154, 123, -1),
        new("vm86", -1, 166, -1),
        new("vm86old", -1, 113, -1),
        new("uselib", 134, 86, -1),
        new("nfsservctl", 180, 169, 42),
        new("lookup_dcookie", 212, 253, 18),
    ];

    /// <summary>Judged by their flags: new namespaces are refused with "Operation not permitted".</summary>
    internal static IReadOnlyList<(RefusedCall Call, uint Flags)> ByNamespaceFlags { get; } =
    [
        (new RefusedCall("clone", 56, 120, 220), NewNamespace),
        (new RefusedCall("unshare", 272, 310, 97), NewNamespace | NewTime),
    ];

    /// <summary>
    /// Refused with "Function not implemented": its flags are in memory, where no filter can look. Every C library falls
    /// back on <c>clone</c>.
    /// </summary>
    internal static RefusedCall Clone3 { get; } = new("clone3", 435, 435, 435);

    /// <summary>Judged by the command: what would type into a terminal is refused.</summary>
    internal static RefusedCall DeviceControl { get; } = new("ioctl", 16, 54, 29);

    /// <summary>Judged by the address family: all but Unix, IPv4, IPv6 and netlink sockets are refused.</summary>
    internal static IReadOnlyList<RefusedCall> ByFamily { get; } =
    [new("socket", 41, 359, 198), new("socketpair", 53, 360, 199)];

    /// <summary>The old way to both, whose family is in memory: refused like <c>clone3</c>.</summary>
    internal static RefusedCall SocketCall { get; } = new("socketcall", -1, 102, -1);
}

/// <summary>A system call's number on each architecture, -1 where there is none.</summary>
/// <param name="Name">The kernel's name of it.</param>
/// <param name="X64">On x86-64.</param>
/// <param name="X86">Of 32-bit programs on x86-64.</param>
/// <param name="Arm64">On aarch64.</param>
internal sealed record RefusedCall(string Name, int X64, int X86, int Arm64);
