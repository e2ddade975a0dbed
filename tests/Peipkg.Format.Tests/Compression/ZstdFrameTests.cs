using Peipkg.Format.Compression;
using Peipkg.Format.Tests.Packages;
using SharpCompress.Common;
using SharpCompress.Compressors.ZStandard;

namespace Peipkg.Format.Tests.Compression;

/// <summary>One frame, written and read; what another engine says of the same bytes is the second opinion.</summary>
public sealed class ZstdFrameTests
{
    /// <summary>Repeats itself near and far, and takes several jobs.</summary>
    private static readonly byte[] Content = Make(9 << 20);

    [Fact]
    public void Far_repetition_is_found_past_the_window_of_a_job()
    {
        byte[] frame = Write(Content, workers: 1, piece: static left => left);
        byte[] half = Write(Content.AsSpan(0, Content.Length / 2), workers: 1, piece: static left => left);

        Assert.True(frame.Length < half.Length * 1.1, $"{frame.Length} and {half.Length}");
    }

    [Theory]
    [InlineData(600 << 10)]
    [InlineData(9 << 20)]
    public void Neither_workers_nor_the_sizes_of_writes_show_in_the_bytes(int size)
    {
        byte[] reference = Write(Content.AsSpan(0, size), workers: 1, piece: _ => 1 << 17);
        Random random = new(3);

        Assert.Equal(reference, Write(Content.AsSpan(0, size), workers: 2, piece: _ => 512));
        Assert.Equal(reference, Write(Content.AsSpan(0, size), workers: 3, piece: left => left));
        Assert.Equal(reference, Write(Content.AsSpan(0, size), workers: 5, piece: _ => 1 + random.Next(300_000)));
        Assert.True(RawPackage.Decompress(reference).AsSpan().SequenceEqual(Content.AsSpan(0, size)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1 << 17)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) - 1)]
    [InlineData(4 << 20)]
    public void Content_of_every_size_comes_back(int size) =>
        Assert.True(
            RawPackage
                .Decompress(Write(Content.AsSpan(0, size), workers: 2, piece: static _ => 70_000))
                .AsSpan()
                .SequenceEqual(Content.AsSpan(0, size))
        );

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(1 << 20, 1, 20)]
    [InlineData((1 << 20) + 1, 1, 21)]
    [InlineData(1 << 30, 16_383, 26)]
    [InlineData(1 << 30, 16_384, 25)]
    [InlineData(1 << 30, 49_152, 23)]
    public void The_window_fits_the_content_and_leaves_memory_for_many_files(long size, int files, int expected) =>
        Assert.Equal(
            expected,
            new CompressionPlan(size, files)
                .Parameters(workers: 1)
                .SingleOrDefault(static pair => pair.Parameter == CompressionParameter.WindowLog)
                .Value
        );

    [Theory]
    [InlineData(100)]
    [InlineData(9 << 20)]
    public void A_frame_that_is_given_up_is_no_whole_one(int size)
    {
        using MemoryStream output = new();
        using (ZstdFrameWriter frame = new(output, new CompressionPlan(size, Files: 1), workers: 2))
        {
            frame.Write(Content.AsSpan(0, size));
        }

        Assert.Throws<FormatViolationException>(() => RawPackage.Decompress(output.ToArray()));
    }

    [Fact]
    public void Content_of_another_size_than_announced_is_an_error()
    {
        using ZstdFrameWriter longer = new(Stream.Null, new CompressionPlan(10, Files: 1), workers: 1);
        longer.Write(new byte[9]);
        Assert.Throws<InvalidOperationException>(() => longer.Write(new byte[2]));

        // With several workers the engine itself would not notice.
        using ZstdFrameWriter shorter = new(Stream.Null, new CompressionPlan(5 << 20, Files: 1), workers: 2);
        shorter.Write(new byte[4 << 20]);
        Assert.Throws<InvalidOperationException>(shorter.Finish);
    }

    [Fact]
    public void An_output_that_takes_nothing_ends_the_frame()
    {
        using MemoryStream full = new(new byte[1000]);
        using ZstdFrameWriter frame = new(full, new CompressionPlan(Content.Length, Files: 1), workers: 2);

        Assert.Throws<NotSupportedException>(() =>
        {
            frame.Write(Content);
            frame.Finish();
        });
        Assert.Throws<ObjectDisposedException>(frame.Finish);
    }

    [Fact]
    public void A_window_over_the_limit_is_refused_by_name()
    {
        // A frame header: magic number, no flags, a window of 256 MiB.
        FormatViolationException refused = Assert.Throws<FormatViolationException>(() =>
            RawPackage.Decompress([0x28, 0xB5, 0x2F, 0xFD, 0, 0x90, 1, 0, 0])
        );
        Assert.Contains("window over 128 MiB", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_engines_agree_on_damaged_frames()
    {
        byte[] frame = Write(Content.AsSpan(0, 40_000), workers: 1, piece: static left => left);
        Random random = new(17);
        int whole = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. frame];
            damaged[i % 2 == 0 ? random.Next(12) : random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
            byte[]? other = OtherOpinion(damaged);
            byte[]? own = OwnOpinion(damaged);
            Assert.Equal(other, own);
            whole += own is null ? 0 : 1;
        }

        Assert.InRange(whole, 1, 2999);
    }

    private static byte[]? OwnOpinion(byte[] frame)
    {
        try
        {
            return RawPackage.Decompress(frame);
        }
        catch (FormatViolationException)
        {
            return null;
        }
    }

    private static byte[]? OtherOpinion(byte[] frame)
    {
        // What the reader refuses before any engine is asked: other beginnings, and dictionaries.
        if (!frame.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) || (frame[4] & 3) != 0)
        {
            return null;
        }

        try
        {
            using MemoryStream input = new(frame);
            using DecompressionStream engine = new(input, leaveOpen: true);
            using MemoryStream content = new();
            engine.CopyTo(content);
            return content.ToArray();
        }
        catch (Exception exception) when (exception is ZstdException or IncompleteArchiveException)
        {
            return null;
        }
    }

    private static byte[] Write(ReadOnlySpan<byte> content, int workers, Func<int, int> piece)
    {
        using MemoryStream output = new();
        using ZstdFrameWriter frame = new(output, new CompressionPlan(content.Length, Files: 1), workers);
        while (!content.IsEmpty)
        {
            int count = Math.Min(content.Length, piece(content.Length));
            frame.Write(content[..count]);
            content = content[count..];
        }

        frame.Finish();
        return output.ToArray();
    }

    private static byte[] Make(int size)
    {
        Random random = new(1);
        byte[] content = new byte[size];
        for (int i = 0; i < size; i++)
        {
            content[i] = (byte)"etaoinsh"[random.Next(8)];
        }

        for (int i = 0; i < 3 * size / 4 / 1000; i++)
        {
            int from = random.Next(size - 1000);
            content.AsSpan(from, 1000).CopyTo(content.AsSpan(random.Next(size - 1000)));
        }

        // The second half is the first one again, with gaps.
        content.AsSpan(0, size / 2).CopyTo(content.AsSpan(size / 2));
        for (int i = 0; i < size; i += 5000)
        {
            content[i] = (byte)random.Next();
        }

        return content;
    }
}
