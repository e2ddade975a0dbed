using System.Globalization;

namespace Peipkg.Build.Sandboxing;

/// <summary>What the kernel shows of itself to a sandboxed build script: <c>/proc</c> and <c>/dev</c>.</summary>
internal static class SandboxKernel
{
    // Docker's size. Builds use it for semaphores, if at all.
    private const long SharedMemoryBytes = 64 << 20;

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
    internal static IReadOnlyList<string> Arguments(long? memory) =>
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
}
