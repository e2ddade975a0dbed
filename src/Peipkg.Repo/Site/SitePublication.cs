using System.Buffers;
using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Site;

/// <summary>
/// The package browser's part in a generation. Of the many files only those whose bytes differ are written, so that a
/// publication costs what it changes; documents beside packages are written when their package comes, or all at once when
/// a repository gets its browser.
/// </summary>
internal sealed class SitePublication
{
    private const int SmallestBuffer = 32 << 10;

    private readonly string _root;
    private readonly bool _isNew;
    private readonly bool _isRemoved;
    private readonly bool _isBehind;

    private SitePublication(string root, bool isNew, bool isRemoved, bool isBehind)
    {
        _root = root;
        _isNew = isNew;
        _isRemoved = isRemoved;
        _isBehind = isBehind;
    }

    /// <summary>Looks at what a repository has.</summary>
    /// <param name="root">The repository as it is.</param>
    /// <param name="indexVersion">Its generation; null when nobody knows.</param>
    /// <param name="noSite">Whether the operator wants no browser.</param>
    /// <param name="diagnostics">Told why there will be none.</param>
    /// <returns>Null when the browser has no part in the generation.</returns>
    internal static SitePublication? Begin(string root, ulong? indexVersion, bool noSite, Diagnostics diagnostics)
    {
        if (SiteLayout.IsIn(root))
        {
            bool isBehind = !noSite && !Shows(root, indexVersion);
            if (isBehind)
            {
                diagnostics.Note(
                    "the package browser shows another generation than the indexes, as after another tool has published here; "
                        + "its pages are mended"
                );
            }

            return new SitePublication(root, isNew: false, isRemoved: noSite, isBehind);
        }

        if (noSite)
        {
            return null;
        }

        string? foreign = new[]
        {
            RepositoryLayout.SiteFront,
            RepositoryLayout.SitePackage,
            RepositoryLayout.SiteDirectory,
        }.FirstOrDefault(name => Path.Exists(Path.Combine(root, name)));
        if (foreign is not null)
        {
            diagnostics.Warning(
                $"{Path.Combine(root, foreign)} is not this tool's, so the repository gets no package browser; move it away, or "
                    + "say --no-site"
            );
            return null;
        }

        return new SitePublication(root, isNew: true, isRemoved: false, isBehind: false);
    }

    /// <summary>Places files, and brings the browser, where there is one, up to date with a generation.</summary>
    /// <param name="transaction">The generation; nothing is placed in it yet.</param>
    /// <param name="state">The repository as it is.</param>
    /// <param name="plan">The generation's packages.</param>
    /// <param name="content">What the pages show.</param>
    /// <param name="packages">The files of packages that come in.</param>
    /// <param name="changed">Entries of packages that were there and now say something else.</param>
    /// <param name="diagnostics">Told if another tool has left the pages behind.</param>
    /// <param name="stop">Ends the work early.</param>
    internal static void Renew(
        GenerationTransaction transaction,
        PublishedState state,
        PublishPlan plan,
        SiteContent content,
        IEnumerable<Placement> packages,
        IReadOnlyList<IndexRow> changed,
        Diagnostics diagnostics,
        CancellationToken stop
    )
    {
        SitePublication? site = SiteLayout.IsIn(state.Root)
            ? Begin(state.Root, state.IndexVersion, noSite: false, diagnostics)
            : null;
        Placement[] details = [.. site?.Details(plan, changed, stop) ?? []];
        transaction.Place([.. details, .. packages], stop);
        if (site is null)
        {
            return;
        }

        site.Render(content, state.IsPrecompressed).Stage(transaction);
        site.RenderFiles(content, state.IsPrecompressed, details).Stage(transaction);
        foreach (IndexRow row in changed.Where(static row => row.HasPossibleNames))
        {
            GenerationWriter.WriteFile(
                transaction.Stage(row.DetailsPlace),
                PackageDetails.OfPublished(state.Root, row, stop).Span
            );
        }
    }

    /// <summary>The documents to be placed beside packages.</summary>
    /// <param name="plan">The generation.</param>
    /// <param name="changed">Rows whose documents are written otherwise.</param>
    /// <param name="stop">Ends the work early.</param>
    internal IEnumerable<Placement> Details(PublishPlan plan, IReadOnlyList<IndexRow> changed, CancellationToken stop)
    {
        if (_isRemoved)
        {
            return [];
        }

        IEnumerable<Placement> fresh = plan
            .Added.Where(static package => package.Row.HasPossibleNames)
            .Select(static package => DetailsOf(package.Row, package.Details));
        if (!_isNew && !_isBehind)
        {
            return fresh;
        }

        HashSet<IndexRow> written = [.. plan.Added.Select(static package => package.Row), .. changed];
        List<IndexRow> missing = [.. plan.Archive.Where(row => !written.Contains(row) && LacksDetails(row))];
        Placement[] late = new Placement[missing.Count];
        Workers.ForEach(
            [.. Enumerable.Range(0, missing.Count)],
            i => late[i] = DetailsOf(missing[i], PackageDetails.OfPublished(_root, missing[i], stop)),
            stop
        );
        return fresh.Concat(late);
    }

