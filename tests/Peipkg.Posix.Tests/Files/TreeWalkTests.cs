using System.Text;
using Peipkg.Posix.Files;

namespace Peipkg.Posix.Tests.Files;

/// <summary>Walking trees that nobody vouches for.</summary>
public sealed class TreeWalkTests : IDisposable
{
    private readonly Thicket _thicket = new();

    public void Dispose() => _thicket.Dispose();

    [Fact]
    public void Every_entry_is_met_once_and_every_directory_once_more_after_what_it_holds()
    {
        _thicket.Shell("mkdir -p a/b c; echo x > a/b/x; echo y > y; ln -s a l");

        Assert.Equal(
            ["+a", "+a/b", "+a/b/x", "+c", "+l", "+y", "-a", "-a/b", "-c"],
            Steps(TreeOrder.Listed).Order(StringComparer.Ordinal)
        );
        Assert.Equal(["+y", "+l", "+c", "-c", "+a", "+a/b", "+a/b/x", "-a/b", "-a"], Steps(TreeOrder.Reversed));
    }

    [Fact]
    public void Thousands_of_entries_are_met_once_each()
    {
        _thicket.Shell("i=0; while [ $i -lt 5000 ]; do echo > a-rather-long-name-for-a-file-$i; i=$((i+1)); done");

        Assert.Equal(5000, Steps(TreeOrder.Listed).Distinct(StringComparer.Ordinal).Count());
        List<string> reversed = Steps(TreeOrder.Reversed);
        Assert.Equal(reversed.OrderDescending(StringComparer.Ordinal), reversed);
        Assert.Equal(5000, reversed.Count);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(5_000)]
    public void Trees_are_walked_deeper_than_there_are_descriptors(int depth)
    {
        using (DirectoryHandle innermost = _thicket.MakeDeep("top", depth))
        {
            Thicket.MakeFile(innermost, "treasure"u8.ToArray(), 1);
        }

        int deepest = 0;
        int left = 0;
        int mostOpen = 0;
        bool found = false;
        using TreeWalk walk = TreeWalk.Begin(_thicket.Root);
        while (walk.Next())
        {
            deepest = Math.Max(deepest, walk.Depth);
            found |= walk.Name.SequenceEqual("treasure"u8);
            left += walk.Step == TreeStep.Leave ? 1 : 0;
            mostOpen = walk.Depth % 100 == 0 ? Math.Max(mostOpen, _thicket.OpenDirectories()) : mostOpen;
            if (walk.Step == TreeStep.Entry && walk.ListedKind == FileKind.Directory)
            {
                Assert.Equal(Errno.None, walk.Enter());
            }
        }

        Assert.True(found);
        Assert.Equal((depth + 1, depth + 1), (deepest, left));
        Assert.InRange(mostOpen, 1, 40);
    }

    [Fact]
    public void A_directory_beside_a_deep_one_is_met_after_the_way_back()
    {
        _thicket.MakeDeep("top/nested", 200).Dispose();
        _thicket.Shell("mkdir top/zz top/aa; echo > top/zz/file; echo > top/aa/file");

        List<string> steps = Steps(TreeOrder.Reversed);

        Assert.Contains("+top/zz/file", steps);
        Assert.Contains("+top/aa/file", steps);
    }

    [Fact]
    public void Names_are_bytes()
    {
        Directory.CreateDirectory(_thicket["top"]);
        using (DirectoryHandle top = DirectoryHandle.Open(_thicket["top"]))
        {
            Assert.Equal(Errno.None, top.MakeDirectory(Thicket.Latin, 0x1c0));
        }

        using TreeWalk walk = TreeWalk.Begin(_thicket["top"]);
        Assert.True(walk.Next());
        Assert.Equal(Thicket.Latin, walk.Name.ToArray());
        Assert.EndsWith("top/d\\xe9", walk.DisplayPath, StringComparison.Ordinal);
        Assert.Equal(Errno.None, walk.Enter());
        Assert.True(walk.Next());
        Assert.Equal(TreeStep.Leave, walk.Step);
        Assert.False(walk.Next());
    }

    [Fact]
    public void A_directory_that_becomes_a_symlink_is_not_entered()
    {
        _thicket.Shell("mkdir -p outside top/d; echo secret > outside/secret");
        using TreeWalk walk = TreeWalk.Begin(_thicket["top"]);
        Assert.True(walk.Next());
        _thicket.Shell("rmdir top/d; ln -s ../outside top/d");

        Assert.True(walk.Enter() is Errno.IsLink or Errno.NotDirectory);
        Assert.False(walk.Next());
    }

    [Fact]
    public void A_directory_that_is_exchanged_after_it_was_entered_is_walked_where_it_went()
    {
        _thicket.Shell("mkdir -p outside top/d; echo secret > outside/secret; echo > top/d/mine; echo > top/z");
        using TreeWalk walk = TreeWalk.Begin(_thicket["top"], TreeOrder.Reversed);
        Assert.True(walk.Next());
        Assert.True(walk.Next());
        Assert.Equal(Errno.None, walk.Enter());
        _thicket.Shell("mv top/d elsewhere; ln -s ../outside top/d");

        Assert.True(walk.Next());
        Assert.Equal("mine", Encoding.UTF8.GetString(walk.Name));
        Assert.True(walk.Next());
        Assert.Equal(TreeStep.Leave, walk.Step);
        Assert.False(walk.Next());
    }

    [Fact]
    public void A_walk_that_was_carried_into_another_directory_does_not_go_on_there()
    {
        _thicket.MakeDeep("top", 100).Dispose();
        _thicket.Shell("mkdir outside; echo > outside/precious");
        using TreeWalk walk = TreeWalk.Begin(_thicket["top"]);
        while (walk.Next() && walk.Step == TreeStep.Entry)
        {
            Assert.Equal(Errno.None, walk.Enter());
            if (walk.Depth == 100)
            {
                string tenth = "top/" + string.Join('/', Enumerable.Repeat("nested", 10));
                _thicket.Shell($"mv {tenth} outside/nested");
            }
        }

        PosixIOException failure = Assert.Throws<PosixIOException>(() =>
        {
            while (walk.Next()) { }
        });

        Assert.Equal(Errno.Stale, failure.Error);
        Assert.Contains("was moved", failure.Message, StringComparison.Ordinal);
    }

    private List<string> Steps(TreeOrder order)
    {
        List<string> steps = [];
        List<string> path = [];
        using TreeWalk walk = TreeWalk.Begin(_thicket.Root, order);
        while (walk.Next())
        {
            string name = FileName.Display(walk.Name);
            if (walk.Step == TreeStep.Leave)
            {
                path.RemoveAt(path.Count - 1);
                steps.Add("-" + string.Join('/', [.. path, name]));
                continue;
            }

            steps.Add("+" + string.Join('/', [.. path, name]));
            if (walk.Status().IsDirectory)
            {
                Assert.Equal(Errno.None, walk.Enter());
                path.Add(name);
            }
        }

        return steps;
    }
}
