using static Peipkg.Build.Tests.Fetching.SourceBench;

namespace Peipkg.Build.Tests.Fetching;

public sealed class UpstreamSignatureTests : IDisposable
{
    private readonly SourceBench _bench = new();
    private readonly byte[] _archive = Compressed(Tar(File("demo-1.0/README")));

    public UpstreamSignatureTests()
    {
        _bench.Recipe($"signature = \"{_bench.Server.Url}/demo-{{{{version}}}}.tar.gz.asc\"");
        _bench.Server.File("/demo-1.0.tar.gz", _archive);
        System.IO.File.WriteAllBytes(_bench.Bench["recipe/archive"], _archive);
        _bench.Bench.Shell(
            """
            mkdir -m 700 recipe/gpg recipe/keys
            export GNUPGHOME="$PWD/recipe/gpg"
            for who in one two; do
              gpg --batch --quiet --passphrase '' --quick-generate-key $who@example.org ed25519 sign never 2>&1
            done
            for who in one two; do gpg --batch --armor --local-user $who@example.org --output recipe/$who.asc --detach-sign recipe/archive; done
            gpg --batch --armor --export one@example.org > recipe/keys/one.asc
            gpgconf --kill all
            """
        );
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_signature_by_a_key_of_the_recipe_is_recorded()
    {
        Sign("one");
        Assert.Contains(" signed by ", _bench.Lock().Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("\nsigner = \"", System.IO.File.ReadAllText(_bench.LockFile), StringComparison.Ordinal);
        _bench.Bench.Shell("gpg --dearmor < recipe/keys/one.asc > recipe/keys/one.gpg; rm recipe/keys/one.asc");
        _bench.Lock().Succeeds();
    }

    [Fact]
    public void All_others_are_refused()
    {
        Sign("two");
        _bench.Lock().Fails("the archive's signature is not valid by a key in the recipe's directory \"keys\"");
        Sign("one");
        _bench.Serve(File("demo-1.0/README", "evil"));
        _bench.Lock().Fails("the archive's signature is not valid", "BAD signature");
        _bench.Server.File("/demo-1.0.tar.gz.asc", "no signature"u8.ToArray());
        _bench.Lock().Fails("the archive's signature is not valid");
        _bench.Bench.Shell("sed -i '/^-----END/d' recipe/keys/one.asc");
        _bench.Lock().Fails("recipe/keys/one.asc is no public key: its armor is damaged");
        _bench.Bench.Shell("rm recipe/keys/one.asc");
        _bench.Lock().Fails("there is no key in ");
        _bench.Bench.Shell("rmdir recipe/keys");
        _bench.Lock().Fails("the recipe has no directory keys with the upstream's public keys");
        Assert.False(System.IO.File.Exists(_bench.LockFile));
        _bench.NothingIsLeft();
    }

    private void Sign(string who) =>
        _bench.Server.File("/demo-1.0.tar.gz.asc", System.IO.File.ReadAllBytes(_bench.Bench[$"recipe/{who}.asc"]));
}
