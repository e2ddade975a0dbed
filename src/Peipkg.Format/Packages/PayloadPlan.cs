using System.Text;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Packages;

/// <summary>
/// The payload in the order of the archive, with every ancestor directory and every rule of §3.2 that holds for any
/// package checked: paths, link targets, kinds, limits.
/// </summary>
internal sealed class PayloadPlan
{
    private readonly byte[][] _wireNames;
    private readonly PayloadSource[] _sources;

    private PayloadPlan(byte[][] wireNames, PayloadSource[] sources)
    {
        _wireNames = wireNames;
        _sources = sources;
    }

    /// <summary>The entries, ancestor directories included, with the UTF-8 names that they have in the archive.</summary>
    internal IEnumerable<(byte[] WireName, PayloadSource Source)> Entries => _wireNames.Zip(_sources);

    /// <summary>The files among them.</summary>
    internal PayloadSource[] Files => [.. _sources.Where(static source => source.Kind == PayloadKind.File)];

    /// <summary>Orders and checks.</summary>
    /// <exception cref="PackagingException">Lists everything that keeps the payload from being packed.</exception>
    internal static PayloadPlan Create(IReadOnlyList<PayloadSource> payload)
    {
        var problems = new List<string>();
        var byPath = new Dictionary<string, PayloadSource>(payload.Count, StringComparer.Ordinal);
        foreach (PayloadSource source in payload)
        {
            Check(source, problems);
            if (
                !byPath.TryAdd(source.Path, source)
                && (source.Kind != PayloadKind.Directory || byPath[source.Path].Kind != PayloadKind.Directory)
            )
            {
                problems.Add($"{DisplayText.Escape(source.Path)}: two payload entries have this path");
            }
        }

        foreach (PayloadSource source in payload)
        {
            AddAncestors(source, byPath, problems);
        }

        if (byPath.Count > Limits.PayloadEntries)
        {
            problems.Add(
                $"the payload has {byPath.Count} entries with its directories; a package may have {Limits.PayloadEntries}"
            );
        }

        if (problems.Count > 0)
        {
            throw new PackagingException(problems);
        }

        PayloadSource[] sources = [.. byPath.Values];
        byte[][] wireNames = Array.ConvertAll(sources, WireName);
        Array.Sort(
            wireNames,
            sources,
            Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right))
        );
        return new PayloadPlan(wireNames, sources);
    }

    /// <summary>The name of an entry in the archive, in UTF-8; a directory's ends with a slash.</summary>
    private static byte[] WireName(PayloadSource source) =>
        Encoding.UTF8.GetBytes(source.Kind == PayloadKind.Directory ? source.Path + "/" : source.Path);

    private static void Check(PayloadSource source, List<string> problems)
    {
        string place = DisplayText.Escape(source.Path);
        if (!PayloadPath.TryValidate(source.Path, out string? error))
        {
            problems.Add($"{place}: {error}");
        }

        if (
            source.Kind == PayloadKind.Symlink
            && !SymlinkTarget.TryValidate(source.Path, source.LinkTarget ?? "", out error)
        )
        {
            problems.Add($"{place}: {error}");
        }

        if (
            source.Size < 0
            || (source.Kind != PayloadKind.File && source.Size != 0)
            || (source.Kind == PayloadKind.File && source.Size > 0 && source.Open is null)
        )
        {
            problems.Add($"{place}: only files have content, and it must be readable");
        }
    }

    private static void AddAncestors(
        PayloadSource source,
        Dictionary<string, PayloadSource> byPath,
        List<string> problems
    )
    {
        int slash = source.Path.LastIndexOf('/');
        while (slash > 0)
        {
            string ancestor = source.Path[..slash];
            if (byPath.TryGetValue(ancestor, out PayloadSource? existing))
            {
                if (existing.Kind != PayloadKind.Directory)
                {
                    problems.Add(
                        $"{DisplayText.Escape(source.Path)}: lies below {DisplayText.Escape(ancestor)}, which is not a directory"
                    );
                }

                return;
            }

            byPath.Add(ancestor, PayloadSource.Directory(ancestor));
            slash = ancestor.LastIndexOf('/');
        }
    }
}
