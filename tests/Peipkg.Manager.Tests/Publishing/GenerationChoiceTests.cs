using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Publishing;

namespace Peipkg.Manager.Tests.Publishing;

/// <summary>What is held, and what is not.</summary>
public class GenerationChoiceTests
{
    private static IndexEntry Package(string name, string version, string provides = "", string needs = "") =>
        new()
        {
            Name = PackageName.Parse(name),
            Version = PackageVersion.Parse(version),
            Architecture = Architecture.Parse("x86_64"),
            Provides = [.. Words(provides).Select(word => new Provide(VirtualName.Parse(word)))],
            Dependencies =
            [
                .. Words(needs)
                    .Select(word => word.Split('|'))
                    .Select(word => new Dependency(
                        VirtualName.Parse(word[0]),
                        word.Length > 1 ? VersionConstraint.Parse(word[1]) : null
                    )),
            ],
            SizeCompressed = 1,
            SizeInstalled = 1,
            Hash = Sha256Digest.Of([]),
            Url = "",
        };

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static WaitingBuild Build(long id, params IndexEntry[] packages) =>
        new(id, $"{packages[0].Name} {packages[0].Version}", packages);

    private static readonly IndexEntry Library = Package("lib", "1-1", "lib.so.1");
    private static readonly IndexEntry Program = Package("app", "1-1", "", "lib.so.1");

    private static WaitingBuild Bump => Build(7, Package("lib", "2-1", "lib.so.2"));

    // "held id: package/name" for each that stays, and what goes out.
    private static string Choose(IndexEntry[] active, params WaitingBuild[] waiting)
    {
        GenerationChoice choice = GenerationChoice.Make(active, Edition.Default, waiting);
        IEnumerable<string> held = waiting.SelectMany(build =>
            choice
                .WhyNot(build.Id)
                .Select(need => $"{build.Id}: {need.Package} {need.Name}{(need.IsOwn ? $" from {need.Bringer}" : "")}")
        );
        return string.Join("; ", held.Append("out " + string.Join(' ', choice.Together.Select(build => build.Id))));
    }

    [Fact]
    public void A_name_that_a_published_package_needs_keeps_the_version_without_it_back() =>
        Assert.Equal("7: app lib.so.1; out ", Choose([Library, Program], Bump));

    [Fact]
    public void So_does_a_version_that_a_published_package_rules_out() =>
        Assert.Equal("7: app lib <2; out ", Choose([Library, Package("app", "1-1", "", "lib|<2")], Bump));

    [Fact]
    public void What_was_rebuilt_goes_out_with_it()
    {
        WaitingBuild rebuilt = Build(8, Package("app", "1-2", "", "lib.so.2"));
        Assert.Equal("out 7 8", Choose([Library, Program], Bump, rebuilt));
    }

    [Fact]
    public void What_was_rebuilt_waits_as_long_as_another_was_not()
    {
        WaitingBuild rebuilt = Build(8, Package("app", "1-2", "", "lib.so.2"));
        Assert.Equal(
            "7: tool lib.so.1; 8: app lib.so.2 from lib 2-1; out ",
            Choose([Library, Program, Package("tool", "1-1", "", "lib.so.1")], Bump, rebuilt)
        );
    }

    [Fact]
    public void What_needs_the_old_name_goes_out_alone() =>
        Assert.Equal(
            "7: app lib.so.1; out 8",
            Choose([Library, Program], Bump, Build(8, Package("app", "1-2", "", "lib.so.1")))
        );

    [Fact]
    public void One_library_that_waits_keeps_no_other_back()
    {
        WaitingBuild other = Build(9, Package("zlib", "2-1", "z.so.2"), Package("zlib-tools", "2-1", "", "z.so.2"));
        Assert.Equal(
            "7: app lib.so.1; out 9",
            Choose(
                [Library, Program, Package("zlib", "1-1", "z.so.1"), Package("zlib-tools", "1-1", "", "z.so.1")],
                Bump,
                other
            )
        );
    }

    [Fact]
    public void A_version_that_still_provides_the_name_is_not_held() =>
        Assert.Equal("out 7", Choose([Library, Program], Build(7, Package("lib", "2-1", "lib.so.1 lib.so.2"))));

    [Fact]
    public void Nor_is_one_whose_name_another_published_package_provides() =>
        Assert.Equal("out 7", Choose([Library, Program, Package("lib1", "1-1", "lib.so.1")], Bump));

    [Fact]
    public void Nor_one_whose_dependent_is_in_the_same_build() =>
        Assert.Equal(
            "out 7",
            Choose(
                [Library, Program],
                Build(7, Package("lib", "2-1", "lib.so.2"), Package("app", "2-1", "", "lib.so.2"))
            )
        );

    [Fact]
    public void Nor_an_older_version_that_is_not_advertised() =>
        Assert.Equal("out 7", Choose([Library, Program], Build(7, Package("lib", "0.9-1", "lib.so.0"))));

    [Fact]
    public void Nor_a_first_publication_whatever_it_needs() =>
        Assert.Equal("out 7", Choose([Library], Build(7, Package("new", "1-1", "", "elsewhere.so.1"))));

    [Fact]
    public void Nor_an_update_that_needs_something_from_elsewhere() =>
        Assert.Equal(
            "out 7",
            Choose([Library, Program], Build(7, Package("app", "2-1", "", "lib.so.1 elsewhere.so.1")))
        );

    [Fact]
    public void What_was_broken_before_holds_nothing() =>
        Assert.Equal("out 7", Choose([Library, Package("app", "1-1", "", "lib.so.0")], Bump));

    [Fact]
    public void An_operators_word_goes_before_and_takes_along_what_waited() =>
        Assert.Equal(
            "out 7 8",
            Choose(
                [Library, Program, Package("tool", "1-1", "", "lib.so.1")],
                Bump with
                {
                    IsReleased = true,
                },
                Build(8, Package("app", "1-2", "", "lib.so.2"))
            )
        );

    [Fact]
    public void What_waited_for_a_name_waits_on_when_nothing_brings_it_any_more()
    {
        WaitingBuild rebuilt = Build(8, Package("app", "1-2", "", "lib.so.2"));
        Assert.Equal("out 8", Choose([Library, Program], rebuilt));
        Assert.Equal(
            "8: app lib.so.2 from ; out ",
            Choose([Library, Program], rebuilt with { WaitedFor = new HashSet<string> { "lib.so.2" } })
        );
    }

    [Fact]
    public void What_somebody_else_is_about_to_publish_is_waited_for() =>
        Assert.Equal(
            "8: app lib.so.2 from lib 2-1; out ",
            Choose(
                [Library, Program],
                Build(8, Package("app", "1-2", "", "lib.so.2")),
                Bump with
                {
                    IsCandidate = false,
                }
            )
        );

    [Fact]
    public void Of_two_that_provided_the_name_one_goes() =>
        Assert.Matches(
            "^[78]: app lib.so.1; out [78]$",
            Choose(
                [Library, Package("lib-ng", "1-1", "lib.so.1"), Program],
                Bump,
                Build(8, Package("lib-ng", "2-1", "lib.so.2"))
            )
        );
}
