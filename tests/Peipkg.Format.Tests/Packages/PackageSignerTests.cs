using System.Text;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Format.Tests.Packages;

public sealed class PackageSignerTests
{
    private static byte[] Sign(byte[] package, int workers = 1)
    {
        using var output = new MemoryStream();
        PackageSigner.Sign(
            new MemoryStream(package),
            output,
            Samples.Key,
            new PackageWriteOptions { Workers = workers }
        );
        return output.ToArray();
    }

    private static string Refused(byte[] package) => Assert.Throws<FormatViolationException>(() => Sign(package)).Rule;

    private static byte[] With(Action<RawPackage> change)
    {
        RawPackage raw = RawPackage.Parse(Samples.Write());
        change(raw);
        return raw.ToPackage();
    }

    [Fact]
    public void Signing_afterwards_gives_the_bytes_of_signing_at_once() =>
        Assert.Equal(Samples.Write(key: Samples.Key), Sign(Samples.Write(), workers: 3));

    [Fact]
    [Trait("Speed", "slow")]
    public void So_it_does_across_the_size_from_which_packages_are_compressed_otherwise()
    {
        // The signature entry itself may carry the archive over that size.
        for (int size = (1 << 20) - 9000; size < (1 << 20) + 512; size += 512)
        {
            PayloadSource[] payload =
            [
                PayloadSource.File("usr/share/sample/data", Encoding.UTF8.GetBytes(new string('x', size))),
            ];
            Assert.Equal(Samples.Write(payload, key: Samples.Key), Sign(Samples.Write(payload)));
        }
    }

    [Fact]
    public void An_empty_package_can_be_signed() =>
        Assert.Equal(Samples.Write([], key: Samples.Key), Sign(Samples.Write([])));

    [Fact]
    public void What_is_signed_already_is_refused() =>
        Assert.Equal("signature-present", Refused(Samples.Write(key: Samples.Key)));

    [Fact]
    public void A_package_that_breaks_a_rule_is_refused() =>
        Assert.Equal("tar-end", Refused(With(raw => raw.End = new byte[512 * 3])));

    [Fact]
    public void Fields_that_readers_would_pass_over_are_not_signed() =>
        Assert.Equal(
            "metadata-canonical",
            Refused(
                With(raw =>
                {
                    string manifest = Encoding
                        .UTF8.GetString(raw.Entries[0].Content)
                        .Replace("\"build\":", "\"run_as_root\":\"yes\",\"build\":", StringComparison.Ordinal);
                    raw.Entries[0] = RawEntry.Create(
                        PackageNames.Manifest,
                        '0',
                        manifest,
                        time: Samples.Manifest.Build.Timestamp.UnixSeconds
                    );
                })
            )
        );

    [Fact]
    public void Metadata_that_readers_would_pass_over_is_not_signed() =>
        Assert.Equal(
            "metadata-unknown",
            Refused(
                With(raw =>
                    raw.Entries.Insert(
                        2,
                        RawEntry.Create(".peipkg/zz", '0', "?", time: Samples.Manifest.Build.Timestamp.UnixSeconds)
                    )
                )
            )
        );

    [Fact]
    public void A_package_that_changes_between_verifying_and_signing_is_not_signed()
    {
        Manifest other = Samples.Manifest with { License = "BSD" };
        using var package = new Swapped(Samples.Write(), Samples.Write(manifest: other));
        Assert.ThrowsAny<Exception>(() => PackageSigner.Sign(package, Stream.Null, Samples.Key));
        PayloadSource[] payload = [Samples.Text("usr/bin/sample", "another content here\n1")];
        PayloadSource[] swapped = [Samples.Text("usr/bin/sample", "another content here\n2")];
        using var content = new Swapped(Samples.Write(payload), Samples.Write(swapped));
        Assert.ThrowsAny<Exception>(() => PackageSigner.Sign(content, Stream.Null, Samples.Key));
    }

    /// <summary>Answers with other bytes once it was rewound, as a file that somebody else can still write.</summary>
    private sealed class Swapped(byte[] first, byte[] second) : Stream
    {
        private MemoryStream _current = new(first);

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => _current.Length;

        public override long Position
        {
            get => _current.Position;
            set => _current = new MemoryStream(second);
        }

        public override int Read(byte[] buffer, int offset, int count) => _current.Read(buffer, offset, count);

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _current.Dispose();
            base.Dispose(disposing);
        }
    }
}
