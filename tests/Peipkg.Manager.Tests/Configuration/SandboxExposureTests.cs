using System.Text;
using Peipkg.Manager.Configuration;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Tests.Configuration;

public sealed class SandboxExposureTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public SandboxExposureTests() => Directory.CreateDirectory(_directory["recipes/zlib"]);

    public void Dispose() => _directory.Dispose();

    private IReadOnlyList<string> Problems(
        string key = "/etc/peipkg-manager/key",
        string state = "/var/lib/peipkg-manager",
        string secret = "/etc/peipkg-manager/secret",
        string build = "sandbox = true"
    ) =>
        SandboxExposure.Problems(
            ConfigReader.Read(
                TomlFile.Parse(
                    Encoding.UTF8.GetBytes(
                        $"""
                        [manager]
                        id = "f"
                        recipes_dir = "{_directory["recipes"]}"
                        state_dir = "{state}"
                        [repo]
                        name = "r"
                        [signing]
                        key_file = "{key}"
                        [http]
                        addr = ":8080"
                        webhook_secret_file = "{secret}"
                        [poll]
                        default_interval = "1h"
                        [build]
                        {build}

                        """
                    ),
                    "config.toml"
                )
            )
        );

    [Fact]
    public void The_usual_places_are_in_order() => Assert.Empty(Problems());

    [Theory]
    [InlineData("/usr/local/etc/peipkg/key")]
    [InlineData("/lib/key")]
    [InlineData("/etc/ssl/certs/key")]
    [InlineData("/etc/python3/key")]
    public void A_key_that_a_sandboxed_script_can_read_is_refused(string key) =>
        Assert.StartsWith(
            $"[signing] key_file: {key} lies below /",
            Assert.Single(Problems(key: key)),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_key_in_a_recipes_directory_is_refused()
    {
        string key = _directory["recipes/zlib/key"];
        Assert.Contains(key, Assert.Single(Problems(key: key)), StringComparison.Ordinal);
        Assert.Contains(
            key,
            Assert.Single(Problems(key: key, build: "launcher = [\"/l\", \"{job}\"]")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_link_hides_nothing()
    {
        Directory.CreateSymbolicLink(_directory["etc"], "/usr/local/etc");
        Assert.Single(Problems(key: _directory["etc/key"]));
        Directory.CreateSymbolicLink(_directory["mine"], _directory["recipes"]);
        Assert.Single(Problems(secret: _directory["mine/zlib/secret"]));
    }

    [Fact]
    public void State_and_secrets_are_looked_at_too()
    {
        Assert.StartsWith(
            "[manager] state_dir: ",
            Assert.Single(Problems(state: "/usr/share/farm")),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "a secret of [http]: ",
            Assert.Single(Problems(secret: "/usr/secret")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Without_a_sandbox_nothing_is_kept_from_scripts_so_nothing_is_refused()
    {
        Assert.Empty(Problems(key: "/usr/local/etc/key", build: ""));
        Assert.Empty(Problems(key: "/usr/local/etc/key", build: "launcher = [\"/l\", \"{job}\"]"));
    }
}
