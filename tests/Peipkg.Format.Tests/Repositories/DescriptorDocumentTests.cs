using System.Text;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;

namespace Peipkg.Format.Tests.Repositories;

public sealed class DescriptorDocumentTests
{
    private static readonly string Written = Encoding.UTF8.GetString(
        DescriptorDocument.Write(Samples.Descriptor(Samples.ActiveKey()))
    );
    private static readonly string KeyText = Samples.Key(1).Text;

    [Fact]
    public void Is_written_in_the_canonical_form() =>
        Assert.Equal(
            $$$$"""{"schema_version":1,"repo":{"name":"example","description":"An example","signing":{"algorithm":"ed25519","keys":[{"fingerprint":"{{{{KeyText}}}}","url":"/keys/{{{{KeyText}}}}.pub","status":"active"}]}},"indexes":{"active":{"url":"/index/active.json","signature_url":"/index/active.json.sig"},"archive":{"url":"/index/archive.json","signature_url":"/index/archive.json.sig"}}}"""
                + "\n",
            Written
        );

    [Fact]
    public void Comes_back_as_it_was_with_keys_of_every_status()
    {
        var descriptor = Samples.Descriptor(
            Samples.ActiveKey(1),
            Samples.ActiveKey(2),
            new DescriptorKey(
                Samples.Key(3),
                "https://keys.example.org/3.pub",
                KeyStatus.Transitioning,
                Timestamp.Parse("2030-01-01T00:00:00Z")
            ),
            new DescriptorKey(Samples.Key(4), "keys/4.pub", KeyStatus.Revoked)
        );
        var bytes = DescriptorDocument.Write(descriptor);
        var read = DescriptorDocument.Read(bytes);
        Assert.Equal(descriptor.Keys, read.Keys);
        Assert.Equal(bytes, DescriptorDocument.Write(read));
        Assert.Equal(KeyStatus.Revoked, read.FindKey(Samples.Key(4))?.Status);
        Assert.Null(read.FindKey(Samples.Key(5)));
    }

    [Fact]
    public void A_transitioning_key_verifies_to_its_last_second_and_a_revoked_one_never()
    {
        var end = Timestamp.Parse("2030-01-01T00:00:00Z");
        var later = Timestamp.FromUnixSeconds(end.UnixSeconds + 1);
        var key = new DescriptorKey(Samples.Key(3), "x", KeyStatus.Transitioning, end);
        Assert.True(key.VerifiesAt(end));
        Assert.False(key.VerifiesAt(later));
        Assert.False((key with { Status = KeyStatus.Revoked }).VerifiesAt(default));
        Assert.True((key with { Status = KeyStatus.Active }).VerifiesAt(later));
    }

