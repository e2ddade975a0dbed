using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Staging;

/// <summary>
/// The private directory of one build, mode 0700, with fresh empty directories for $DESTDIR, for the script to work in, and for $HOME.
/// Removed on dispose, unless <c>--keep-stage</c> was given.
/// </summary>
internal sealed class StagingArea : IDisposable
{
    private readonly Diagnostics _diagnostics;
    private readonly bool _keep;
    private readonly List<IDisposable> _held = [];
    private bool _isReopened;

    private StagingArea(string root, bool keep, Diagnostics diagnostics)
    {
        Root = root;
        _keep = keep;
        _diagnostics = diagnostics;
        Destination = Make(Path.Combine(root, "dest"));
        Work = Make(Path.Combine(root, "work"));
        Home = Make(Path.Combine(root, "home"));
    }

    /// <summary>The private directory.</summary>
    internal string Root { get; }

    /// <summary>$DESTDIR.</summary>
    internal string Destination { get; }

    /// <summary>The script's working directory.</summary>
    internal string Work { get; }

    /// <summary>$HOME, empty, since the script must not read the caller's settings.</summary>
    internal string Home { get; }

    /// <summary>Other areas of the same build, which are removed with this one if the process is killed.</summary>
    internal IReadOnlyList<StagingArea> Companions { get; set; } = [];

    /// <summary>Makes a new area.</summary>
    /// <param name="temporary">The parent directory, $TMPDIR; null for /tmp.</param>
    /// <param name="keep">Whether disposing leaves it in place and says where it is.</param>
    /// <param name="diagnostics">Told when something cannot be removed, and what is kept.</param>
    /// <exception cref="IOException">The disk is full, or the directory is missing.</exception>
    internal static StagingArea Create(string? temporary, bool keep, Diagnostics diagnostics)
    {
        string root = Path.Combine(ParentOf(temporary), $"peipkg-build-{Guid.NewGuid():N}");
        Make(root);
        return new StagingArea(root, keep, diagnostics);
    }

    /// <summary>The directory for temporary files.</summary>
    /// <param name="temporary">$TMPDIR; null or empty for /tmp.</param>
    /// <exception cref="UserErrorException">It does not exist.</exception>
    internal static string ParentOf(string? temporary)
    {
        string parent = Path.GetFullPath(string.IsNullOrEmpty(temporary) ? "/tmp" : temporary);
        return Directory.Exists(parent)
            ? parent
            : throw new UserErrorException(
                $"the directory for temporary files, {parent}, does not exist; set TMPDIR to one that does"
            );
    }

    /// <summary>Opens an area that an earlier build has left; disposing leaves it in place.</summary>
    internal static StagingArea Reopen(string root, Diagnostics diagnostics) =>
        new(Path.GetFullPath(root), keep: true, diagnostics) { _isReopened = true };

    /// <summary>One more private directory, empty when it is first asked for.</summary>
    internal string MakeDirectory(string name) => Make(Path.Combine(Root, name));

    /// <summary>Keeps something open for as long as the area is there.</summary>
    internal T Hold<T>(T held)
        where T : IDisposable
    {
        _held.Add(held);
        return held;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _held.ForEach(static held => held.Dispose());
        if (_isReopened)
        {
            return;
        }

        if (_keep)
        {
            _diagnostics.Note(
                $"the staging directory is kept: $DESTDIR is {Destination}, the script ran in {Work}; "
                    + $"to pack it again: peipkg-build repackage {Root} --recipe DIR --out DIR"
            );
        }
        else if (!TreeRemoval.TryRemove(Root))
        {
            _diagnostics.Warning($"the staging directory {Root} could not be removed completely");
        }
    }

    // Set once more, since the caller's umask applies when a directory is made.
    private static string Make(string path)
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(path, Private);
        File.SetUnixFileMode(path, Private);
        return path;
    }
}
