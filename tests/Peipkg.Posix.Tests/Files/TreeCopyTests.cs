using Peipkg.Posix.Files;

namespace Peipkg.Posix.Tests.Files;

/// <summary>Copying and measuring trees.</summary>
public sealed class TreeCopyTests : IDisposable
{
    private readonly Thicket _thicket = new();

    public void Dispose() => _thicket.Dispose();

    [Fact]
    public void A_copy_has_the_same_names_contents_modes_times_links_and_special_files()
    {
        _thicket.Shell(
            """
            mkdir -p from/d/e to; echo one > from/d/one; chmod 755 from/d/one; ln from/d/one from/d/e/again
            ln -s nowhere from/link; mkfifo from/pipe; head -c 300000 /dev/urandom > from/large
            echo x > "$(printf 'from/caf\351')"; chmod 555 from/d/e; touch -d 2001-02-03T04:05:06 from/d/one from/d from/large
            touch -h -d 2001-02-03 from/link
            """
        );

        Copy(new TreeCopyOptions { Order = TreeOrder.Reversed, KeepOwners = true });

        const string List = "find . -printf '%P %y %m %s %T+ %l %n %U\\n' | sort | sed 's/^ d.*//'";
        Assert.Equal(_thicket.Shell("cd from; " + List), _thicket.Shell("cd to; " + List));
        Assert.Equal("", _thicket.Shell("diff -r --no-dereference -x pipe from to"));
        Assert.Equal("same\n", _thicket.Shell("[ to/d/one -ef to/d/e/again ] && echo same"));
    }

    [Fact]
    public void A_tree_deeper_than_any_path_is_copied_and_measured()
    {
        using (DirectoryHandle innermost = _thicket.MakeDeep("from", 3000))
        {
            Thicket.MakeFile(innermost, Thicket.Latin, 1234);
        }

        Directory.CreateDirectory(_thicket["to"]);
        Copy(new TreeCopyOptions());

        Assert.Equal(1234, TreeSize.Of(_thicket["to"]));
    }

    [Fact]
    public void A_size_counts_every_name_and_no_symlink_and_stops_beyond_what_is_asked()
    {
        _thicket.Shell(
            "mkdir -p from/d; head -c 1000 /dev/zero > from/d/a; ln from/d/a from/b; ln -s d/a from/l; echo > from/e"
        );

        Assert.Equal(2001, TreeSize.Of(_thicket["from"]));
        Assert.Equal(12288, TreeSize.Of(_thicket["from"], leastPerFile: 4096));
        Assert.InRange(TreeSize.Of(_thicket["from"], most: 10), 11, 2001);
        Assert.Equal(0, TreeSize.Of(_thicket["none"]));
    }

    [Fact]
    public void A_copy_stops_when_it_is_told_to()
    {
        _thicket.Shell("mkdir from to; echo > from/a");
        using CancellationTokenSource stop = new();
        stop.Cancel();

        Assert.Throws<OperationCanceledException>(() =>
            TreeCopy.Run(_thicket["from"], _thicket["to"], new TreeCopyOptions(), stop.Token)
        );
    }

    private void Copy(TreeCopyOptions options) =>
        TreeCopy.Run(_thicket["from"], _thicket["to"], options, CancellationToken.None);
}
