using System.Text;
using System.Text.Unicode;
using Peipkg.Build.Rules;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Format.Text;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Staging;

/// <summary>
/// All that lies below a staged tree's root, and what of it cannot be packed. Owners, times and extended attributes are
/// not looked at, and of modes only what is lost (§3.4); hard links are files like others.
/// </summary>
internal sealed class StagedTree : IDisposable
{
    private const uint OwnerReads = 0x100;

    private readonly List<PayloadSource> _entries = [];
    private readonly List<Finding> _problems = [];
    private readonly DirectoryHandle _root;
    private readonly LostModes _modes;
    private readonly bool _mayChangeModes;

    private StagedTree(string root, DirectoryHandle handle, uint umask, bool mayChangeModes)
    {
        Root = root;
        _root = handle;
        _modes = new LostModes(umask, (uint)File.GetUnixFileMode(root));
        _mayChangeModes = mayChangeModes;
    }

    /// <summary>The tree's root, an absolute path.</summary>
    internal string Root { get; }

    /// <summary>Everything below the root, in no particular order.</summary>
    internal IReadOnlyList<PayloadSource> Entries => _entries;

    /// <summary>What cannot be packed, each with its path, and what is lost by packing.</summary>
    internal IReadOnlyList<Finding> Problems => [.. _problems, .. _modes.Findings()];

    /// <summary>Walks a tree.</summary>
    /// <param name="root">Its root.</param>
    /// <param name="umask">The mode bits that whoever made the tree took from everything.</param>
    /// <param name="mayChangeModes">Whether files and directories that their owner may not read are made readable.</param>
    /// <param name="cancellation">Stops between two directories.</param>
    /// <exception cref="UserErrorException">The root is not a directory.</exception>
    /// <exception cref="IOException">A directory cannot be read.</exception>
    internal static StagedTree Walk(string root, uint umask, bool mayChangeModes, CancellationToken cancellation)
    {
        string path = Path.GetFullPath(root);
        DirectoryHandle handle =
            DirectoryHandle.TryOpen(path, followLinks: false, out Errno error)
            ?? throw new UserErrorException(
                error == Errno.AccessDenied
                    ? $"the staged tree {root} may not be read"
                    : $"the staged tree {root} is not a directory"
            );
        StagedTree tree = new(path, handle, umask, mayChangeModes);
        try
        {
            tree.Walk(cancellation);
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();

    private Stream Open(string path, FileStatus found)
    {
        try
        {
            return TreeFile.Open(_root, path, found);
        }
        catch (PosixIOException exception) when (exception.Error == Errno.Stale)
        {
            throw new IOException(
                $"{DisplayText.Escape(path)}: the file changed while it was being packed; something still writes to the staged tree.",
                exception
            );
        }
    }

    private void Walk(CancellationToken cancellation)
    {
        Stack<string> above = [];
        string prefix = "";
        using TreeWalk walk = TreeWalk.Begin(Root);
        while (walk.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            if (walk.Step == TreeStep.Leave)
            {
                prefix = above.Pop();
            }
            else if (!Utf8.IsValid(walk.Name))
            {
                AddProblem(
                    $"\"{TerminalText.Escape(prefix)}{FileName.Spell(walk.Name)}\": the file name is not UTF-8; rename it in the build script"
                );
            }
            else
            {
                string path = prefix + Encoding.UTF8.GetString(walk.Name);
                if (Add(walk, path))
                {
                    above.Push(prefix);
                    prefix = path + "/";
                }
            }
        }
    }

    /// <summary>Takes an entry down.</summary>
    /// <returns>Whether it is a directory that was entered.</returns>
    private bool Add(TreeWalk walk, string path)
    {
        FileStatus status = walk.Status();
        switch (status.Kind)
        {
            case FileKind.Directory:
                _entries.Add(PayloadSource.Directory(path));
                _modes.Add(path, status.Permissions, directory: true);
                return Enter(walk, path, status);
            case FileKind.File:
                _modes.Add(path, status.Permissions, directory: false);
                status = MakeReadable(walk, status, OwnerReads);
                _entries.Add(new PayloadSource(path, PayloadKind.File, status.Size, null, () => Open(path, status)));
                return false;
            case FileKind.Symlink:
                AddSymlink(walk, path);
                return false;
            default:
                AddProblem(
                    $"\"{TerminalText.Escape(path)}\" is {status.Kind.Noun()}; a package can contain only files, directories and symlinks"
                );
                return false;
        }
    }

    private bool Enter(TreeWalk walk, string path, FileStatus status)
    {
        if (walk.Depth + 1 == Limits.PathComponents)
        {
            AddProblem(
                $"\"{TerminalText.Escape(path)}\": directories are nested more than {Limits.PathComponents} deep"
            );
            return false;
        }

        MakeReadable(walk, status, OwnerReads | (OwnerReads >> 2));
        Errno error = walk.Enter();
        return error == Errno.None ? true : throw PosixIOException.Of(error, "open", path);
    }

    private void AddSymlink(TreeWalk walk, string path)
    {
        byte[] target =
            walk.Directory.TryReadLink(walk.Name, out Errno error)
            ?? throw PosixIOException.Of(error, "read the symlink", path);
        if (Utf8.IsValid(target))
        {
            _entries.Add(PayloadSource.Symlink(path, Encoding.UTF8.GetString(target)));
        }
        else
        {
            AddProblem(
                $"\"{TerminalText.Escape(path)}\": the symlink's target \"{FileName.Spell(target)}\" is not UTF-8"
            );
        }
    }

    /// <summary>What the entry is after its mode was changed: on a layered file system another file than before.</summary>
    private FileStatus MakeReadable(TreeWalk walk, FileStatus status, uint needed)
    {
        if (!_mayChangeModes || (status.Permissions & needed) == needed)
        {
            return status;
        }

        _ = walk.Directory.ChangeMode(walk.Name, status.Permissions | needed);
        return walk.Status();
    }

    private void AddProblem(string message) => _problems.Add(Finding.Of(StageRules.EntryKind, message));
}
