using System.Text;
using System.Text.Json;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Repo.Auditing;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.Consumers;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Auditing;

public sealed class AuditOperationTests
{
    private static void Pack(
        RepositoryFixture fixture,
        string name,
        string version = "1.0-1",
        string architecture = "x86_64",
        string? needs = null,
        string? suggests = null,
        Provide[]? provides = null,
        string? conflicts = null,
        string? path = null,
        bool unsigned = false,
        SigningKey? signer = null
    )
    {
        Manifest manifest = RepositoryFixture.Manifest(name, version, architecture) with
        {
            Dependencies = needs is null ? [] : [Dependency(needs)],
            OptionalDependencies = suggests is null ? [] : [Dependency(suggests)],
            Provides = provides ?? [],
            Conflicts = conflicts is null ? [] : [new Conflict(PackageName.Parse(conflicts))],
        };
        string target = Path.Combine(
            fixture.New,
            PackageFileName.Compose(manifest.Name, manifest.Version, manifest.Architecture)
        );
        using FileStream output = File.Create(target);
        PackageWriter.Write(
            output,
            manifest,
            [PayloadSource.File(path ?? $"usr/share/{name}/data", Encoding.UTF8.GetBytes(name))],
            unsigned ? null : signer ?? fixture.Key,
            new PackageWriteOptions { Workers = 1 }
        );

        static Dependency Dependency(string text)
        {
            string[] parts = text.Split(' ', 2);
            return new Dependency(
                VirtualName.Parse(parts[0]),
                parts.Length == 2 ? VersionConstraint.Parse(parts[1]) : null
            );
        }
    }

    private static Provide Provided(string name, string? version = null) =>
        new(VirtualName.Parse(name), version is null ? null : VersionOperand.Parse(version));

    private static string[] Audit(RepositoryFixture fixture)
    {
        RunResult result = RepoRun.Run("audit", "--repo", fixture.Repo, "--json");
        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.Equal(document.RootElement.GetProperty("errors").GetInt32() > 0 ? 1 : 0, result.Code);
        return
        [
            .. document
                .RootElement.GetProperty("findings")
                .EnumerateArray()
                .Select(static finding =>
                    $"{finding.GetProperty("rule").GetString()} {string.Join('+', finding.GetProperty("packages").EnumerateArray().Select(static name => name.GetString()))}"
                ),
        ];
    }

    private static RepositoryFixture Published(Action<RepositoryFixture> pack, params string[] more)
    {
        RepositoryFixture fixture = new();
        RepositoryFixture.Succeed(fixture.Init());
        pack(fixture);
        RepositoryFixture.Succeed(fixture.Publish(more));
        fixture.ClearNew();
        return fixture;
    }

    [Theory]
    [InlineData("lib", "x86_64", true)]
    [InlineData("lib >= 2.0", "x86_64", true)]
    [InlineData("lib > 2.0", "x86_64", false)]
    [InlineData("lib = 2.0-3", "x86_64", true)]
    [InlineData("absent", "x86_64", false)]
    [InlineData("lib", "aarch64", false)]
    [InlineData("lib", "noarch", false)]
    [InlineData("data", "aarch64", true)]
    [InlineData("virtual >= 3.0", "x86_64", true)]
    [InlineData("virtual = 3.0-7", "x86_64", true)]
    [InlineData("virtual >= 3.1", "x86_64", false)]
    [InlineData("unversioned >= 99", "x86_64", true)]
    public void Dependencies_are_satisfied_by_name_or_provides_constraint_and_architecture(
        string needs,
        string architecture,
        bool satisfied
    )
    {
        using RepositoryFixture fixture = Published(fixture =>
        {
            Pack(fixture, "lib", "2.0-3", provides: [Provided("unversioned"), Provided("virtual", "3.0")]);
            Pack(fixture, "data", architecture: "noarch");
            Pack(fixture, "tool", architecture: architecture, needs: needs);
        });
        Assert.Equal(satisfied ? [] : ["unsatisfied-dependency tool"], Audit(fixture));
    }