    /// <summary>Makes every file, and finds out what of it the repository does not have; changes nothing.</summary>
    /// <param name="content">What the pages show.</param>
    /// <param name="precompress">Whether compressed copies lie beside them.</param>
    internal SiteChanges Render(SiteContent content, bool precompress)
    {
        SiteFile[] files = _isRemoved ? [] : [.. SiteWriter.Write(content)];
        string[] suffixes = precompress ? [.. RepositoryLayout.CopySuffixes] : [];
        List<(string Path, ReadOnlyMemory<byte> Bytes)>[] rendered =
        [
            .. files.Select(static _ => new List<(string, ReadOnlyMemory<byte>)>(0)),
        ];
        Workers.ForEach(
            [.. Enumerable.Range(0, files.Length)],
            static () => new ArrayBufferWriter<byte>(SmallestBuffer),
            (i, buffer) =>
            {
                buffer.ResetWrittenCount();
                files[i].Write(buffer);
                bool isThere = SiteFile.Holds(Path.Combine(_root, files[i].Path), buffer.WrittenSpan);
                if (!isThere)
                {
                    rendered[i].Add((files[i].Path, buffer.WrittenSpan.ToArray()));
                }

                foreach (string suffix in suffixes)
                {
                    string copy = files[i].Path + suffix;
                    if (!isThere || !CompressedCopies.IsCopy(Path.Combine(_root, copy), suffix, buffer.WrittenSpan))
                    {
                        rendered[i].Add((copy, CompressedCopies.Make(suffix, buffer.WrittenSpan)));
                    }
                }
            },
            CancellationToken.None
        );
        HashSet<string> kept =
        [
            .. files
                .Select(static file => file.Path)
                .Concat(_isRemoved ? [] : FileIndex.Of(content.Active).Select(static shard => shard.Path))
                .SelectMany(path => suffixes.Select(suffix => path + suffix).Prepend(path)),
        ];
        return new SiteChanges(
            [.. rendered.SelectMany(static list => list)],
            _isNew ? [] : [.. SiteLayout.FilesIn(_root).Where(path => !kept.Contains(path))]
        );
    }

    /// <summary>Makes what is not there yet of the index of paths.</summary>
    /// <param name="content">What the pages show.</param>
    /// <param name="precompress">Whether compressed copies lie beside them.</param>
    /// <param name="details">The documents that come to lie beside packages, which the index is made of.</param>
    internal SiteChanges RenderFiles(SiteContent content, bool precompress, IEnumerable<Placement> details)
    {
        string[] suffixes = precompress ? [.. RepositoryLayout.CopySuffixes] : [];
        IReadOnlyList<FileShard> shards = _isRemoved ? [] : FileIndex.Of(content.Active);
        Dictionary<string, ReadOnlyMemory<byte>> fresh = new(StringComparer.Ordinal);
        foreach (DocumentPlacement document in details.OfType<DocumentPlacement>())
        {
            fresh[document.RelativePath] = document.Content;
        }

        List<(string Path, ReadOnlyMemory<byte> Bytes)>[] rendered =
        [
            .. shards.Select(static _ => new List<(string, ReadOnlyMemory<byte>)>(0)),
        ];
        Workers.ForEach(
            [.. Enumerable.Range(0, shards.Count)],
            i =>
            {
                if (
                    shards[i].IsIn(_root)
                    && suffixes.All(suffix => File.Exists(Path.Combine(_root, shards[i].Path + suffix)))
                )
                {
                    return;
                }

                ArrayBufferWriter<byte> buffer = new(SmallestBuffer);
                shards[i]
                    .Write(
                        buffer,
                        row =>
                            fresh.TryGetValue(row.DetailsPlace, out ReadOnlyMemory<byte> document)
                                ? PackageDetails.TryRead(document.Span, row)
                                : PackageDetails.TryFind(_root, row)
                    );
                rendered[i].Add((shards[i].Path, buffer.WrittenMemory));
                rendered[i]
                    .AddRange(
                        suffixes.Select(suffix =>
                            (
                                shards[i].Path + suffix,
                                (ReadOnlyMemory<byte>)CompressedCopies.Make(suffix, buffer.WrittenSpan)
                            )
                        )
                    );
            },
            CancellationToken.None
        );
        return new SiteChanges([.. rendered.SelectMany(static list => list)], []);
    }

    /// <summary>Whether the pages are those of a generation.</summary>
    private static bool Shows(string root, ulong? indexVersion)
    {
        string front = Path.Combine(root, RepositoryLayout.SiteFront);
        return indexVersion is { } version
            && FileStatus.Of(front) is { IsRegular: true, Size: <= RepoLimits.FrontPageBytes }
            && File.ReadAllBytes(front).AsSpan().IndexOf(Encoding.UTF8.GetBytes(SitePages.GenerationMark(version)))
                >= 0;
    }

    /// <summary>A package that another tool published has no document, or one that does not fit its entry.</summary>
    private bool LacksDetails(IndexRow row) =>
        row.HasPossibleNames
        && (
            _isBehind ? PackageDetails.TryFind(_root, row) is null : !File.Exists(Path.Combine(_root, row.DetailsPlace))
        );

    private static DocumentPlacement DetailsOf(IndexRow row, ReadOnlyMemory<byte> content) =>
        new(row.DetailsPlace, content);
}
