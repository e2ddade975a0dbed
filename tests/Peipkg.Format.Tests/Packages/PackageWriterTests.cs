using System.Text;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Format.Tests.Packages;

/// <summary>What the writer makes of its parts, and which parts it refuses.</summary>
public sealed class PackageWriterTests
{
    [Fact]
    public void The_order_of_the_parts_and_the_number_of_workers_do_not_show()
    {
        byte[] reference = Samples.Write(key: Samples.Key);

        Assert.Equal(reference, Samples.Write([.. Samples.Payload.Reverse()], key: Samples.Key, workers: 2));
        Assert.Equal(
            reference,
            Samples.Write([.. Samples.Payload, PayloadSource.Directory("usr")], key: Samples.Key, workers: 5)
        );
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void Large_packages_are_the_same_with_any_number_of_workers()
    {
        var random = new Random(1);
        byte[] content = new byte[30 << 20];
        for (int i = 0; i < content.Length; i++)
        {
            content[i] = (byte)("abcdefgh"[random.Next(8)] ^ (i >> 16));
        }

        IReadOnlyList<PayloadSource> payload = [PayloadSource.File("usr/share/big", content)];

        byte[] one = Samples.Write(payload, workers: 1);

        Assert.Equal(one, Samples.Write(payload, workers: 2));
        Assert.Equal(one, Samples.Write(payload, workers: 3));
        Assert.Equal(content.Length, Samples.Verify(one).Manifest.SizeInstalled);
    }

    [Fact]
    public void Entries_are_sorted_by_wire_name() =>
        Assert.Equal(
            [
                "usr",
                "usr/bin",
                "usr/bin/link",
                "usr/bin/sample",
                "usr/share",
                "usr/share/sample",
                "usr/share/sample/a.h",
                "usr/share/sample/a",
                "usr/share/sample/a/b",
                "usr/share/sample/empty",
                "usr/share/sample/far",
                Samples.LongName,
                "var",
                "var/lib",
                "var/lib/sample",
            ],
            Samples.Verify(Samples.Write()).Entries.Select(static e => e.Path)
        );

    [Fact]
    public void The_installed_size_is_computed_whatever_the_manifest_says()
    {
        byte[] package = Samples.Write(manifest: Samples.Manifest with { SizeInstalled = 999 });

        Assert.Equal(Samples.Payload.Sum(static p => p.Size), Samples.Verify(package).Manifest.SizeInstalled);
    }

    [Theory]
    [InlineData("2242-03-16T12:56:31Z", true)]
    [InlineData("2242-03-16T12:56:32Z", false)]
    [InlineData("9999-12-31T23:59:59Z", false)]
    public void A_time_that_no_archive_entry_can_have_is_refused(string time, bool packs)
    {
        Manifest manifest = Samples.Manifest with
        {
            Build = Samples.Manifest.Build with { Timestamp = Timestamp.Parse(time) },
        };
        if (packs)
        {
            Assert.Equal(time, Samples.Verify(Samples.Write(manifest: manifest)).Manifest.Build.Timestamp.Text);
        }
        else
        {
            Assert.Equal(
                "timestamp",
                Assert.Throws<FormatViolationException>(() => Samples.Write(manifest: manifest)).Rule
            );
        }
    }

    [Fact]
    public void An_empty_payload_is_a_package() =>
        Assert.Empty(Samples.Verify(Samples.Write([], key: Samples.Key)).Entries);

    [Fact]
    public void A_path_may_be_as_long_as_the_limits_allow_and_no_longer()
    {
        string component = new('x', 255);
        string longest = string.Join('/', Enumerable.Repeat(component, 16));
        Assert.Equal(
            longest.Length,
            Samples.Verify(Samples.Write([Samples.Text(longest, "x")])).Entries[^1].Path.Length
        );

        Refused("4096", Samples.Text($"{longest}/x", "x"));
        Refused("xx", Samples.Text("usr/" + new string('x', 256), ""));
        Refused("a/a", Samples.Text(string.Join('/', Enumerable.Repeat("a", 257)), ""));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("")]
    [InlineData("a/")]
    [InlineData(".peipkg/manifest.json")]
    [InlineData("a\nb")]
    [InlineData("a\\b")]
    [InlineData("e\u0301")]
    public void Unsafe_paths_are_never_packed(string path) => Refused("", Samples.Text(path, "x"));

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a\u0000b")]
    [InlineData("a\\b")]
    public void Unsafe_targets_are_never_packed(string target) =>
        Refused("usr/bin/x", PayloadSource.Symlink("usr/bin/x", target));

    [Fact]
    public void Two_entries_of_one_path_are_refused()
    {
        Refused("two payload entries", Samples.Text("usr/bin/x", "1"), Samples.Text("usr/bin/x", "2"));
        Refused("two payload entries", Samples.Text("usr/bin/x", "1"), PayloadSource.Directory("usr/bin/x"));
        Refused("not a directory", Samples.Text("usr/bin/x", "1"), Samples.Text("usr/bin/x/y", "2"));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var refused = Assert.Throws<PackagingException>(() =>
            Samples.Write([Samples.Text("a//b", ""), Samples.Text("c\nd", ""), PayloadSource.Symlink("e", "/f")])
        );

        Assert.Equal(3, refused.Problems.Count);
    }

    [Fact]
    public void More_than_a_hundred_thousand_entries_are_refused() =>
        Assert.Contains(
            "100001",
            Assert
                .Throws<PackagingException>(() =>
                    Samples.Write([
                        .. Enumerable.Range(0, 100_001).Select(static i => PayloadSource.Symlink($"l{i}", "x")),
                    ])
                )
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    [Trait("Speed", "slow")]
    public void A_package_over_four_gibibytes_is_refused_before_anything_is_written()
    {
        using var output = new MemoryStream();
        var huge = new PayloadSource(
            "usr/share/huge",
            PayloadKind.File,
            1L << 32,
            null,
            static () => new ZeroStream(1L << 32)
        );

        Assert.Throws<PackagingException>(() => PackageWriter.Write(output, Samples.Manifest, [huge], null));
        Assert.Equal(0, output.Length);
    }

    [Fact]
    public void A_file_that_changes_while_it_is_packed_is_noticed()
    {
        int opened = 0;
        var shrinking = new PayloadSource(
            "usr/share/x",
            PayloadKind.File,
            4,
            null,
            () => new MemoryStream(Encoding.ASCII.GetBytes(opened++ == 0 ? "1234" : "123"))
        );
        var changing = new PayloadSource(
            "usr/share/y",
            PayloadKind.File,
            4,
            null,
            () => new MemoryStream(Encoding.ASCII.GetBytes(opened++ % 2 == 0 ? "1234" : "1235"))
        );
        var growing = new PayloadSource(
            "usr/share/z",
            PayloadKind.File,
            4,
            null,
            static () => new MemoryStream("12345"u8.ToArray())
        );

        foreach (PayloadSource source in (PayloadSource[])[shrinking, changing, growing])
        {
            Assert.Contains(
                "changed while it was being packed",
                Assert.Throws<IOException>(() => Samples.Write([source])).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void Memory_does_not_grow_with_the_payload()
    {
        var big = new PayloadSource(
            "usr/share/big",
            PayloadKind.File,
            1L << 29,
            null,
            static () => new ZeroStream(1L << 29)
        );
        string file = Path.GetTempFileName();
        try
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            using (FileStream output = File.Create(file))
            {
                PackageWriter.Write(output, Samples.Manifest, [big], null);
            }

            using FileStream input = File.OpenRead(file);
            Assert.Equal(1L << 29, PackageVerifier.Verify(input).Manifest.SizeInstalled);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Cancelling_stops_the_work()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() =>
            PackageWriter.Write(Stream.Null, Samples.Manifest, Samples.Payload, null, cancellation: cancellation.Token)
        );
    }

    [Fact]
    public void Progress_ends_at_the_total()
    {
        var seen = new List<PackProgress>();
        PackageWriter.Write(
            Stream.Null,
            Samples.Manifest,
            Samples.Payload,
            null,
            new PackageWriteOptions { Workers = 1, Progress = new Collector(seen) }
        );

        Assert.Equal(seen[^1].TotalFiles, seen[^1].Files);
        Assert.Equal(seen[^1].TotalBytes, seen[^1].Bytes);
        Assert.Equal(PackPhase.Packing, seen[^1].Phase);
    }

    private static void Refused(string expected, params PayloadSource[] payload) =>
        Assert.Contains(
            expected,
            Assert.Throws<PackagingException>(() => Samples.Write(payload)).Message,
            StringComparison.Ordinal
        );

    private sealed class Collector(List<PackProgress> seen) : IProgress<PackProgress>
    {
        public void Report(PackProgress value) => seen.Add(value);
    }

    private sealed class ZeroStream(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Min(count, _left);
            Array.Clear(buffer, offset, read);
            _left -= read;
            return read;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