    [Fact]
    public void Circles_are_found_through_provides_and_shown_as_a_way()
    {
        using RepositoryFixture fixture = Published(fixture =>
        {
            Pack(fixture, "aa", needs: "bb-api");
            Pack(fixture, "bb", needs: "cc", provides: [Provided("bb-api")]);
            Pack(fixture, "cc", needs: "aa");
            Pack(fixture, "dd", needs: "aa");
            Pack(fixture, "ee", needs: "ee");
        });
        Assert.Equal(["dependency-cycle aa+bb+cc", "dependency-cycle ee"], Audit(fixture));
        Assert.Contains(
            "aa -> bb -> cc -> aa",
            RepoRun.Run("audit", "--repo", fixture.Repo).Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_path_of_two_packages_is_an_error_unless_they_exclude_each_other()
    {
        using RepositoryFixture fixture = Published(fixture =>
        {
            Pack(fixture, "aa", path: "usr/share/common/file");
            Pack(fixture, "bb", path: "usr/share/common/file");
            Pack(fixture, "cc", path: "usr/share/common/file", conflicts: "aa");
            Pack(fixture, "dd", path: "usr/share/common/file/below");
            Pack(fixture, "ee", path: "usr/share/common/other");
        });
        Assert.Equal(
            ["shared-path aa+bb", "shared-path aa+dd", "shared-path bb+cc", "shared-path bb+dd", "shared-path cc+dd"],
            Audit(fixture)
        );
    }

    [Fact]
    public void Packages_that_conflict_with_a_name_that_others_provide_may_share_paths_and_need_what_they_provide()
    {
        using RepositoryFixture fixture = Published(fixture =>
        {
            Pack(
                fixture,
                "exim",
                path: "usr/share/sendmail",
                provides: [Provided("mta", "1.0")],
                conflicts: "mta",
                needs: "mta"
            );
            Pack(fixture, "postfix", "9.0-1", path: "usr/share/sendmail", provides: [Provided("mta", "2.0")]);
        });
        Assert.Empty(Audit(fixture));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Shadows_pre_releases_signatures_and_suggestions_are_told(bool site)
    {
        using RepositoryFixture fixture = Published(
            fixture =>
            {
                Pack(fixture, "aa", provides: [Provided("bb")]);
                Pack(fixture, "bb", "2.0~rc1-1", unsigned: true);
                Pack(fixture, "cc", suggests: "nothing");
            },
            site ? [] : ["--no-site"]
        );
        string[] expected =
        [
            "shadowed-package aa",
            "pre-release-newest bb",
            "unsigned-package bb",
            "unsatisfied-suggestion cc",
        ];
        Assert.Equal(expected, Audit(fixture));
        File.Delete(fixture["repo/p/cc/1.0-1/cc_1.0-1_x86_64.peipkg"]);
        Assert.Equal(site ? expected : [.. expected[..3], "content-unknown cc", expected[3]], Audit(fixture));
    }

    [Fact]
    public void A_signer_that_is_no_longer_active_is_told()
    {
        using SigningKey old = SigningKey.Generate();
        using RepositoryFixture fixture = new();
        RepositoryFixture.Succeed(fixture.Init());
        fixture.List(old, Format.Repositories.KeyStatus.Active);
        Pack(fixture, "aa", signer: old);
        RepositoryFixture.Succeed(fixture.Publish());
        Assert.Empty(Audit(fixture));
        fixture.List(old, Format.Repositories.KeyStatus.Transitioning, "2040-01-01T00:00:00Z");
        Assert.Equal(["signer-not-active aa"], Audit(fixture));
    }

    [Fact]
    public void Deny_audit_refuses_what_is_new_before_anything_changes_and_lets_the_old_be()
    {
        using RepositoryFixture fixture = Published(fixture => Pack(fixture, "aa", needs: "absent"));
        SortedDictionary<string, string> before = RepositoryFixture.Content(fixture.Repo);
        Pack(fixture, "bb", needs: "aa > 5");
        RunResult refused = fixture.Publish("--deny", "audit");
        Assert.Equal(1, refused.Code);
        Assert.Contains(
            "bb_1.0-1_x86_64.peipkg: 1.0-1 needs aa > 5, but aa 1.0-1 does not satisfy it",
            refused.Error,
            StringComparison.Ordinal
        );
        Assert.Equal(before, RepositoryFixture.Content(fixture.Repo));
        fixture.ClearNew();
        Pack(fixture, "aa", "1.1-1", needs: "absent");
        RepositoryFixture.Succeed(fixture.Publish("--deny", "audit", "--no-site"));
        Assert.Equal(2, fixture.Publish("--deny", "everything").Code);
    }

    [Fact]
    public void What_lies_below_satisfies_dependencies_and_nothing_else_is_judged_by_it()
    {
        using RepositoryFixture below = Published(fixture =>
        {
            Pack(fixture, "libc", "2.36-1", provides: [Provided("so", "6")]);
            Pack(fixture, "aa", "0.9-1", needs: "absent");
        });
        using RepositoryFixture fixture = Published(fixture =>
        {
            Pack(fixture, "aa", needs: "libc >= 2.36");
            Pack(fixture, "bb", needs: "so");
            Pack(fixture, "cc", needs: "libc >= 3");
        });
        Assert.Equal(
            ["unsatisfied-dependency aa", "unsatisfied-dependency bb", "unsatisfied-dependency cc"],
            Audit(fixture)
        );
        using StaticServer server = new(below.Repo);
        foreach (
            string[] upstream in new string[][]
            {
                [below.Repo],
                [server.Url, "--trust", below.Key.PublicKey.Fingerprint.Text],
            }
        )
        {
            RunResult result = RepoRun.Run(["audit", "--repo", fixture.Repo, "--upstream", .. upstream]);
            Assert.Equal(1, result.Code);
            Assert.Contains(
                "error: cc: 1.0-1 needs libc >= 3, but libc 2.36-1 does not satisfy it",
                result.Output,
                StringComparison.Ordinal
            );
            Assert.Contains("3 packages audited: 1 error,", result.Output, StringComparison.Ordinal);
        }

        Assert.Contains(
            "needs --trust FINGERPRINT",
            RepoRun.Run("audit", "--repo", fixture.Repo, "--upstream", server.Url).Error,
            StringComparison.Ordinal
        );
        File.WriteAllText(below["repo/index/active.json"], "{}");
        RunResult broken = RepoRun.Run("audit", "--repo", fixture.Repo, "--upstream", below.Repo);
        Assert.Equal(1, broken.Code);
        Assert.Contains("does not verify", broken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Packages_that_lack_one_name_share_a_line()
    {
        using RepositoryFixture fixture = Published(fixture =>
        {
            Pack(fixture, "aa", needs: "libc >= 2");
            Pack(fixture, "bb", needs: "libc");
            Pack(fixture, "cc", needs: "other");
        });
        RunResult result = RepoRun.Run("audit", "--repo", fixture.Repo);
        Assert.StartsWith(
            "error: libc: nothing has or provides that name, but aa 1.0-1 needs libc >= 2, bb 1.0-1 needs libc; publish",
            result.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("\nerror: cc: 1.0-1 needs other, but nothing", result.Output, StringComparison.Ordinal);
        Assert.Contains("3 errors", result.Output, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(RepoRun.Run("audit", "--repo", fixture.Repo, "--json").Output);
        Assert.Equal(
            ["libc aa bb", "other cc"],
            report
                .RootElement.GetProperty("missing")
                .EnumerateArray()
                .Select(static name =>
                    $"{name.GetProperty("name")} {string.Join(' ', name.GetProperty("packages").EnumerateArray())}"
                )
        );
    }

    [Fact]
    public void Deny_audit_and_promote_know_what_lies_below()
    {
        using RepositoryFixture below = Published(fixture => Pack(fixture, "libc"));
        using RepositoryFixture fixture = Published(fixture => Pack(fixture, "aa"));
        Pack(fixture, "bb", needs: "libc");
        Assert.Equal(1, fixture.Publish("--deny", "audit").Code);
        RunResult idle = fixture.Publish("--upstream", below.Repo);
        Assert.Equal(1, idle.Code);
        Assert.Contains("give --deny audit with it", idle.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(fixture.Publish("--deny", "audit", "--upstream", below.Repo));

        using RepositoryFixture stable = new();
        RepositoryFixture.Succeed(stable.Init());
        stable.List(fixture.Key, Format.Repositories.KeyStatus.Active);
        string[] promote =
        [
            "promote",
            "bb",
            "--from",
            fixture.Repo,
            "--to",
            stable.Repo,
            "--sign-key",
            stable.KeyFile,
            "--timestamp",
            "2026-01-03T00:00:00Z",
        ];
        Assert.Equal(1, RepoRun.Run(promote).Code);
        RepositoryFixture.Succeed(RepoRun.Run([.. promote, "--upstream", below.Repo]));
    }

    [Fact]
    public void Components_are_found_in_deep_graphs()
    {
        const int nodes = 200_000;
        IReadOnlyList<int>[] edges =
        [
            .. Enumerable.Range(0, nodes).Select(static node => (IReadOnlyList<int>)[(node + 1) % nodes]),
        ];
        (IReadOnlyList<int> component, IReadOnlyList<int> circle) = Assert.Single(DependencyCycles.Find(edges));
        Assert.Equal(nodes, component.Count);
        Assert.Equal(nodes, circle.Count);
        edges[nodes - 1] = [];
        Assert.Empty(DependencyCycles.Find(edges));
    }
}
