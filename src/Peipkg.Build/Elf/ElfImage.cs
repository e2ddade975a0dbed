namespace Peipkg.Build.Elf;

/// <summary>What is to be known of an ELF file: its machine, and which libraries it needs from where.</summary>
/// <param name="Is64Bit">Whether it is of the 64-bit class.</param>
/// <param name="Machine">The value of <c>e_machine</c>.</param>
/// <param name="Needed">The sonames that it needs, in the order of the file.</param>
/// <param name="Soname">The soname by which others need it; null if it has none.</param>
/// <param name="RunPaths">The directories of its run path, where it looks for libraries.</param>
internal sealed record ElfImage(
    bool Is64Bit,
    int Machine,
    IReadOnlyList<string> Needed,
    string? Soname,
    IReadOnlyList<string> RunPaths
)
{
    internal const int X86 = 3;
    internal const int Arm = 40;
    internal const int X86_64 = 62;
    internal const int AArch64 = 183;
    internal const int RiscV = 243;

    /// <summary>Programs for the kernel's virtual machine, which is the same on every architecture.</summary>
    internal const int Bpf = 247;

    /// <summary>The symbol versions that it defines.</summary>
    internal ElfVersionTable<ElfVersionDefinition> Definitions { get; init; } =
        ElfVersionTable<ElfVersionDefinition>.Empty;

    /// <summary>The symbol versions that it needs.</summary>
    internal ElfVersionTable<ElfVersionNeed> VersionNeeds { get; init; } = ElfVersionTable<ElfVersionNeed>.Empty;

    /// <summary>
    /// Why a loader could not take it, a clause such as "its program headers lie outside of the file"; the names above may
    /// then be incomplete. Null where all is well.
    /// </summary>
    internal string? Fault { get; init; }

    /// <summary>The machine as people call it.</summary>
    internal string MachineName =>
        Machine switch
        {
            X86 => "x86 (32 bit)",
            Arm => "arm (32 bit)",
            X86_64 => Is64Bit ? "x86_64" : "x86_64 (x32)",
            AArch64 => "aarch64",
            RiscV => "riscv",
            Bpf => "bpf",
            _ => $"machine {Machine}",
        };
}
