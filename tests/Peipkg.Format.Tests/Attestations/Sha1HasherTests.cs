using System.Security.Cryptography;
using Peipkg.Format.Attestations;

namespace Peipkg.Format.Tests.Attestations;

public sealed class Sha1HasherTests
{
    [Fact]
    public void Every_length_around_the_blocks_in_pieces_of_every_kind_has_the_digest_that_others_compute()
    {
        byte[] bytes = new byte[300];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(i * 7);
        }

        Sha1Hasher hasher = new();
        for (int length = 0; length <= bytes.Length; length++)
        {
            int first = length * 2 / 5;
            hasher.Append(bytes.AsSpan(0, first));
            hasher.Append(bytes.AsSpan(first, length - first));
#pragma warning disable CA5350 // What is tested is this.
            Assert.Equal(Convert.ToHexStringLower(SHA1.HashData(bytes.AsSpan(0, length))), hasher.Finish());
#pragma warning restore CA5350
        }
    }
}
