namespace Peipkg.Posix.Files;

/// <summary>What a <see cref="TreeWalk"/> has come to.</summary>
public enum TreeStep
{
    /// <summary>An entry of a directory, to be entered or passed by.</summary>
    Entry,

    /// <summary>The end of a directory that was entered: the walk is back in the one above, at its entry.</summary>
    Leave,
}

/// <summary>In which order a walk meets the entries of a directory.</summary>
public enum TreeOrder
{
    /// <summary>As the file system lists them, a piece at a time.</summary>
    Listed,

    /// <summary>By the bytes of their names, the last first.</summary>
    Reversed,
}

/// <summary>
/// Walks a tree that others made and may still change: by descriptor, never through a symlink, with names of any bytes, to
/// any depth, with a bounded number of open directories. Directories are met before what they hold and once more after it.
/// </summary>
/// <remarks>Its user looks at each entry and enters the directories it wants to; what it does not enter is passed by.</remarks>
public sealed class TreeWalk : IDisposable
{
    private readonly string _root;
    private readonly TreeOrder _order;
    private readonly DirectoryChain? _chain;
    private readonly Func<string> _place;
    private byte[] _left = [];
    private int _entry;

    private TreeWalk(DirectoryHandle root, string path, TreeOrder order)
    {
        _root = path;
        _order = order;
        _place = () => Place([]);
        _chain = new DirectoryChain(root, List(root));
    }

    /// <summary>Whether this is an entry or the end of one that was entered.</summary>
    public TreeStep Step { get; private set; }

    /// <summary>The entry's name; valid until the next step.</summary>
    public ReadOnlySpan<byte> Name => Step == TreeStep.Leave ? _left : Chain.Listing!.NameOf(_entry);

    /// <summary>What the directory says that the entry is, which costs no look at it; <see cref="FileKind.Unknown"/> where it does not say.</summary>
    public FileKind ListedKind => Step == TreeStep.Leave ? FileKind.Directory : Chain.Listing!.KindOf(_entry);

    /// <summary>How many directories below the root the entry's own directory is; 0 for the root's entries.</summary>
    public int Depth => Chain.Depth;

    /// <summary>The directory that holds the entry. It is the walk's; it may be closed after the next step.</summary>
    public DirectoryHandle Directory => Chain.Current;

    /// <summary>The entry's path for messages, beginning with that of the root; of a long one the end.</summary>
    public string DisplayPath => Place(Name);

    /// <summary>Begins at a directory.</summary>
    /// <param name="path">The root; through symlinks.</param>
    /// <param name="order">The order.</param>
    /// <exception cref="PosixIOException">It is missing, no directory, or may not be read.</exception>
    public static TreeWalk Begin(string path, TreeOrder order = TreeOrder.Listed) =>
        new(DirectoryHandle.Open(path), path, order);

    /// <summary>Begins at an open directory.</summary>
    /// <param name="root">The directory, which the walk disposes.</param>
    /// <param name="path">Its path for messages.</param>
    /// <param name="order">The order.</param>
    public static TreeWalk Begin(DirectoryHandle root, string path, TreeOrder order = TreeOrder.Listed) =>
        new(root, path, order);

    /// <summary>Goes to the next entry, or to the end of a directory that was entered.</summary>
    /// <returns>False at the end of the tree.</returns>
    /// <exception cref="PosixIOException">A directory cannot be read, or was moved away meanwhile.</exception>
    public bool Next()
    {
        if (Chain.Listing!.Next(Chain.Current.Handle, out _entry))
        {
            Step = TreeStep.Entry;
            return true;
        }

        if (Chain.Depth == 0)
        {
            return false;
        }

        _left = Chain.Ascend();
        Step = TreeStep.Leave;
        return true;
    }

    /// <summary>What the entry is now.</summary>
    /// <exception cref="PosixIOException">It has vanished, or may not be looked at.</exception>
    public FileStatus Status() =>
        Directory.TryStatus(Name, out FileStatus status) ? status : throw PosixIOException.Last("examine", DisplayPath);

    /// <summary>Enters the entry, a directory: the next step is the first of what it holds. Until then there is no entry to ask about.</summary>
    /// <param name="crossMounts">Whether also where another file system begins; <see cref="Errno.CrossesDevices"/> otherwise.</param>
    /// <returns><see cref="Errno.None"/>, or why it was not entered; a symlink never is.</returns>
    /// <exception cref="PosixIOException">A directory cannot be read.</exception>
    public Errno Enter(bool crossMounts = true)
    {
        if (Directory.TryOpenDirectory(Name, out Errno error) is not { } child)
        {
            return error;
        }

        try
        {
            FileStatus status = child.Status();
            if (!status.IsMountRoot || crossMounts)
            {
                Chain.Descend(child, status, Name, List(child));
                return Errno.None;
            }
        }
        catch
        {
            child.Dispose();
            throw;
        }

        child.Dispose();
        return Errno.CrossesDevices;
    }

    /// <inheritdoc/>
    public void Dispose() => Chain.Dispose();

    // Null only while the constructor reads the root.
    private DirectoryChain Chain => _chain!;

    private string Place(ReadOnlySpan<byte> name) => Path.Combine(_root, _chain?.DisplayPath(name) ?? "");

    private DirectoryListing List(DirectoryHandle directory)
    {
        DirectoryListing listing = new(_place);
        if (_order == TreeOrder.Reversed)
        {
            listing.ReadReversed(directory.Handle);
        }

        return listing;
    }
}
