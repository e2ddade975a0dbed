namespace Peipkg.Build.Elf;

/// <summary>A version node that a library defines.</summary>
/// <param name="Token">Its name.</param>
/// <param name="IsBase">Whether it stands for the library itself.</param>
internal readonly record struct ElfVersionDefinition(string Token, bool IsBase);

/// <summary>A version node that a file needs of a library.</summary>
/// <param name="Soname">The library.</param>
/// <param name="Token">The node's name.</param>
/// <param name="IsWeak">Whether the file also runs without it.</param>
internal readonly record struct ElfVersionNeed(string Soname, string Token, bool IsWeak);

/// <summary>A table of versions.</summary>
/// <param name="Nodes">What could be read of it.</param>
/// <param name="Fault">What is wrong with it, a sentence that lacks its subject; null where all is well.</param>
internal sealed record ElfVersionTable<T>(IReadOnlyList<T> Nodes, string? Fault)
{
    /// <summary>The table of a file that has none.</summary>
    internal static ElfVersionTable<T> Empty { get; } = new([], null);
}

/// <summary>
/// Reads the two tables of symbol versions that the dynamic section names: chains of records, each with a chain of names.
/// The counts that stand beside the chains must agree with them.
/// </summary>
/// <param name="memory">The file as it is mapped.</param>
/// <param name="dynamic">Its dynamic section.</param>
/// <param name="encoding">How it writes numbers.</param>
internal sealed class ElfVersions(ElfMemory memory, ElfDynamic dynamic, ElfEncoding encoding)
{
    // A package may provide no more names than this, whatever they are.
    private const int MostNodes = 10_000;

    private const int DefinitionSize = 20;
    private const int DefinitionNameSize = 8;
    private const int NeedSize = 16;
    private const int NeedNameSize = 16;
    private const ushort Base = 1;
    private const ushort Weak = 2;

    /// <summary>The versions that the file defines (<c>DT_VERDEF</c>).</summary>
    internal ElfVersionTable<ElfVersionDefinition> Definitions()
    {
        List<ElfVersionDefinition> nodes = [];
        string? fault = Walk(
            new(ElfDynamic.Definitions, ElfDynamic.DefinitionCount, "version definitions", DefinitionSize, 6, 12, 16),
            DefinitionNameSize,
            (record, aux, index) =>
            {
                // The names after the first are those of the versions that the first one builds on.
                if (dynamic.Name(encoding.Word(aux)) is not { } token)
                {
                    return false;
                }

                if (index == 0)
                {
                    nodes.Add(new(token, (encoding.Half(record[2..]) & Base) != 0));
                }

                return true;
            }
        );
        return new(nodes, fault);
    }

    /// <summary>The versions that the file needs (<c>DT_VERNEED</c>).</summary>
    internal ElfVersionTable<ElfVersionNeed> Needs()
    {
        List<ElfVersionNeed> nodes = [];
        string? soname = null;
        string? fault = Walk(
            new(ElfDynamic.Needs, ElfDynamic.NeedCount, "version needs", NeedSize, 2, 8, 12),
            NeedNameSize,
            (record, aux, index) =>
            {
                soname = index == 0 ? dynamic.Name(encoding.Word(record[4..])) : soname;
                if (soname is null || dynamic.Name(encoding.Word(aux[8..])) is not { } token)
                {
                    return false;
                }

                nodes.Add(new(soname, token, (encoding.Half(aux[4..]) & Weak) != 0));
                return true;
            }
        );
        return new(nodes, fault);
    }

    private string? Walk(Form form, int auxSize, TakeName take)
    {
        if (dynamic.Value(form.Tag) is not { } address)
        {
            return null;
        }

        Span<byte> record = stackalloc byte[form.Size];
        Span<byte> aux = stackalloc byte[auxSize];
        ulong records = 0;
        int names = 0;
        while (true)
        {
            if (!memory.TryRead(address, record))
            {
                return $"has {form.Title} outside of what the loader maps";
            }

            if (encoding.Half(record) != 1)
            {
                return $"has {form.Title} in a form that is not known";
            }

            records++;
            int count = encoding.Half(record[form.CountAt..]);
            if (count == 0)
            {
                return $"has {form.Title} without a name";
            }

            ulong auxAddress = unchecked(address + encoding.Word(record[form.AuxAt..]));
            for (int i = 0; i < count; i++)
            {
                if (++names > MostNodes)
                {
                    return $"has more than {MostNodes} {form.Title}";
                }

                if (!memory.TryRead(auxAddress, aux) || !take(record, aux, i))
                {
                    return $"has {form.Title} without a name";
                }

                uint auxStep = encoding.Word(aux[^4..]);
                if (i + 1 == count ? auxStep != 0 : auxStep < auxSize)
                {
                    return $"has {form.Title} with another number of names than they say";
                }

                auxAddress = unchecked(auxAddress + auxStep);
            }

            uint step = encoding.Word(record[form.NextAt..]);
            if (step != 0 && step < form.Size)
            {
                return $"has {form.Title} that run into each other";
            }

            if (step == 0)
            {
                return dynamic.Value(form.CountTag) is { } announced && announced != records
                    ? $"has another number of {form.Title} than its dynamic section says"
                    : null;
            }

            address = unchecked(address + step);
        }
    }

    private delegate bool TakeName(ReadOnlySpan<byte> record, ReadOnlySpan<byte> aux, int index);

    /// <summary>Where the fields of a table's records lie.</summary>
    private readonly record struct Form(
        ulong Tag,
        ulong CountTag,
        string Title,
        int Size,
        int CountAt,
        int AuxAt,
        int NextAt
    );
}
