namespace Peipkg.Format.Layout;

/// <summary>
/// The signature of one file, carried beside it as <c>FILE.peios.sig</c> (PSPU 5.16). An installer does not write it but
/// sets it as the file's attribute, so that it counts for no rule but its own and those of destinations.
/// </summary>
public static class Sidecar
{
    /// <summary>The end of a sidecar's path.</summary>
    public const string Suffix = ".peios.sig";

    /// <summary>The extended attribute that carries the signature on an installed file.</summary>
    public const string Attribute = "security.peios.sig";

    /// <summary>Bytes of a sidecar.</summary>
    public const int Size = 3310;

    private const byte FirstByte = 1;

    /// <summary>The path of the file that a sidecar signs.</summary>
    public static string TargetOf(string sidecar) => sidecar[..^Suffix.Length];

    /// <summary>Says what is wrong with an entry whose path ends in the suffix, or returns null.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="target">The entry at the path without the suffix, or null.</param>
    internal static string? Fault(IPayloadEntry entry, IPayloadEntry? target)
    {
        if (entry.Kind != PayloadKind.File || entry.Size != Size || !entry.ReadHead().StartsWith(FirstByte))
        {
            return $"the suffix {Suffix} is reserved for signatures, regular files of {Size} bytes that start with 01";
        }

        if (target is null || target.Kind != PayloadKind.File)
        {
            return "it signs no file: the path without the suffix must be a regular file of the package";
        }

        if (target.Path.EndsWith(Suffix, StringComparison.Ordinal))
        {
            return "it signs a signature, which is never installed";
        }

        return target.ReadHead().IsElf ? "it signs an ELF file, which carries its signature in a section" : null;
    }
}
