using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.EndToEnd;

/// <summary>The signatures from the documents alone, by a program that knows nothing of this project.</summary>
[Trait("Speed", "slow")]
public sealed class OpenSslTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Theory]
    [InlineData("repo.json")]
    [InlineData("index/active.json")]
    [InlineData("index/archive.json")]
    public void Openssl_verifies_a_documents_signature_and_rejects_a_changed_one(string document)
    {
        _fixture.InitWith("aa");
        byte[] content = File.ReadAllBytes(_fixture["repo/" + document]);
        using JsonDocument envelope = JsonDocument.Parse(File.ReadAllBytes(_fixture["repo/" + document + ".sig"]));
        string fingerprint = envelope.RootElement.GetProperty("key_fingerprint").GetString()!;
        File.WriteAllBytes(
            _fixture["signature"],
            Convert.FromBase64String(envelope.RootElement.GetProperty("signature").GetString() + "==")
        );
        Assert.Equal("ed25519", envelope.RootElement.GetProperty("algorithm").GetString());
        Assert.Equal(0, Verify(fingerprint, SHA256.HashData(content)));
        content[^2] ^= 1;
        Assert.NotEqual(0, Verify(fingerprint, SHA256.HashData(content)));
    }

    public void Dispose() => _fixture.Dispose();

    private int Verify(string fingerprint, byte[] digest)
    {
        File.WriteAllBytes(_fixture["digest"], digest);
        using Process process = Process.Start(
            new ProcessStartInfo(
                "openssl",
                [
                    "pkeyutl",
                    "-verify",
                    "-pubin",
                    "-inkey",
                    _fixture[$"repo/keys/{fingerprint}.pub"],
                    "-rawin",
                    "-in",
                    _fixture["digest"],
                    "-sigfile",
                    _fixture["signature"],
                ]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
