using Peipkg.Build.Elf;
using Peipkg.Build.Scanning;
using Peipkg.Format.Packages;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>A file of a build with machine code, and what is to become of its debug information.</summary>
internal sealed class DebugFile(string path, int machine, string strip, string? target, string? fault)
{
    /// <summary>Its path, relative to $DESTDIR.</summary>
    internal string Path { get; } = path;

    /// <summary>What it is for, as people call it.</summary>
    internal string Machine { get; } = new ElfImage(Is64Bit: true, machine, [], null, []).MachineName;

    /// <summary>The option of objcopy that takes off what is not needed; empty where nothing is to be taken off.</summary>
    internal string Strip { get; } = strip;

    /// <summary>Where what is taken off goes, relative to $DESTDIR; null where it is thrown away.</summary>
    internal string? Target { get; } = target;

    /// <summary>Why that cannot be done; null if it can.</summary>
    internal string? Fault { get; } = fault;

    /// <summary>Its twelve bits of permissions, which stay.</summary>
    internal uint Mode { get; set; }

    /// <summary>Takes all but the symbols that a loader looks at.</summary>
    private const string Unneeded = "--strip-unneeded";

    /// <summary>Leaves the symbols by which object files are linked and kernel modules loaded.</summary>
    private const string DebugOnly = "--strip-debug";

    /// <summary>Looks into a file.</summary>
    /// <returns>Null where there is nothing to split off, and never was.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static DebugFile? Of(PayloadSource file)
    {
        using Stream content = file.Open!();
        Span<byte> start = stackalloc byte[8];
        int length = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (start[..length].SequenceEqual(StaticArchive.Magic))
        {
            return StaticArchive.Read(content) is { Debug: { } member }
                ? new(file.Path, member.Machine, DebugOnly, null, null)
                : null;
        }

        if (!start.StartsWith(ElfReader.Magic) || ElfDebug.Read(content) is not { } elf)
        {
            return null;
        }

        bool isModule = elf.Type == ElfDebug.Relocatable && file.Path.EndsWith(".ko", StringComparison.Ordinal);
        if (!elf.IsLinked && !isModule)
        {
            return elf.HasDebug ? new(file.Path, elf.Machine, DebugOnly, null, null) : null;
        }

        bool isWhole = elf.HasDebug || (elf.HasSymbols && !isModule);
        if (elf.BuildId is not { } id)
        {
            return isWhole
                ? new(file.Path, elf.Machine, "", null, "it has no build-id, by which debuggers find what is split off")
                : null;
        }

        string target = $"{Stanza.DebugPlace}/{id[..2]}/{id[2..]}.debug";
        return !isWhole ? new(file.Path, elf.Machine, "", target, null)
            : isModule && IsSigned(content)
                ? new(file.Path, elf.Machine, "", null, "it is a signed kernel module, whose signature would be lost")
            : new(file.Path, elf.Machine, isModule ? DebugOnly : Unneeded, target, null);
    }

    private static bool IsSigned(Stream module)
    {
        ReadOnlySpan<byte> mark = "~Module signature appended~\n"u8;
        Span<byte> end = stackalloc byte[mark.Length];
        if (module.Length < end.Length)
        {
            return false;
        }

        module.Position = module.Length - end.Length;
        return module.ReadAtLeast(end, end.Length, throwOnEndOfStream: false) == end.Length && end.SequenceEqual(mark);
    }
}
