using System.Security.Cryptography;
using System.Text;
using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Tests.Cryptography;

public sealed class Sha256HasherTests
{
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    )]
    public void The_examples_of_the_standard_come_out(string text, string digest) =>
        Assert.Equal(digest, Sha256Digest.Of(Encoding.ASCII.GetBytes(text)).ToString());

    [Fact]
    public void Every_length_around_a_block_agrees_with_the_runtimes_own()
    {
        byte[] bytes = Bytes(300);
        for (int length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(
                new Sha256Digest(SHA256.HashData(bytes.AsSpan(0, length))),
                Sha256Digest.Of(bytes.AsSpan(0, length))
            );
        }
    }

    [Fact]
    public void The_digest_does_not_depend_on_the_pieces_that_bytes_come_in()
    {
        byte[] bytes = Bytes(3 << 20);
        Sha256Digest expected = new Sha256Digest(SHA256.HashData(bytes));
        var random = new Random(3);
        using Sha256Hasher hasher = new Sha256Hasher();
        foreach (int most in new[] { 1, 70, 5000, 200_000 })
        {
            int at = 0;
            while (at < bytes.Length)
            {
                // Single bytes only for a while.
                int count = Math.Min(
                    at > 10_000 && most < 5000 ? bytes.Length : random.Next(0, most + 1),
                    bytes.Length - at
                );
                hasher.Append(bytes.AsSpan(at, count));
                at += count;
            }

            Assert.Equal(expected, hasher.Finish());
        }

        Assert.Equal(expected, Sha256Digest.Of(new MemoryStream(bytes)));
    }

    [Fact]
    public void A_machine_without_OpenSSL_gives_the_same_digests()
    {
        using Sha256Hasher hasher = new Sha256Hasher(openSslAllowed: false);
        foreach (int length in new[] { 0, 1, Sha256Hasher.Little, Sha256Hasher.Little + 1, 3 * Sha256Hasher.Little, 5 })
        {
            byte[] bytes = Bytes(length);
            hasher.Append(bytes.AsSpan(0, length / 2));
            hasher.Append(bytes.AsSpan(length / 2));

            Assert.Equal(new Sha256Digest(SHA256.HashData(bytes)), hasher.Finish());
        }
    }

    [Fact]
    public void Bytes_at_once_give_the_same_digest_as_in_pieces()
    {
        foreach (int length in new[] { Sha256Hasher.Little - 1, Sha256Hasher.Little, Sha256Hasher.Little + 1 })
        {
            byte[] bytes = Bytes(length);

            Assert.Equal(new Sha256Digest(SHA256.HashData(bytes)), Sha256Hasher.Hash(bytes));
        }
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
