using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;
using Peipkg.Build.Rules;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Staging;

/// <summary>
/// All that lies below a staged tree's root, and what of it cannot be packed. Modes, owners, times and extended attributes
/// are not looked at (§3.4); hard links are files like others.
/// </summary>
internal sealed class StagedTree
{
    private const uint KindMask = 0xf000;
    private const uint DirectoryKind = 0x4000;
    private const uint FileKind = 0x8000;
    private const uint SymlinkKind = 0xa000;
    private const uint OwnerReads = 0x100;

    private readonly List<PayloadSource> _entries = [];
    private readonly List<Finding> _problems = [];
    private readonly bool _mayChangeModes;

    private StagedTree(string root, bool mayChangeModes)
    {
        Root = root;
        _mayChangeModes = mayChangeModes;
    }

    /// <summary>The tree's root, an absolute path.</summary>
    internal string Root { get; }

    /// <summary>Everything below the root, in no particular order.</summary>
    internal IReadOnlyList<PayloadSource> Entries => _entries;

    /// <summary>What cannot be packed, each with its path.</summary>
    internal IReadOnlyList<Finding> Problems => _problems;

    /// <summary>Walks a tree.</summary>
    /// <param name="root">Its root.</param>
    /// <param name="mayChangeModes">Whether files and directories that their owner may not read are made readable.</param>
    /// <param name="cancellation">Stops between two directories.</param>
    /// <exception cref="UserErrorException">The root is no directory.</exception>
    /// <exception cref="IOException">A directory cannot be read.</exception>
    internal static StagedTree Walk(string root, bool mayChangeModes, CancellationToken cancellation)
    {
        StagedTree tree = new(Path.GetFullPath(root), mayChangeModes);
        using SafeFileHandle directory =
            PosixTree.OpenDirectory(null, Encoding.UTF8.GetBytes(tree.Root), out int error)
            ?? throw new UserErrorException(
                error == PosixTree.AccessDenied
                    ? $"the staged tree {root} may not be read"
                    : $"the staged tree {root} is not a directory"
            );
        tree.Descend(directory, "", 0, cancellation);
        return tree;
    }

    private void Descend(SafeFileHandle directory, string prefix, int depth, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (byte[] name in PosixTree.ReadNames(directory, prefix.Length == 0 ? Root : prefix))
        {
            if (!Utf8.IsValid(name))
            {
                AddProblem(
                    $"\"{TerminalText.Escape(prefix)}{Spell(name)}\": the file name is not UTF-8; rename it in the build script"
                );
                continue;
            }

            string path = prefix + Encoding.UTF8.GetString(name);
            if (!PosixTree.TryStatus(directory, name, out uint mode, out long size))
            {
                throw PosixTree.Failure("examine", path);
            }

            switch (mode & KindMask)
            {
                case DirectoryKind:
                    _entries.Add(PayloadSource.Directory(path));
                    Enter(directory, name, path, mode, depth, cancellation);
                    break;
                case FileKind:
                    MakeReadable(directory, name, mode, OwnerReads);
                    _entries.Add(
                        new PayloadSource(path, PayloadKind.File, size, null, () => StagedFile.Open(Root, path))
                    );
                    break;
                case SymlinkKind:
                    AddSymlink(directory, name, path);
                    break;
                default:
                    AddProblem(
                        $"\"{TerminalText.Escape(path)}\" is {KindName(mode)}; a package holds only files, directories and symlinks"
                    );
                    break;
            }
        }
    }

    private void Enter(
        SafeFileHandle parent,
        byte[] name,
        string path,
        uint mode,
        int depth,
        CancellationToken cancellation
    )
    {
        if (depth + 1 == Limits.PathComponents)
        {
            AddProblem(
                $"\"{TerminalText.Escape(path)}\": directories are nested more than {Limits.PathComponents} deep"
            );
            return;
        }

        MakeReadable(parent, name, mode, OwnerReads | (OwnerReads >> 2));
        using SafeFileHandle directory =
            PosixTree.OpenDirectory(parent, name, out _) ?? throw PosixTree.Failure("open", path);
        Descend(directory, path + "/", depth + 1, cancellation);
    }

    private void AddSymlink(SafeFileHandle directory, byte[] name, string path)
    {
        byte[] target = PosixTree.ReadLink(directory, name) ?? throw PosixTree.Failure("read the symlink", path);
        if (Utf8.IsValid(target))
        {
            _entries.Add(PayloadSource.Symlink(path, Encoding.UTF8.GetString(target)));
        }
        else
        {
            AddProblem($"\"{TerminalText.Escape(path)}\": the symlink's target \"{Spell(target)}\" is not UTF-8");
        }
    }

    private void MakeReadable(SafeFileHandle parent, byte[] name, uint mode, uint needed)
    {
        if (_mayChangeModes && (mode & needed) != needed)
        {
            PosixTree.ChangeMode(parent, name, (mode & 0xfff) | needed);
        }
    }

    private void AddProblem(string message) => _problems.Add(Finding.Of(StageRules.EntryKind, message));

    private static string KindName(uint mode) =>
        (mode & KindMask) switch
        {
            0x1000 => "a FIFO",
            0x2000 => "a character device",
            0x6000 => "a block device",
            0xc000 => "a socket",
            _ => "of a kind that packages do not know",
        };

    // Bytes that are ASCII show as they are, all others as the escape a shell would take.
    private static string Spell(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new();
        foreach (byte b in bytes)
        {
            _ = b is >= 0x20 and < 0x7f
                ? text.Append((char)b)
                : text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }

        return text.ToString();
    }
}
