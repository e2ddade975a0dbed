using System.Text;
using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Tests.Signing;

/// <summary>Key files as people have them: made by these tools, made by openssl, and everything else.</summary>
public sealed class KeyFileTests
{
    private static readonly byte[] Seed = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];

    [Fact]
    public void A_raw_seed_and_its_pem_are_one_key()
    {
        using SigningKey raw = SigningKey.Load(Seed, "seed");
        using SigningKey pem = SigningKey.Load(raw.ExportPem(), "pem");

        Assert.Equal(raw.PublicKey, pem.PublicKey);
        Assert.Equal("-----BEGIN PRIVATE KEY-----\n", Encoding.ASCII.GetString(raw.ExportPem())[..28]);
        Assert.DoesNotContain((byte)'\r', raw.ExportPem());
    }

    [Fact]
    public void The_public_key_and_signature_are_those_of_rfc_8032()
    {
        // RFC 8032 §7.1, test 2.
        byte[] seed = Convert.FromHexString("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        using SigningKey key = SigningKey.Load(seed, "seed");

        Assert.Equal(
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            Convert.ToHexStringLower(key.PublicKey.ExportRaw())
        );
        Assert.Equal(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            Convert.ToHexStringLower(key.Sign([0x72]))
        );
        Assert.True(key.PublicKey.Verify([0x72], key.Sign([0x72])));
        Assert.False(key.PublicKey.Verify([0x73], key.Sign([0x72])));
        Assert.False(key.PublicKey.Verify([0x72], key.Sign([0x72]).AsSpan(0, 63)));
    }

    [Fact]
    public void Every_new_key_is_another()
    {
        HashSet<string> made = [];
        for (int i = 0; i < 16; i++)
        {
            using SigningKey key = SigningKey.Generate();
            Assert.True(made.Add(key.PublicKey.Fingerprint.Text));
        }
    }

    [Fact]
    public void Public_keys_are_read_raw_and_as_pem()
    {
        using SigningKey key = SigningKey.Generate();

        Assert.Equal(key.PublicKey, PublicKey.Load(key.PublicKey.ExportRaw(), "raw"));
        Assert.Equal(key.PublicKey, PublicKey.Load(key.PublicKey.ExportPem(), "pem"));
        Assert.EndsWith(
            "-----END PUBLIC KEY-----\n",
            Encoding.ASCII.GetString(key.PublicKey.ExportPem()),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Keys_of_openssl_are_read_and_ours_by_openssl()
    {
        byte[] pem = OpenSsl("genpkey -algorithm ed25519", []);
        using SigningKey key = SigningKey.Load(pem, "openssl.pem");
        byte[] publicPem = OpenSsl("pkey -pubout", pem);

        Assert.Equal(key.PublicKey, PublicKey.Load(publicPem, "public.pem"));
        Assert.Equal(publicPem, key.PublicKey.ExportPem());
        Assert.Equal(publicPem, OpenSsl("pkey -pubout", key.ExportPem()));
    }

    [Fact]
    public void Text_around_the_pem_block_is_allowed()
    {
        using SigningKey key = SigningKey.Generate();
        byte[] commented = [.. "the farm's key\n"u8, .. key.ExportPem(), .. "\nkeep it safe\n"u8];

        using SigningKey read = SigningKey.Load(commented, "commented.pem");

        Assert.Equal(key.PublicKey, read.PublicKey);
    }

    [Theory]
    [InlineData("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024", "an RSA key")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", "elliptic-curve")]
    [InlineData("genpkey -algorithm X25519", "X25519")]
    [InlineData("genpkey -algorithm ed25519 -aes-128-cbc -pass pass:secret", "encrypted")]
    public void Other_private_keys_are_named_for_what_they_are(string command, string expected)
    {
        byte[] pem = OpenSsl(command, []);

        KeyFileException refused = Assert.Throws<KeyFileException>(() => SigningKey.Load(pem, "farm.pem"));

        Assert.StartsWith("farm.pem: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_public_key_is_not_taken_for_a_private_one_nor_the_other_way_round()
    {
        using SigningKey key = SigningKey.Generate();

        Assert.Contains(
            "this is a public key",
            Assert.Throws<KeyFileException>(() => SigningKey.Load(key.PublicKey.ExportPem(), "k")).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "keep it to yourself",
            Assert.Throws<KeyFileException>(() => PublicKey.Load(key.ExportPem(), "k")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Two_keys_in_one_file_are_refused()
    {
        using SigningKey key = SigningKey.Generate();
        byte[] both = [.. key.ExportPem(), .. key.PublicKey.ExportPem()];

        Assert.Contains(
            "more than one PEM block",
            Assert.Throws<KeyFileException>(() => SigningKey.Load(both, "k")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_key_cut_anywhere_is_refused()
    {
        using SigningKey key = SigningKey.Generate();
        byte[] pem = key.ExportPem();
        for (int length = 0; length < pem.Length - 1; length++)
        {
            // Thirty-two bytes are a raw seed, whatever they are, and the last newline may be missing.
            if (length != 32)
            {
                Assert.Throws<KeyFileException>(() => SigningKey.Load(pem.AsSpan(0, length), "k"));
            }
        }
    }

    [Fact]
    public void Any_flipped_byte_gives_another_key_or_an_error_of_ours()
    {
        using SigningKey key = SigningKey.Generate();
        byte[] pem = key.ExportPem();
        for (int i = 0; i < pem.Length; i++)
        {
            foreach (byte flip in (byte[])[0x01, 0x20, 0x80, 0xFF])
            {
                byte[] damaged = [.. pem];
                damaged[i] ^= flip;
                try
                {
                    SigningKey.Load(damaged, "k").Dispose();
                }
                catch (KeyFileException)
                {
                    // The only exception that may come out.
                }
            }
        }
    }

    [Fact]
    public void A_huge_file_is_not_even_looked_at() =>
        Assert.Contains(
            "not a key file",
            Assert.Throws<KeyFileException>(() => SigningKey.Load(new byte[1 << 20], "k")).Message,
            StringComparison.Ordinal
        );

    private static byte[] OpenSsl(string arguments, byte[] input) =>
        RealPrograms.Run("openssl", arguments.Split(' '), input);
}
