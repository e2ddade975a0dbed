using Peipkg.Build.Building;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Recipes;
using Peipkg.Recipes.Globs;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Tests.Building;

public sealed class PartitionTests
{
    [Fact]
    public void Every_file_goes_to_the_one_stanza_that_claims_it()
    {
        Partition partition = Divide(
            [
                ["usr/lib/*.so.*"],
                ["usr/lib/*.so", "usr/include/**"],
            ],
            "d usr",
            "d usr/lib",
            "f usr/lib/a.so.1",
            "l usr/lib/a.so",
            "d usr/include",
            "f usr/include/a/b.h"
        );
        Assert.Equal(["usr/lib/a.so.1"], partition.Shares[0].Select(entry => entry.Path));
        Assert.Equal(["usr/include/a/b.h", "usr/lib/a.so"], partition.Shares[1].Select(entry => entry.Path));
        Assert.Empty(partition.Orphans);
        Assert.Empty(partition.Overlaps);
    }

    [Fact]
    public void One_stanza_may_claim_a_file_with_several_patterns()
    {
        Partition partition = Divide(
            [
                ["usr/**", "usr/bin/*"],
            ],
            "f usr/bin/x"
        );
        Assert.Single(partition.Shares[0]);
        Assert.Empty(partition.Overlaps);
        Assert.Empty(Unused(partition));
    }

    [Fact]
    public void Three_claims_on_one_file_are_one_overlap()
    {
        Partition partition = Divide(
            [
                ["a"],
                ["*"],
                ["?"],
            ],
            "f a"
        );
        Assert.Equal(["a", "*", "?"], partition.Overlaps.Single().Claims.Select(claim => claim.Pattern.Glob.Text));
    }

    [Fact]
    public void Only_patterns_that_end_in_a_slash_claim_directories()
    {
        Partition partition = Divide(
            [
                ["usr/**", "var/*/"],
                ["var/a/"],
            ],
            "d usr",
            "d usr/empty",
            "d var",
            "d var/a",
            "d var/b",
            "f usr/x"
        );
        Assert.Equal(["usr/x", "var/a", "var/b"], partition.Shares[0].Select(entry => entry.Path));
        Assert.Equal(["var/a"], partition.Shares[1].Select(entry => entry.Path));
        Assert.Empty(partition.Overlaps);
        Assert.Equal(["usr/empty"], partition.LostDirectories);
    }

    [Fact]
    public void A_pattern_for_directories_does_not_claim_a_symlink()
    {
        Partition partition = Divide(
            [
                ["usr/doc/"],
            ],
            "l usr/doc"
        );
        Assert.Equal(["usr/doc"], partition.Orphans);
        Assert.Equal(["usr/doc/"], Unused(partition));
    }

    [Fact]
    public void Paths_are_reported_in_byte_order() =>
        Assert.Equal(
            ["a.h", "a/b", "é", "😀"],
            Divide(
                [
                    ["x"],
                ],
                "f 😀",
                "f é",
                "f a/b",
                "f a.h"
            ).Orphans
        );

    private static IEnumerable<string> Unused(Partition partition) =>
        partition.Unused(_stanzas).Select(unused => unused.Pattern.Glob.Text);

    private static IReadOnlyList<Stanza> _stanzas = [];

    private static Partition Divide(string[][] patterns, params string[] entries)
    {
        _stanzas =
        [
            .. patterns.Select(
                (list, i) =>
                    new Stanza
                    {
                        Name = PackageName.Parse($"p{i}"),
                        Architecture = Architecture.NoArch,
                        Files =
                        [
                            .. list.Select((text, j) => new FilePattern(Parse(text), new TomlPosition(i + 1, j + 1))),
                        ],
                    }
            ),
        ];
        return Partition.Divide(
            _stanzas,
            [
                .. entries.Select(entry => new PayloadSource(
                    entry[2..],
                    entry[0] switch
                    {
                        'd' => PayloadKind.Directory,
                        'l' => PayloadKind.Symlink,
                        _ => PayloadKind.File,
                    },
                    0,
                    entry[0] == 'l' ? "x" : null,
                    null
                )),
            ]
        );
    }

    private static Glob Parse(string text)
    {
        Assert.True(Glob.TryParse(text, out Glob glob, out string? error), error);
        return glob;
    }
}
