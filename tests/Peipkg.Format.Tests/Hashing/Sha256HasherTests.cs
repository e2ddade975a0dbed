using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Peipkg.Format.Hashing;

namespace Peipkg.Format.Tests.Hashing;

public sealed class Sha256HasherTests
{
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void The_examples_of_the_standard_come_out(string text, string digest)
        => Assert.Equal(digest, Sha256Digest.Of(Encoding.ASCII.GetBytes(text)).ToString());

    [Fact]
    public void Every_length_around_a_block_agrees_with_the_runtimes_own()
    {
        byte[] bytes = Bytes(300);
        for (int length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(new Sha256Digest(SHA256.HashData(bytes.AsSpan(0, length))), Sha256Digest.Of(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void The_digest_does_not_depend_on_the_pieces_that_bytes_come_in()
    {
        byte[] bytes = Bytes(3 << 20);
        var expected = new Sha256Digest(SHA256.HashData(bytes));
        var random = new Random(3);
        var hasher = new Sha256Hasher();
        foreach (int most in new[] { 1, 70, 5000, 200_000 })
        {
            int at = 0;
            while (at < bytes.Length)
            {
                // Single bytes only for a while.
                int count = Math.Min(at > 10_000 && most < 5000 ? bytes.Length : random.Next(0, most + 1), bytes.Length - at);
                hasher.Append(bytes.AsSpan(at, count));
                at += count;
            }

            Assert.Equal(expected, hasher.Finish());
        }

        Assert.Equal(expected, Sha256Digest.Of(new MemoryStream(bytes)));
    }

    [Fact]
    public void The_code_here_and_the_machines_library_give_the_same_words()
    {
        Assert.True(Sha256Engine.HasLibrary, "the tests need libcrypto, to compare with");
        byte[] bytes = Bytes(64 * 500);
        Sha256State here = Sha256State.Initial;
        Sha256State there = Sha256State.Initial;
        for (int at = 0, blocks = 1; at < bytes.Length; at += blocks * 64, blocks = Math.Min(blocks + 1, (bytes.Length - at) / 64))
        {
            Sha256Blocks.Process(ref here, bytes.AsSpan(at, blocks * 64));
            Assert.True(Sha256Engine.TryProcessInLibrary(ref there, bytes.AsSpan(at, blocks * 64)));
            Assert.Equal(here.Digest, there.Digest);
        }
    }

    [Fact]
    public void The_state_has_the_size_of_the_librarys() => Assert.Equal(112, Unsafe.SizeOf<Sha256State>());

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
