using Peipkg.Build.Tests.Fetching;
using Peipkg.Build.Tests.Support;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Build.Tests.Composing;

public sealed class ComposeOperationTests : IDisposable
{
    private const string NeedsLib = "dependencies = [{ name = \"lib\", constraint = \">= 1\" }]";

    private readonly RepositoryBench _bench = new();

    private string Root => _bench.Bench["root"];

    public void Dispose() => _bench.Dispose();

    private void Publish()
    {
        _bench.Make(
            "1.2-3",
            ("app", NeedsLib),
            (
                "lib",
                "provides = [{ name = \"pkgconfig(lib)\", version = \"1.2\" }]\ndependencies = [{ name = \"data\" }]"
            ),
            ("data", ""),
            ("apart", "")
        );
        _bench.Publish();
    }

    private void FailsAndLeavesNothing(RunResult result, params string[] messages)
    {
        result.Fails(messages);
        Assert.False(Directory.Exists(Root));
        Assert.DoesNotContain(
            Directory.GetFileSystemEntries(_bench.Bench.Root),
            path => Path.GetFileName(path).StartsWith(".root", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_root_is_made_of_what_is_asked_for_and_all_that_it_needs()
    {
        Publish();
        RunResult result = _bench.Compose("app").Succeeds();
        Assert.Equal(Root + "\n", result.Output);
        Assert.Contains("composed of 3 packages", result.Error, StringComparison.Ordinal);
        Assert.Equal("app=1.2-3 data=1.2-3 lib=1.2-3", _bench.Composed());
        Assert.Equal("1.2-3\n", File.ReadAllText(Path.Combine(Root, "usr/share/lib/version")));
        Assert.False(Directory.Exists(Path.Combine(Root, "usr/share/apart")));
        Assert.Equal("usr/bin", new FileInfo(Path.Combine(Root, "bin")).LinkTarget);
        Assert.Matches("^usr/lib/[a-z0-9_]+-linux-peios$", new FileInfo(Path.Combine(Root, "lib64")).LinkTarget);
    }

    [Fact]
    public void The_same_packages_give_the_same_record_and_share_their_files()
    {
        Publish();
        _bench.Compose("app").Succeeds();
        byte[] first = File.ReadAllBytes(Path.Combine(Root, RootDocument.FileName));
        Directory.Move(Root, Root + "-first");
        File.Delete(Directory.GetFiles(Path.Combine(_bench.Repository, "p"), "lib*").Single());
        _bench.Compose("lib", "app").Succeeds();
        Assert.Equal(first, File.ReadAllBytes(Path.Combine(Root, RootDocument.FileName)));
        Assert.Equal(
            "same\n",
            _bench.Bench.Shell("test root/usr/share/lib/version -ef root-first/usr/share/lib/version && echo same")
        );
        Assert.Equal(
            "444 315532800\n755 315532800\n",
            _bench.Bench.Shell("stat -c '%a %Y' root/usr/share/lib/version root/usr/share")
        );
    }

    [Fact]
    public void What_was_written_to_in_the_cache_is_unpacked_anew()
    {
        Publish();
        _bench.Compose("data").Succeeds();
        _bench.Bench.Shell(
            "chmod u+w root/usr/share/data/version; echo changed > root/usr/share/data/version; rm -rf root"
        );
        RunResult result = _bench.Compose("data").Succeeds();
        Assert.Contains("was written to, and is made anew", result.Error, StringComparison.Ordinal);
        Assert.Equal("1.2-3\n", File.ReadAllText(Path.Combine(Root, "usr/share/data/version")));
    }

    [Fact]
    public void Without_a_place_for_a_cache_none_is_kept()
    {
        Publish();
        _bench.Bench.Variables["XDG_CACHE_HOME"] = "";
        _bench.Bench.Variables["HOME"] = "";
        _bench.Compose("data").Succeeds();
        Assert.False(Directory.Exists(_bench.Cache));
        Assert.Equal("1\n", _bench.Bench.Shell("stat -c %h root/usr/share/data/version"));
    }

    [Fact]
    public void A_repository_at_an_address_is_the_same_as_one_in_a_directory()
    {
        Publish();
        using ArchiveServer server = new();
        foreach (string file in Directory.GetFiles(_bench.Repository, "*", SearchOption.AllDirectories))
        {
            server.File("/r/" + Path.GetRelativePath(_bench.Repository, file), File.ReadAllBytes(file));
        }

        string[] words = ["compose", "--repository", server.Url + "/r/", "--trust", _bench.Trust, "--out", Root, "app"];
        RunResult result = _bench.Bench.Run(words).Succeeds();
        Assert.Contains("is not encrypted", result.Error, StringComparison.Ordinal);
        Assert.Equal("app=1.2-3 data=1.2-3 lib=1.2-3", _bench.Composed());
        _bench.Bench.Shell("rm -rf root");
        server.Answer("/r/index/active.json", "404 Not Found\r\nContent-Length: 0", []);
        FailsAndLeavesNothing(_bench.Bench.Run(words), "/r/index/active.json cannot be fetched", "404");
    }

    [Fact]
    public void Virtual_names_and_constraints_are_satisfied_and_older_versions_found()
    {
        Publish();
        _bench.Make("2.0-1", ("lib", ""), ("data", ""));
        _bench.Publish();
        _bench.Compose("app").Succeeds();
        Assert.Equal("app=1.2-3 lib=2.0-1", _bench.Composed());
        _bench.Bench.Shell("rm -rf root");
        _bench.Compose("app = 1.2-3", "lib = 1.2-3", "data = 1.2-3").Succeeds();
        Assert.Equal("app=1.2-3 data=1.2-3 lib=1.2-3", _bench.Composed());
        _bench.Bench.Shell("rm -rf root");
        FailsAndLeavesNothing(
            _bench.Compose("pkgconfig(lib) >= 1"),
            "you ask for pkgconfig(lib) >= 1, but nothing has or provides that name"
        );
    }

    [Fact]
    public void Of_several_repositories_the_highest_version_is_taken()
    {
        Publish();
        _bench.Make("3.0-1", ("data", ""));
        _bench.Publish(_bench.Bench["other"]);
        _bench
            .Bench.Run([
                "compose",
                "--repository",
                _bench.Repository,
                "--repository",
                _bench.Bench["other"],
                "--trust",
                _bench.Trust,
                "--out",
                Root,
                "app",
            ])
            .Succeeds();
        Assert.Equal("app=1.2-3 data=3.0-1 lib=1.2-3", _bench.Composed());
    }

    [Fact]
    public void Two_versions_of_a_package_in_one_root_are_refused_with_who_wants_them()
    {
        _bench.Make("1.0-1", ("lib", ""));
        _bench.Publish();
        _bench.Make("2.0-1", ("lib", ""), ("app", "dependencies = [{ name = \"lib\", constraint = \">= 2\" }]"));
        _bench.Publish(_bench.Bench["other"]);
        FailsAndLeavesNothing(
            Compose("lib < 2", "app"),
            "app 2.0-1 needs lib >= 2, but you ask for lib 1.0-1, and a root has one version"
        );
        Compose("app", "lib").Succeeds();
        Assert.Equal("app=2.0-1 lib=2.0-1", _bench.Composed());

        RunResult Compose(params string[] wanted) =>
            _bench.Bench.Run([
                "compose",
                "--repository",
                _bench.Repository,
                "--repository",
                _bench.Bench["other"],
                "--trust",
                _bench.Trust,
                "--out",
                Root,
                .. wanted,
            ]);
    }

    [Fact]
    public void Everything_that_is_missing_is_named_with_who_wants_it()
    {
        _bench.Make(
            "1.0-1",
            ("app", "dependencies = [{ name = \"gone\" }, { name = \"lib\", constraint = \">= 9\" }]"),
            ("lib", "")
        );
        _bench.Publish();
        FailsAndLeavesNothing(
            _bench.Compose("app", "ap"),
            "you ask for ap, but nothing has or provides that name (did you mean \"app\"?)\n",
            "app 1.0-1 needs gone, but nothing has or provides that name\n",
            "app 1.0-1 needs lib >= 9, but lib 1.0-1 does not satisfy it\n"
        );
    }

    [Fact]
    public void Packages_that_exclude_each_other_are_refused()
    {
        _bench.Make("1.0-1", ("app", NeedsLib), ("lib", ""), ("other", "conflicts = [{ name = \"lib\" }]"));
        _bench.Publish();
        FailsAndLeavesNothing(
            _bench.Compose("app", "other"),
            "you ask for other 1.0-1 and app 1.0-1 needs lib 1.0-1, which exclude each other"
        );
        _bench.Compose("other").Succeeds();
    }

    [Fact]
    public void A_path_of_two_packages_is_refused_with_both_names()
    {
        _bench.Make("1.0-1", ("one", ""), ("two", ""));
        _bench.Bench.Recipe(
            File.ReadAllText(_bench.Bench["recipe/peipkg.toml"])
                .Replace("\"two\"", "\"three\"", StringComparison.Ordinal)
                .Replace("\"one\"", "\"four\"", StringComparison.Ordinal)
        );
        _bench.Build("--version", "1.0-1");
        _bench.Publish();
        FailsAndLeavesNothing(
            _bench.Compose("one", "four", "two"),
            "four 1.0-1 and one 1.0-1 both install usr/share/one/version\n"
        );
        _bench.Compose("one", "three").Succeeds();
    }

    [Theory]
    [InlineData("printf x >> repository/repo.json", "repo.json")]
    [InlineData("printf x >> repository/index/active.json", "index/active.json is not what ")]
    [InlineData("cp repository/repo.json.sig repository/index/active.json.sig", "index/active.json is not what ")]
    [InlineData("rm repository/index/active.json.sig", "index/active.json.sig")]
    [InlineData("rm repository/keys/*", "/keys/")]
    [InlineData("for p in repository/p/data*; do printf x >> $p; done", "its SHA-256 is ")]
    [InlineData("for p in repository/p/data*; do cp repository/p/lib* $p; done", "noarch.peipkg: ")]
    [InlineData("rm repository/p/data*", "there is no file ")]
    public void What_does_not_verify_is_refused(string damage, string message)
    {
        Publish();
        _bench.Bench.Shell(damage);
        FailsAndLeavesNothing(_bench.Compose("app"), message);
        Assert.DoesNotContain("data", string.Join(' ', CachedFiles()), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_nobody_trusts_are_refused()
    {
        Publish();
        using SigningKey stranger = SigningKey.Generate();
        FailsAndLeavesNothing(
            _bench.Bench.Run([
                "compose",
                "--repository",
                _bench.Repository,
                "--trust",
                stranger.PublicKey.Fingerprint.Text,
                "--out",
                Root,
                "app",
            ]),
            "repo.json is not signed with a key that --trust names, but with "
        );
        _bench.Publish(signer: stranger);
        FailsAndLeavesNothing(_bench.Compose("app"), "repo.json is not signed with a key that --trust names");
    }

    [Fact]
    public void Packages_without_a_signature_or_with_another_ones_are_refused()
    {
        _bench.Make("1.0-1", ("good", ""));
        _bench.Bench.Recipe(Workbench.OneStanza);
        _bench.Bench.Script("mkdir -p $DESTDIR/usr/share/demo; echo > $DESTDIR/usr/share/demo/x");
        _bench.Bench.Build().Succeeds();
        _bench.Publish();
        FailsAndLeavesNothing(_bench.Compose("good", "demo"), "demo_1.2-3_noarch.peipkg: ");
        _bench.Bench.Build("--sign-key", _bench.Bench.Key("other.pem"), "--version", "1.3-1").Succeeds();
        _bench.Publish();
        FailsAndLeavesNothing(_bench.Compose("good", "demo"), "demo_1.3-1_noarch.peipkg: ");
        _bench.Compose("good").Succeeds();
    }

    [Fact]
    public void A_package_under_the_name_of_another_is_refused()
    {
        Publish();
        _bench.Publish(change: entry =>
            entry.Name.Text == "lib" ? entry with { Version = PackageVersion.Parse("9-1") } : entry
        );
        FailsAndLeavesNothing(
            _bench.Compose("lib"),
            "it is lib 1.2-3 noarch, and the index of ",
            " says lib 9-1 noarch"
        );
    }

    [Fact]
    public void What_a_package_of_the_newer_edition_claims_leads_to_what_fills_it()
    {
        using RepositoryBench bench = new(Edition.Pspu5);
        bench.Make(
            "1.0-1",
            ("app", "dependencies = [{ name = \"lib\", claims = { said = { path = \"/usr/bin/said\" } } }]"),
            ("lib", "provides = [{ name = \"lib\", claims = { said = { target = \"/usr/share/lib/version\" } } }]")
        );
        bench.Publish();
        bench.Compose("app").Succeeds();
        Assert.Equal("app=1.0-1 lib=1.0-1", bench.Composed());
        Assert.Equal("/usr/share/lib/version", new FileInfo(bench.Bench["root/usr/bin/said"]).LinkTarget);
        bench.Bench.Shell("rm -rf root");
        bench.Compose("lib").Succeeds();
        Assert.False(Path.Exists(bench.Bench["root/usr/bin"]));
    }

    [Fact]
    public void Repositories_of_two_editions_make_no_root()
    {
        Publish();
        using RepositoryBench newer = new(Edition.Pspu5);
        newer.Make("1.0-1", ("lib", ""));
        newer.Publish();
        string[] words = ["--repository", newer.Repository, "--trust", newer.Trust, "app"];
        FailsAndLeavesNothing(
            _bench.Compose(words),
            "is of edition psd-009 and ",
            " of pspu-5; a root has packages of one"
        );
    }

    [Fact]
    public void Nothing_is_replaced_and_misuse_is_told()
    {
        Publish();
        _bench.Bench.Write("root/file", "");
        _bench.Compose("app").Fails("exists already; name a directory that is absent or empty");
        _bench.Bench.Run("compose", "--trust", _bench.Trust, "--out", "x", "app").FailsWith(2, "give --repository");
        _bench.Bench.Run("compose", "--repository", "x", "--out", "x", "app").FailsWith(2, "compose needs --trust");
        _bench.Bench.Run("compose", "--repository", "x", "--trust", "x", "--out", "x", "app").FailsWith(2, "--trust");
        _bench
            .Bench.Run("compose", "--repository", "x", "--trust", _bench.Trust, "--out", "x", "a b c")
            .FailsWith(2, "\"a\" is not a package or virtual name");
        _bench
            .Bench.Run("compose", "--repository", "x", "--trust", _bench.Trust, "--out", "x")
            .Fails("missing argument");
        _bench
            .Bench.Run("compose", "--repository", _bench.Bench["none"], "--trust", _bench.Trust, "--out", "x", "app")
            .Fails("none/repo.json.sig");
    }

    private string[] CachedFiles() =>
        Directory.Exists(_bench.Cache) ? Directory.GetFiles(_bench.Cache, "*", SearchOption.AllDirectories) : [];
}
