using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;

namespace Peipkg.Format.Tests.Packages;

/// <summary>Each way to make a package wrong, with the rule and the place that its refusal names.</summary>
public sealed class HostilePackageTests
{
    private const long Time = 1777636800;

    private static RawPackage Good => RawPackage.Parse(Samples.Write());

    private static RawPackage GoodSigned => RawPackage.Parse(Samples.Write(key: Samples.Key));

    [Fact]
    public void A_package_put_together_again_is_accepted()
    {
        // Nothing below fails for the mere taking apart.
        Assert.Equal(Samples.Manifest.Name, Samples.Verify(Good.ToPackage()).Manifest.Name);
        Assert.NotNull(Samples.Verify(GoodSigned.ToPackage()).Signature);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] package = Samples.Write(key: Samples.Key);
        for (int length = 0; length < package.Length; length++)
        {
            Assert.Throws<FormatViolationException>(() => Samples.Verify(package[..length]));
        }
    }

    [Fact]
    public void Every_flipped_bit_is_refused_once_the_signer_is_known()
    {
        byte[] package = Samples.Write(key: Samples.Key);
        var options = new PackageVerifyOptions { TrustedKeys = [Samples.Key.PublicKey], RequireSignature = true };
        Sha256Digest good = Samples.Verify(package, options).SignedDigest;
        for (int bit = 0; bit < package.Length * 8; bit += 3)
        {
            byte[] damaged = [.. package];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                // Some bits of a frame mean nothing to its content, such as its declared window.
                Assert.Equal(good, Samples.Verify(damaged, options).SignedDigest);
            }
            catch (FormatViolationException)
            {
                // The only exception that may come out.
            }
        }
    }

    [Fact]
    public void Bytes_behind_the_frame_are_refused() =>
        Assert.Equal("zstd-trailing-data", Samples.Refused([.. Samples.Write(), 0]).Rule);

    [Fact]
    public void A_second_frame_is_refused() =>
        Assert.Equal(
            "zstd-trailing-data",
            Samples.Refused([.. Samples.Write(), .. RawPackage.Compress("more"u8)]).Rule
        );

    [Fact]
    public void A_skippable_frame_is_refused() =>
        Assert.Equal("zstd-frame", Samples.Refused([0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 0, .. Samples.Write()]).Rule);

    [Fact]
    public void An_empty_file_is_refused() => Assert.Equal("zstd-frame", Samples.Refused([]).Rule);

    [Fact]
    public void A_frame_with_a_checksum_is_taken_when_the_checksum_is_right()
    {
        byte[] package = RawPackage.Compress(Good.ToTar(), checksum: true);
        Assert.Equal(Samples.Manifest.Name, Samples.Verify(package).Manifest.Name);

        package[^1] ^= 1;
        Assert.Equal("zstd-frame", Samples.Refused(package).Rule);
    }

    [Fact]
    public void Something_that_is_no_package_is_said_to_be_none() =>
        Assert.Contains(
            "this is not a package",
            Samples.Refused("#!/bin/sh\n"u8.ToArray()).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_wrong_checksum_is_refused() =>
        Assert.Equal("tar-checksum", Change(4, static e => e.With(0, "X"u8, fixChecksum: false)).Rule);

    [Theory]
    [InlineData('1', "a hard link")]
    [InlineData('3', "a character device")]
    [InlineData('4', "a block device")]
    [InlineData('6', "a FIFO")]
    [InlineData('7', "a contiguous file")]
    [InlineData('g', "a pax global header")]
    [InlineData('L', "a GNU long-name")]
    [InlineData('S', "a GNU sparse file")]
    [InlineData('Z', "unknown type 0x5a")]
    public void Other_entry_types_are_refused_by_name(char type, string expected)
    {
        FormatViolationException refused = Change(4, e => e.With(156, [(byte)type]));

        Assert.Equal("tar-entry-type", refused.Rule);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Contains(Good.Entries[4].Name, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, "0000755", "mode")]
    [InlineData(100, "0004777", "mode")]
    [InlineData(108, "0000001", "uid")]
    [InlineData(116, "0000001", "gid")]
    [InlineData(136, "00000000000", "mtime")]
    [InlineData(257, "ustar  ", "magic")]
    [InlineData(265, "user", "uname")]
    [InlineData(297, "user", "gname")]
    [InlineData(329, "0000001", "devmajor")]
    [InlineData(337, "0000001", "devminor")]
    [InlineData(505, "x", "padding")]
    [InlineData(157, "target", "linkname")]
    public void Each_header_field_has_one_value(int offset, string value, string field)
    {
        FormatViolationException refused = Change(
            Good.Entries.FindIndex(static e => e.Name == "usr/bin/sample"),
            e => e.With(offset, Encoding.ASCII.GetBytes(value))
        );

        Assert.Equal("tar-header", refused.Rule);
        Assert.Equal("usr/bin/sample", refused.Place);
        Assert.Contains(field, refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_time_other_than_the_entries_is_refused()
    {
        RawPackage raw = Good;
        for (int i = 0; i < raw.Entries.Count; i++)
        {
            raw.Entries[i] = raw.Entries[i].With(136, "00000000001"u8);
        }

        Assert.Equal("tar-mtime", Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void The_manifest_must_come_first()
    {
        RawPackage raw = Good;
        (raw.Entries[0], raw.Entries[1]) = (raw.Entries[1], raw.Entries[0]);

        FormatViolationException refused = Samples.Refused(raw.ToPackage());

        Assert.Equal("metadata-order", refused.Rule);
        Assert.Equal(".peipkg/manifest.json", refused.Place);
    }

    [Fact]
    public void Reordered_payload_is_refused()
    {
        RawPackage raw = Good;
        int file = raw.Entries.FindIndex(static e => e.Name == "usr/bin/link");
        (raw.Entries[file], raw.Entries[file + 1]) = (raw.Entries[file + 1], raw.Entries[file]);

        Assert.Equal("tar-entry-order", Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void A_duplicated_entry_is_refused()
    {
        RawPackage raw = Good;
        int link = raw.Entries.FindIndex(static e => e.Name == "usr/bin/link");
        raw.Entries.Insert(link, raw.Entries[link]);

        Assert.Equal("tar-entry-duplicate", Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void A_file_and_a_directory_may_not_share_a_path_with_others_between_them()
    {
        RawPackage raw = Good;
        int aDirectory = raw.Entries.FindIndex(static e => e.Name == "usr/share/sample/a/");
        raw.Entries.Insert(aDirectory - 1, RawEntry.Create("usr/share/sample/a", '2', target: "x", time: Time));

        FormatViolationException refused = Samples.Refused(raw.ToPackage());

        Assert.Equal("tar-entry-duplicate", refused.Rule);
        Assert.Equal("usr/share/sample/a/", refused.Place);
    }

    [Fact]
    public void A_missing_ancestor_is_refused()
    {
        RawPackage raw = Good;
        raw.Entries.RemoveAll(static e => e.Name == "usr/share/sample/a/");

        FormatViolationException refused = Samples.Refused(raw.ToPackage());

        Assert.Equal("payload-ancestor", refused.Rule);
        Assert.Equal("usr/share/sample/a/b", refused.Place);
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/evil")]
    [InlineData("./evil")]
    [InlineData(".peipkg")]
    [InlineData("evil\\path")]
    [InlineData("e\u0301vil")]
    [InlineData("\u0001")]
    public void Unsafe_paths_are_refused(string path)
    {
        RawPackage raw = Good;
        raw.Entries.Insert(2, RawEntry.Create(path, '0', time: Time));

        Assert.Equal("path", Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void A_path_that_is_not_utf8_is_refused()
    {
        RawPackage raw = Good;
        raw.Entries.Insert(2, RawEntry.Create("evil", '0', time: Time).With(0, [0xFF]));

        Assert.Equal("path-utf8", Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void A_directory_without_and_a_file_with_a_slash_are_refused()
    {
        Assert.Equal("tar-header", Inserted(RawEntry.Create("a", '5', time: Time)).Rule);
        Assert.Equal("tar-header", Inserted(RawEntry.Create("a/", '0', time: Time)).Rule);
    }

    [Fact]
    public void A_pax_record_nobody_needs_is_refused()
    {
        RawEntry named = RawEntry.Create(new string('a', 101), '0', time: Time);
        RawEntry small = RawEntry.Create("a", '0', time: Time);
        byte[] pax = [.. named.Pax];
        byte[] record = "10 path=a\n"u8.ToArray();
        record.CopyTo(pax, 512);
        pax.AsSpan(512 + record.Length).Clear();
        RawEntry paxHeader = new RawEntry([], pax[..512], []).With(124, "00000000012"u8);

        FormatViolationException refused = Inserted(small with { Pax = [.. paxHeader.Header, .. pax[512..]] });

        Assert.Equal("pax-records", refused.Rule);
        Assert.Contains("only for names", refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12 mtime=12\n")]
    [InlineData("010 path=a\n")]
    [InlineData("10 path=a ")]
    [InlineData("99 path=a\n")]
    [InlineData("-1 path=a\n")]
    [InlineData("10 path=a\n10 path=b\n")]
    [InlineData("14 linkpath=a\n14 linkpath=a\n")]
    [InlineData("99999999999999999999 path=a\n")]
    [InlineData("no record at all")]
    public void Other_pax_records_are_refused(string records)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(records);
        RawEntry entry = RawEntry.Create(new string('a', 101), '0', time: Time);
        byte[] block = new byte[512];
        bytes.CopyTo(block, 0);
        string octal = Convert.ToString(bytes.Length, 8).PadLeft(11, '0');
        RawEntry header = new RawEntry([], entry.Pax[..512], []).With(124, Encoding.ASCII.GetBytes(octal));

        Assert.Equal("pax-records", Inserted(entry with { Pax = [.. header.Header, .. block] }).Rule);
    }

    [Fact]
    public void A_pax_header_of_a_gigabyte_is_refused_before_it_is_read()
    {
        RawEntry entry = RawEntry.Create(new string('a', 101), '0', time: Time);
        RawEntry header = new RawEntry([], entry.Pax[..512], []).With(124, "07777777777"u8);

        Assert.Equal("pax-records", Inserted(entry with { Pax = header.Header }).Rule);
    }

    [Fact]
    public void A_pax_header_s_own_fields_have_one_value_too()
    {
        RawEntry entry = RawEntry.Create(new string('a', 101), '0', time: Time);
        RawEntry header = new RawEntry([], entry.Pax[..512], []).With(0, "Y"u8);

        Assert.Equal("pax-header", Inserted(entry with { Pax = [.. header.Header, .. entry.Pax[512..]] }).Rule);
    }

    [Fact]
    public void Padding_that_is_not_nul_is_refused()
    {
        RawPackage raw = Good;
        byte[] tar = raw.ToTar();
        tar[512 + raw.Entries[0].Content.Length] = 1;

        Assert.Equal("tar-padding", Samples.Refused(RawPackage.Compress(tar)).Rule);
    }

    [Theory]
    [InlineData(0, "tar-truncated")]
    [InlineData(512, "tar-truncated")]
    [InlineData(1536, "tar-end")]
    [InlineData(10240, "tar-end")]
    public void The_end_is_two_blocks_exactly(int zeros, string rule)
    {
        RawPackage raw = Good;
        raw.End = new byte[zeros];

        Assert.Equal(rule, Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void A_single_zero_block_does_not_end_an_archive()
    {
        RawPackage raw = Good;
        raw.End = [.. new byte[512], .. RawEntry.Create("zzz", '0', time: Time).Header, .. new byte[1024]];

        Assert.Equal("tar-end", Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void Unknown_metadata_is_passed_over()
    {
        RawPackage raw = Good;
        raw.Entries.Insert(2, RawEntry.Create(".peipkg/sbom.json", '0', "anything", time: Time));
        raw.Entries.Insert(3, RawEntry.Create(".peipkg/zz", '0', "more", time: Time));

        Assert.Equal(
            Samples.Payload.Count(static p => p.Kind == PayloadKind.File),
            Samples.Verify(raw.ToPackage()).Files.Count
        );
    }

    [Fact]
    public void Unknown_metadata_has_its_place_and_order()
    {
        RawPackage raw = Good;
        raw.Entries.Insert(2, RawEntry.Create(".peipkg/zz", '0', "more", time: Time));
        raw.Entries.Insert(3, RawEntry.Create(".peipkg/aa", '0', "anything", time: Time));
        Assert.Equal("metadata-order", Samples.Refused(raw.ToPackage()).Rule);

        raw = Good;
        raw.Entries.Add(RawEntry.Create(".peipkg/zz", '0', "more", time: Time));
        Assert.Equal("path", Samples.Refused(raw.ToPackage()).Rule);

        raw = Good;
        raw.Entries.Insert(2, raw.Entries[1]);
        Assert.Equal("metadata-duplicate", Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void Oversized_metadata_is_refused_by_its_declared_size()
    {
        RawPackage raw = Good;
        raw.Entries[0] = raw.Entries[0].With(124, "00100000001"u8);

        FormatViolationException refused = Samples.Refused(raw.ToPackage());

        Assert.Equal("metadata-size", refused.Rule);
        Assert.Equal(".peipkg/manifest.json", refused.Place);
    }

    [Fact]
    public void A_manifest_without_or_with_two_newlines_is_refused()
    {
        RawPackage raw = Good;
        raw.Entries[0] = Resized(raw.Entries[0], raw.Entries[0].Content[..^1]);
        Assert.Equal("manifest-newline", Samples.Refused(raw.ToPackage()).Rule);

        raw = Good;
        raw.Entries[0] = Resized(raw.Entries[0], [.. raw.Entries[0].Content, (byte)'\n']);
        Assert.Equal("manifest-newline", Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void A_prefix_that_a_short_name_does_not_need_is_refused() =>
        Assert.Equal(
            "tar-header",
            Change(
                Good.Entries.FindIndex(static e => e.Name == "usr/bin/sample"),
                static e => e.With(345, "opt"u8)
            ).Rule
        );

    [Fact]
    public void Both_orders_of_pax_records_and_a_pax_path_in_place_of_a_prefix_are_read()
    {
        RawPackage raw = Good;
        string far = "usr/share/sample/" + new string('z', 120);
        string target = new('t', 120);
        RawEntry entry = RawEntry.Create(far, '2', target: target, time: Time);
        int cut = entry.Pax.AsSpan(512).IndexOf((byte)'\n') + 513;
        int end = entry.Pax.AsSpan(cut).IndexOf((byte)'\n') + 1 + cut;
        byte[] turned = [.. entry.Pax[..512], .. entry.Pax[cut..end], .. entry.Pax[512..cut], .. entry.Pax[end..]];
        int place = raw.Entries.FindIndex(static e => e.Name == "var/");
        raw.Entries.Insert(place, entry with { Pax = turned });

        Assert.Equal(target, Samples.Verify(raw.ToPackage()).Entries.Single(e => e.Path == far).LinkTarget);
    }

    [Fact]
    public void A_size_or_hash_that_files_json_does_not_promise_is_refused()
    {
        RawPackage raw = Good;
        int file = raw.Entries.FindIndex(static e => e.Name == "usr/bin/sample");
        RawEntry entry = raw.Entries[file];
        byte[] other = [.. entry.Content];
        other[3] ^= 1;
        raw.Entries[file] = entry with { Content = other };
        FormatViolationException refused = Samples.Refused(raw.ToPackage());
        Assert.Equal("files-hash", refused.Rule);
        Assert.Equal("usr/bin/sample", refused.Place);

        raw.Entries[file] = Resized(entry, entry.Content[..^1]);
        Assert.Equal("files-size", Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void A_file_more_or_less_than_files_json_lists_is_refused()
    {
        RawPackage raw = Good;
        raw.Entries.RemoveAll(static e => e.Name == "usr/bin/sample");
        Assert.Equal("files-coverage", Samples.Refused(raw.ToPackage()).Rule);

        raw = Good;
        int file = raw.Entries.FindIndex(static e => e.Name == "usr/bin/sample");
        raw.Entries.Insert(file + 1, RawEntry.Create("usr/bin/samplf", '0', time: Time));
        Assert.Equal("files-coverage", Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void A_size_installed_that_is_not_the_sum_is_refused()
    {
        byte[] wrong = Encoding.UTF8.GetBytes(
            Encoding
                .UTF8.GetString(Good.Entries[0].Content)
                .Replace("\"size_installed\":", "\"size_installed\":1", StringComparison.Ordinal)
        );
        RawPackage raw = Good;
        raw.Entries[0] = Resized(raw.Entries[0], wrong);

        Assert.Equal("manifest-size-installed", Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void Nothing_follows_the_signature()
    {
        RawPackage raw = GoodSigned;
        raw.Entries.Add(raw.Entries[^1]);
        Assert.Equal("signature-duplicate", Samples.Refused(raw.ToPackage()).Rule);

        raw = GoodSigned;
        raw.Entries.Add(RawEntry.Create("zzz", '2', target: "usr", time: Time));
        Assert.Equal("signature-last", Samples.Refused(raw.ToPackage()).Rule);
    }

    [Fact]
    public void Altered_signed_content_is_refused_by_the_signature()
    {
        RawPackage raw = GoodSigned;
        string link = "usr/bin/link";
        int index = raw.Entries.FindIndex(e => e.Name == link);
        raw.Entries[index] = RawEntry.Create(link, '2', target: "samplf", time: Time);

        Samples.Verify(raw.ToPackage());
        FormatViolationException refused = Samples.Refused(
            raw.ToPackage(),
            new PackageVerifyOptions { TrustedKeys = [Samples.Key.PublicKey] }
        );

        Assert.Equal("signature-invalid", refused.Rule);
    }

    [Fact]
    public void A_foreign_key_and_a_missing_signature_are_refused()
    {
        using SigningKey other = SigningKey.Generate();
        byte[] package = Samples.Write(key: Samples.Key);

        Assert.Equal("signature-key", Samples.Refused(package, new() { TrustedKeys = [other.PublicKey] }).Rule);
        Assert.Equal("signature-missing", Samples.Refused(Samples.Write(), new() { RequireSignature = true }).Rule);
        Assert.Equal(
            Samples.Key.PublicKey,
            Samples
                .Verify(
                    package,
                    new() { TrustedKeys = [other.PublicKey, Samples.Key.PublicKey], RequireSignature = true }
                )
                .Signer
        );
    }

    [Fact]
    public void A_decompression_bomb_stops_at_its_bound_with_little_memory()
    {
        // 512 MiB of zeros in one metadata entry: some 16 KiB of package.
        const long Bomb = 512L << 20;
        using var package = new MemoryStream();
        using (var frame = new SharpCompress.Compressors.ZStandard.CompressionStream(package, 1, leaveOpen: true))
        {
            RawPackage raw = Good;
            frame.Write(raw.Entries[0].Header);
            frame.Write(raw.Entries[0].Content);
            frame.Write(new byte[511 - ((raw.Entries[0].Content.Length + 511) % 512)]);
            frame.Write(raw.Entries[1].Header);
            frame.Write(raw.Entries[1].Content);
            frame.Write(new byte[511 - ((raw.Entries[1].Content.Length + 511) % 512)]);
            frame.Write(
                RawEntry
                    .Create(".peipkg/zero", '0', time: Time)
                    .With(124, Encoding.ASCII.GetBytes(Convert.ToString(Bomb, 8).PadLeft(11, '0')))
                    .Header
            );
            byte[] zeros = new byte[1 << 20];
            for (long i = 0; i < Bomb; i += zeros.Length)
            {
                frame.Write(zeros);
            }
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        FormatViolationException refused = Samples.Refused(package.ToArray());

        Assert.Equal("decompression-bound", refused.Rule);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void The_hundred_thousand_and_first_entry_is_refused()
    {
        RawPackage raw = Good;
        raw.Entries.RemoveRange(2, raw.Entries.Count - 2);
        raw.Entries[1] = Resized(
            raw.Entries[1],
            "{\"schema_version\":1,\"algorithm\":\"sha256\",\"entries\":[]}\n"u8.ToArray()
        );
        raw.Entries[0] = Resized(
            raw.Entries[0],
            Encoding.UTF8.GetBytes(
                System.Text.RegularExpressions.Regex.Replace(
                    Encoding.UTF8.GetString(raw.Entries[0].Content),
                    "\"size_installed\":\\d+",
                    "\"size_installed\":0"
                )
            )
        );
        for (int i = 0; i < Limits.PayloadEntries; i++)
        {
            raw.Entries.Add(RawEntry.Create($"{i:d6}", '2', target: "x", time: Time));
        }

        Assert.Equal(Limits.PayloadEntries, Samples.Verify(raw.ToPackage()).Entries.Count);

        raw.Entries.Add(RawEntry.Create("zzz", '2', target: "x", time: Time));
        Assert.Equal("payload-entries", Samples.Refused(raw.ToPackage()).Rule);
    }

    private static FormatViolationException Change(int index, Func<RawEntry, RawEntry> change)
    {
        RawPackage raw = Good;
        raw.Entries[index] = change(raw.Entries[index]);
        return Samples.Refused(raw.ToPackage());
    }

    private static FormatViolationException Inserted(RawEntry entry)
    {
        RawPackage raw = Good;
        raw.Entries.Insert(2, entry);
        return Samples.Refused(raw.ToPackage());
    }

    private static RawEntry Resized(RawEntry entry, byte[] content) =>
        (entry with { Content = content }).With(
            124,
            Encoding.ASCII.GetBytes(Convert.ToString(content.Length, 8).PadLeft(11, '0'))
        );
}
