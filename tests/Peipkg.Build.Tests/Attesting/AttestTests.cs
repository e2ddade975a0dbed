using System.Text;
using System.Text.Json;
using Peipkg.Build.Tests.Support;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Tests.Attesting;

/// <summary>What <c>build</c> and <c>sign</c> write beside packages. An independent judge is a scenario.</summary>
public sealed class AttestTests : IDisposable
{
    private const string File1 = "demo_1.2-3_noarch.peipkg";
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_package_and_what_is_said_of_it_appear_together_and_belong_together()
    {
        _bench.Shell("mkdir -p recipe/more && echo 1 > recipe/more/$(printf 'x\\377') && echo 2 > recipe/more.txt");
        RunResult result = _bench.Build("--attest", "--sign-key", _bench.Key()).Succeeds();
        Assert.Equal(_bench["out/" + File1] + "\n", result.Output);
        Assert.Equal([File1, File1 + ".attestation.json", File1 + ".sbom.json"], _bench.Outputs);

        VerifiedPackage package = _bench.Package(File1);
        Attestation attestation = Attestation.Judge(
            Read(File1 + ".attestation.json"),
            package.PackageHash,
            [PublicKey.Load(File.ReadAllBytes(_bench["key.pub"]), "key.pub")]
        );
        Assert.Equal(package.Signature!.KeyFingerprint, attestation.Signer.Fingerprint);
        Assert.Equal("urn:peipkg:farm:bench", attestation.Statement.Builder);
        Assert.Equal(Sha256Digest.Of(Read(File1 + ".sbom.json")), attestation.Statement.BillOf(File1));
        using JsonDocument predicate = JsonDocument.Parse(attestation.Statement.Predicate);
        JsonElement definition = predicate.RootElement.GetProperty("buildDefinition");
        Assert.Equal("test://demo", definition.GetProperty("externalParameters").GetProperty("source").GetString());
        Assert.Equal(
            """{"sandbox":"none","network":"machine"}""",
            definition.GetProperty("internalParameters").GetRawText()
        );

        // As sha256sum says it of every file, sorted by path.
        string recipe = _bench.Shell(
            "cd recipe && find . -type f | sed 's|^./||' | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c 1-64"
        );
        Assert.Contains(
            $$$"""{"name":"recipe","digest":{"dirHash":"{{{recipe.Trim()}}}"}}""",
            definition.GetProperty("resolvedDependencies").GetRawText(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_same_build_says_the_same_wherever_and_whenever_it_is()
    {
        string key = _bench.Key();
        _bench.Build("--attest", "--sign-key", key, "--out", _bench["recipe/out"]).Succeeds();
        _bench.Write("recipe/.git/HEAD", "not the recipe's");
        _bench.Build("--attest", "--sign-key", key, "--out", _bench["recipe/out"]).Succeeds();
        Directory.Move(_bench["recipe/out"], _bench["first"]);
        _bench.Build("--attest", "--sign-key", key).Succeeds();
        Assert.Equal("", _bench.Shell("diff -r out first"));
    }

    [Fact]
    public void Whoever_signs_later_with_the_recipe_says_the_same_as_who_signs_at_once()
    {
        string key = _bench.Key();
        _bench.Build("--attest", "--sign-key", key).Succeeds();
        Directory.Move(_bench["out"], _bench["at-once"]);
        _bench.Build().Succeeds();
        RunResult result = _bench.Run(
            "sign",
            "--attest",
            $"--recipe={_bench["recipe"]}",
            "--build-fact=sandbox=none",
            "--build-fact=network=machine",
            "--sign-key",
            key,
            "--out",
            _bench["signed"],
            _bench["out/" + File1]
        );
        Assert.Equal((0, _bench["signed/" + File1] + "\n"), (result.Code, result.Output));
        Assert.Equal("", _bench.Shell("diff -r at-once signed"));

        string reference = $"git+https://example.org/recipes.git#{new string('c', 40)}";
        _bench
            .Run(
                "sign",
                "--attest",
                $"--recipe={_bench["recipe"]}",
                $"--recipe-ref={reference}",
                "--sign-key",
                key,
                "--out",
                _bench["named"],
                _bench["out/" + File1]
            )
            .Succeeds();
        Assert.Contains(
            $"{{\"name\":\"recipe\",\"uri\":\"{reference}\",\"digest\":{{\"dirHash\":\"",
            Encoding.UTF8.GetString(
                DsseEnvelope.Read(File.ReadAllBytes(_bench["named/" + File1 + SiblingNames.Attestation])).Payload.Span
            ),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_locked_archive_and_the_licence_are_in_the_bill()
    {
        _bench.Recipe(
            Workbench.OneStanza.Replace("\"MIT\"", "\"MIT AND (LicenseRef-Own OR GPL-2.0)\"", StringComparison.Ordinal)
        );
        string digest = new('b', Sha256Digest.TextLength);
        _bench.Write(
            "recipe/peipkg.lock",
            $"[[archive]]\nversion = \"1.2\"\nurl = \"https://example.org/demo-1.2.tar.gz\"\nsha256 = \"{digest}\"\n"
                + "size = 12\ntimestamp = \"2026-05-01T12:00:00Z\"\n"
        );
        _bench.Build("--attest", "--sign-key", _bench.Key()).Succeeds();
        string bill = Encoding.UTF8.GetString(Read(File1 + ".sbom.json"));
        Assert.Contains("\"licenseDeclared\":\"MIT AND (LicenseRef-Own OR GPL-2.0)\"", bill, StringComparison.Ordinal);
        Assert.Contains("\"licenseId\":\"LicenseRef-Own\"", bill, StringComparison.Ordinal);
        Assert.Contains("\"downloadLocation\":\"https://example.org/demo-1.2.tar.gz\"", bill, StringComparison.Ordinal);
        Assert.Contains($"pkg:generic/demo@1.2?checksum=sha256:{digest}&", bill, StringComparison.Ordinal);
        Assert.Contains("\"fileName\":\"./usr/share/demo/file\"", bill, StringComparison.Ordinal);

        // Another text is told, but not for an expression.
        _bench.Recipe(Workbench.OneStanza.Replace("\"MIT\"", "\"do as you like\"", StringComparison.Ordinal));
        _bench.Build("--attest", "--sign-key", _bench.Key("other.pem")).Succeeds();
        bill = Encoding.UTF8.GetString(Read(File1 + ".sbom.json"));
        Assert.Contains(
            "\"licenseDeclared\":\"NOASSERTION\",\"licenseComments\":\"The package says: do as you like\"",
            bill,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_cannot_be_attested_is_refused_before_anything_is_built()
    {
        _bench.Build("--attest").FailsWith(2, "--attest signs what it says of the build; give --sign-key with it");
        Assert.Empty(_bench.Outputs);
        Directory.CreateDirectory(_bench["out/" + File1 + ".sbom.json"]);
        _bench
            .Build("--attest", "--sign-key", _bench.Key())
            .Fails("the package cannot be written to", ".sbom.json, which is a directory");
        Assert.Equal([File1 + ".sbom.json"], _bench.Outputs);
    }

    [Theory]
    [InlineData("--attest", "--attest tells by which recipe the packages were made; give --recipe with it")]
    [InlineData("--recipe=recipe", "--recipe is for what --attest writes; give --attest with it")]
    [InlineData(
        "--recipe-ref=git+https://example.org/r#1",
        "--recipe-ref is for what --attest writes; give --attest with it"
    )]
    [InlineData("--edition=pspu-5", "--edition is for what --attest writes; give --attest with it")]
    [InlineData("--build-fact=a=b", "--build-fact is for what --attest writes; give --attest with it")]
    [InlineData("--build-fact=a b=c", "the name has letters, digits and underscores only")]
    [InlineData("--source-commit=abc", "a commit has 40 or 64 lower-case hexadecimal digits")]
    public void Sign_says_what_is_missing(string option, string message) =>
        _bench
            .Run("sign", option, "--sign-key", _bench.Key(), "--out", _bench["signed"], "x.peipkg")
            .FailsWith(2, message);

    private byte[] Read(string name) => File.ReadAllBytes(_bench["out/" + name]);
}
