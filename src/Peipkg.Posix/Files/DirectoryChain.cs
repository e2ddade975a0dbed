namespace Peipkg.Posix.Files;

/// <summary>
/// The directories from a tree's root down to where one is. Only the root and the last
/// <see cref="PosixLimits.OpenDirectories"/> are open, so that a tree may be deeper than there are descriptors; those
/// between are reopened through <c>..</c> on the way back, and must be the ones they were.
/// </summary>
internal sealed class DirectoryChain : IDisposable
{
    private readonly List<Link> _links = [];

    /// <param name="root">The first directory, which is the chain's from now on.</param>
    /// <param name="listing">Its entries, or null where nobody lists them.</param>
    internal DirectoryChain(DirectoryHandle root, DirectoryListing? listing) =>
        _links.Add(new Link(root, default, [], listing));

    /// <summary>How far below the root this is; 0 at the root.</summary>
    internal int Depth => _links.Count - 1;

    /// <summary>The directory where one is.</summary>
    internal DirectoryHandle Current => _links[^1].Handle!;

    /// <summary>Its entries.</summary>
    internal DirectoryListing? Listing => _links[^1].Listing;

    /// <summary>Goes down.</summary>
    /// <param name="child">A directory of the current one, which is the chain's from now on.</param>
    /// <param name="identity">What it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="listing">Its entries, or null where nobody lists them.</param>
    /// <exception cref="PosixIOException">The entries of a directory that is to be closed cannot be read to their end.</exception>
    internal void Descend(
        DirectoryHandle child,
        FileStatus identity,
        ReadOnlySpan<byte> name,
        DirectoryListing? listing
    )
    {
        _links.Add(new Link(child, identity, name.ToArray(), listing));
        int far = _links.Count - 1 - PosixLimits.OpenDirectories;
        if (far > 0 && _links[far] is { Handle: { } handle } link)
        {
            link.Listing?.Complete(handle.Handle);
            handle.Dispose();
            link.Handle = null;
        }
    }

    /// <summary>Goes up.</summary>
    /// <returns>The name of the directory that was left.</returns>
    /// <exception cref="PosixIOException">The directory above is another one by now (ESTALE): somebody moves directories in the tree.</exception>
    internal byte[] Ascend()
    {
        Link left = _links[^1];
        Link above = _links[^2];
        if (above.Handle is null)
        {
            DirectoryHandle up =
                left.Handle!.TryOpenDirectory(".."u8, out Errno error)
                ?? throw PosixIOException.Of(error, "go back up from", DisplayPath([]));
            if (!up.Status().IsSameFile(above.Identity))
            {
                up.Dispose();
                throw new PosixIOException(
                    $"{DisplayPath([])} was moved to another directory while the tree was being walked",
                    Errno.Stale
                );
            }

            above.Handle = up;
        }

        left.Close();
        _links.RemoveAt(_links.Count - 1);
        return left.Name;
    }

    /// <summary>The path of an entry below the root, for messages; of a long one the end.</summary>
    internal string DisplayPath(ReadOnlySpan<byte> name)
    {
        string path = FileName.Display(name);
        int link = _links.Count - 1;
        for (; link > 0 && path.Length < PosixLimits.ShownPathCharacters; link--)
        {
            string directory = FileName.Display(_links[link].Name);
            path = path.Length == 0 ? directory : $"{directory}/{path}";
        }

        return link > 0 ? "…/" + path : path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Link link in _links)
        {
            link.Close();
        }

        _links.Clear();
    }

    private sealed class Link(DirectoryHandle handle, FileStatus identity, byte[] name, DirectoryListing? listing)
    {
        internal DirectoryHandle? Handle { get; set; } = handle;

        internal FileStatus Identity { get; } = identity;

        internal byte[] Name { get; } = name;

        internal DirectoryListing? Listing { get; } = listing;

        internal void Close()
        {
            Handle?.Dispose();
            Listing?.Release();
        }
    }
}
