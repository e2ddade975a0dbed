using System.Text;
using Peipkg.Format.Archive;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Packages;

/// <summary>
/// The payload in the order of the archive, with every ancestor directory and every rule of §3.2 that holds for any
/// package checked: paths, link targets, kinds, limits.
/// </summary>
internal sealed class PayloadPlan
{
    private PayloadPlan(IReadOnlyList<PlannedEntry> entries) => Entries = entries;

    /// <summary>One entry and the name it has in the archive.</summary>
    /// <param name="Source">What to pack.</param>
    /// <param name="WireName">UTF-8; a directory's ends with a slash.</param>
    /// <param name="Target">A symlink's target in UTF-8; empty otherwise.</param>
    internal sealed record PlannedEntry(PayloadSource Source, byte[] WireName, byte[] Target)
    {
        internal TarEntryType Type =>
            Source.Kind switch
            {
                PayloadKind.Directory => TarEntryType.Directory,
                PayloadKind.Symlink => TarEntryType.Symlink,
                _ => TarEntryType.File,
            };
    }

    internal IReadOnlyList<PlannedEntry> Entries { get; }

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

        PlannedEntry[] entries =
        [
            .. byPath.Values.Select(static source => new PlannedEntry(
                source,
                Encoding.UTF8.GetBytes(source.Kind == PayloadKind.Directory ? source.Path + "/" : source.Path),
                Encoding.UTF8.GetBytes(source.LinkTarget ?? "")
            )),
        ];
        Array.Sort(entries, static (left, right) => left.WireName.AsSpan().SequenceCompareTo(right.WireName));
        return new PayloadPlan(entries);
    }

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