    [Theory]
    [InlineData("\"schema_version\":1", "\"schema_version\":2", ManifestRule.SchemaVersion, "/schema_version")]
    [InlineData("\"schema_version\":1,", "", JsonRule.Required, "")]
    [InlineData("\"name\":\"example\"", "\"name\":\"\"", RepositoryRule.Name, "/repo/name")]
    [InlineData("\"name\":\"example\",", "", JsonRule.Required, "/repo")]
    [InlineData("ed25519", "rsa", RepositoryRule.SignatureAlgorithm, "/repo/signing/algorithm")]
    [InlineData("\"algorithm\":\"ed25519\",", "", JsonRule.Required, "/repo/signing")]
    [InlineData(
        "\"status\":\"active\"",
        "\"status\":\"good\"",
        RepositoryRule.KeyStatus,
        "/repo/signing/keys/0/status"
    )]
    [InlineData("\"status\":\"active\"", "\"status\":\"revoked\"", RepositoryRule.NoActiveKey, "/repo/signing/keys")]
    [InlineData(
        "\"status\":\"active\"",
        "\"status\":\"transitioning\"",
        RepositoryRule.KeyValidUntil,
        "/repo/signing/keys/0"
    )]
    [InlineData(
        "\"status\":\"active\"",
        "\"valid_until\":\"soon\",\"status\":\"transitioning\"",
        RepositoryRule.KeyValidUntil,
        "/repo/signing/keys/0"
    )]
    [InlineData(",\"status\":\"active\"", "", JsonRule.Required, "/repo/signing/keys/0")]
    [InlineData("\"url\":\"/keys/", "\"url\":\"/ke ys/", RepositoryRule.Url, "/repo/signing/keys/0/url")]
    [InlineData("\"url\":\"/index/active.json\"", "\"url\":\"\"", RepositoryRule.Url, "/indexes/active/url")]
    [InlineData("\"url\":\"/index/active.json\"", "\"url\":\"ftp://x/y\"", RepositoryRule.Url, "/indexes/active/url")]
    [InlineData("\"url\":\"/index/active.json\"", "\"url\":\"//evil/y\"", RepositoryRule.Url, "/indexes/active/url")]
    [InlineData(",\"signature_url\":\"/index/archive.json.sig\"", "", JsonRule.Required, "/indexes/archive")]
    [InlineData(
        "\"fingerprint\":\"",
        "\"fingerprint\":\"A",
        RepositoryRule.Fingerprint,
        "/repo/signing/keys/0/fingerprint"
    )]
    [InlineData("\"indexes\":", "\"index\":", JsonRule.Required, "")]
    public void Refuses_what_no_consumer_may_take(string good, string bad, string rule, string place)
    {
        Assert.Contains(good, Written, StringComparison.Ordinal);
        var json = Written.Replace(good, bad, StringComparison.Ordinal).AsUtf8();
        var error = Assert.Throws<FormatViolationException>(() => DescriptorDocument.Read(json));
        Assert.Equal((rule, place), (error.Rule, error.Place));
    }

    [Theory]
    [InlineData("\"schema_version\":1", "\"future\":{\"x\":[1.5,null]},\"schema_version\":1")]
    [InlineData("\"status\":\"active\"", "\"valid_until\":\"whenever\",\"status\":\"active\"")]
    [InlineData("\"description\":\"An example\",", "")]
    [InlineData("\"url\":\"/index/active.json\"", "\"url\":\"https://cdn.example.org:8443/a%20b/active.json?v=1\"")]
    [InlineData("\"url\":\"/index/active.json\"", "\"url\":\"active.json\"")]
    public void Accepts_what_the_format_leaves_open(string common, string unusual) =>
        DescriptorDocument.Read(Written.Replace(common, unusual, StringComparison.Ordinal).AsUtf8());

    [Fact]
    public void Keys_must_be_sorted_and_listed_once_and_one_must_be_active()
    {
        var pair = Samples.Descriptor(Samples.ActiveKey(1), Samples.ActiveKey(2));
        DescriptorDocument.Write(pair);
        AssertRule(RepositoryRule.KeyOrder, pair with { Keys = [.. pair.Keys.Reverse()] });
        AssertRule(RepositoryRule.KeyOrder, pair with { Keys = [pair.Keys[0], pair.Keys[0]] });
        AssertRule(RepositoryRule.NoActiveKey, pair with { Keys = [] });
        AssertRule(RepositoryRule.Fingerprint, pair with { Keys = [pair.Keys[0] with { Fingerprint = default }] });
    }

    [Fact]
    public void Survives_random_mutations_with_nothing_but_violations()
    {
        var random = new Random(61);
        for (var round = 0; round < 10_000; round++)
        {
            var mutant = Mutation.Of(Written.AsUtf8(), random);
            try
            {
                DescriptorDocument.Write(DescriptorDocument.Read(mutant));
            }
            catch (FormatViolationException)
            {
                // The only way out for bad content.
            }
        }
    }

    private static void AssertRule(string rule, Descriptor descriptor) =>
        Assert.Equal(rule, Assert.Throws<FormatViolationException>(() => DescriptorDocument.Write(descriptor)).Rule);
}
