using Peipkg.Posix.Files;

namespace Peipkg.Posix.Tests.Files;

/// <summary>Removing what build scripts leave behind.</summary>
public sealed class TreeRemovalTests : IDisposable
{
    private readonly Thicket _thicket = new();

    public void Dispose() => _thicket.Dispose();

    [Theory]
    [InlineData(300)]
    [InlineData(100_000)]
    public void A_tree_of_any_depth_is_removed(int depth)
    {
        using (DirectoryHandle innermost = _thicket.MakeDeep("top", depth))
        {
            Thicket.MakeFile(innermost, "file"u8.ToArray(), 1);
        }

        TreeRemoval.Remove(_thicket["top"]);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_thicket.Root));
    }

    [Fact]
    public void Names_that_are_not_utf8_are_removed_at_any_depth()
    {
        using (DirectoryHandle innermost = _thicket.MakeDeep("top", 100, Thicket.Latin))
        {
            Thicket.MakeFile(innermost, Thicket.Latin, 1);
        }

        TreeRemoval.Remove(_thicket["top"]);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_thicket.Root));
    }

    [Fact]
    public void Symlinks_are_removed_and_what_they_lead_to_stays()
    {
        _thicket.Shell(
            "mkdir -p top/d outside; echo > outside/precious; ln -s ../outside top/l; ln -s ../../outside top/d/l"
        );
        TreeRemoval.Remove(_thicket["top"]);
        _thicket.Shell("ln -s outside link");
        TreeRemoval.Remove(_thicket["link"]);

        Assert.Equal("outside\n", _thicket.Shell("ls"));
        Assert.Equal("precious\n", _thicket.Shell("ls outside"));
    }

    [Fact]
    public void Directories_without_permissions_and_special_files_are_removed()
    {
        _thicket.Shell("mkdir -p top/a/b; echo > top/a/b/f; mkfifo top/a/pipe; chmod 0 top/a/b/f top/a/b top/a top");

        TreeRemoval.Remove(_thicket["top"]);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_thicket.Root));
    }

    [Fact]
    public void What_is_missing_needs_no_removal_and_files_are_removed_too()
    {
        File.WriteAllText(_thicket["file"], "");
        TreeRemoval.Remove(_thicket["file"]);
        TreeRemoval.Remove(_thicket["file"]);
        TreeRemoval.Remove(_thicket["none/file"]);

        Assert.True(TreeRemoval.TryRemove(_thicket["none"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_thicket.Root));
    }
}
