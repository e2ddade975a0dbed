using Peipkg.Format.Identity;
using Peipkg.Recipes;

namespace Peipkg.Build.Tests.Deriving;

public sealed class ElfDerivationTests
{
    private const string Lib = "usr/lib/x86_64-linux-peios/";

    private static readonly Derivation Selected = Derivation.Full with
    {
        NodeSonames = new HashSet<string> { "libver.so.1" },
    };

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Either_class_and_byte_order_is_read_without_section_headers(bool wide, bool big)
    {
        byte[] library = new ElfSample(wide, big)
        {
            Soname = "libver.so.1",
            Needed = ["libm.so.6"],
            Definitions = [("libver.so.1", 1), ("VER_1.0", 0), ("VER_1.1+git", 0)],
        }.Build();
        byte[] program = new ElfSample(wide, big)
        {
            Needed = ["libver.so.1", "libc.so.6"],
            Needs = [("libver.so.1", [("VER_1.0", 0), ("VER_2", 2)]), ("libc.so.6", [("GLIBC_2.2", 0)])],
        }.Build();
        Assert.Equal(
            ["+ elfver(libver.so.1:VER_1.0)", "+ elfver(libver.so.1:VER_1.1+git)", "+ libver.so.1", "- libm.so.6"],
            new DerivedPackage { Choice = Selected }
                .Add(Lib + "libver.so.1", library)
                .Derive()
        );
        Assert.Equal(
            ["- elfver(libver.so.1:VER_1.0)", "- libc.so.6", "- libver.so.1"],
            new DerivedPackage { Choice = Selected }
                .Add("usr/bin/p", program)
                .Derive()
        );
        Assert.Equal(
            [
                "+ elfver(libver.so.1:VER_1.0)",
                "+ elfver(libver.so.1:VER_1.1+git)",
                "+ libver.so.1",
                "- libc.so.6",
                "- libm.so.6",
            ],
            new DerivedPackage { Choice = Selected }
                .Add("usr/bin/p", program)
                .Add(Lib + "libver.so.1", library)
                .Derive()
        );
    }

    [Fact]
    public void Addresses_are_found_through_the_loadable_segments()
    {
        byte[] library = new ElfSample
        {
            Shifted = true,
            Soname = "libver.so.1",
            Needed = ["libm.so.6"],
        }.Build();
        Assert.Equal(["+ libver.so.1", "- libm.so.6"], new DerivedPackage().Add(Lib + "libver.so.1", library).Derive());
    }

    [Fact]
    public void Version_needs_may_have_all_their_names_after_all_libraries()
    {
        byte[] program = new ElfSample
        {
            NamesLast = true,
            Needed = ["libver.so.1", "liba.so.1"],
            Needs = [("liba.so.1", [("A_1", 0), ("A_2", 0)]), ("libver.so.1", [("VER_1", 0), ("VER_2", 0)])],
        }.Build();
        Assert.Equal(
            ["- elfver(libver.so.1:VER_1)", "- elfver(libver.so.1:VER_2)", "- liba.so.1", "- libver.so.1"],
            new DerivedPackage { Choice = Selected }
                .Add("usr/bin/p", program)
                .Derive()
        );
    }

    [Fact]
    public void A_library_without_a_base_version_provides_all_of_its_versions()
    {
        byte[] library = new ElfSample { Soname = "libver.so.1", Definitions = [("A", 0), ("B", 2)] }.Build();
        Assert.Equal(
            ["+ elfver(libver.so.1:A)", "+ elfver(libver.so.1:B)", "+ libver.so.1"],
            new DerivedPackage { Choice = Selected }
                .Add(Lib + "libver.so.1", library)
                .Derive()
        );
    }

    [Theory]
    [InlineData("usr/lib/x86_64-linux-peios/libx.so", "! no-soname")]
    [InlineData("usr/lib/x86_64-linux-peios/libx.so.1.20", "! no-soname")]
    [InlineData("usr/lib/x86_64-linux-peios/plugin.so", null)]
    [InlineData("usr/lib/x86_64-linux-peios/libx.so.1a", null)]
    [InlineData("usr/lib/x86_64-linux-peios/libx.so.d/x", null)]
    [InlineData("usr/src/dist/libx.so", null)]
    [InlineData("usr/lib/debug/libx.so", null)]
    public void A_library_by_its_name_should_have_a_soname(string path, string? expected) =>
        Assert.Equal(
            expected is null ? [] : [expected],
            new DerivedPackage().Add(path, new ElfSample().Build()).Derive()
        );

    [Fact]
    public void What_cannot_be_a_name_is_left_out_and_said_once()
    {
        byte[] program = new ElfSample { Needed = ["../build/libx.so", "", "libé.so.1", "x"] }.Build();
        DerivedPackage package = new DerivedPackage()
            .Add("usr/bin/a", program)
            .Add("usr/bin/b", program)
            .Add(Lib + "liby.so", new ElfSample { Soname = "lib y.so" }.Build());
        Assert.Equal([.. Enumerable.Repeat("! unrepresentable-soname", 5)], package.Derive());
        Assert.Contains(
            "package demo: \"../build/libx.so\" is needed by \"usr/bin/a\", \"usr/bin/b\" and cannot be written as a name; it is left out",
            package.Messages
        );
    }

    [Fact]
    public void An_empty_soname_is_none_and_of_several_the_last_one_counts()
    {
        Assert.Equal(
            ["! no-soname"],
            new DerivedPackage().Add(Lib + "libx.so", new ElfSample { Soname = "" }.Build()).Derive()
        );

        // The name "needed" lies at the beginning of the string table, one byte after its first.
        byte[] twice = new ElfSample
        {
            Needed = ["libb.so.1"],
            Soname = "liba.so.1",
            More = [(14, 1)],
        }.Build();
        Assert.Equal(["+ libb.so.1"], new DerivedPackage().Add(Lib + "libx.so", twice).Derive());
    }

    [Fact]
    public void Two_files_of_one_soname_are_an_error_only_where_its_versions_count()
    {
        byte[] library = new ElfSample { Soname = "libver.so.1", Definitions = [("A", 0)] }.Build();
        DerivedPackage both = new DerivedPackage { Choice = Selected }
            .Add(Lib + "libver.so.1", library)
            .Add(Lib + "sub/libver.so.1", library);
        Assert.Equal(["+ elfver(libver.so.1:A)", "+ libver.so.1", "! soname-twice"], both.Derive());
        Assert.Equal(
            ["+ libver.so.1"],
            new DerivedPackage().Add(Lib + "libver.so.1", library).Add(Lib + "sub/libver.so.1", library).Derive()
        );
    }

    [Theory]
    [InlineData("VER@1")]
    [InlineData("VER:1")]
    [InlineData("")]
    [InlineData("VERé")]
    [InlineData(
        "VER_1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
    )]
    public void A_version_that_cannot_be_written_is_an_error_on_either_side(string token)
    {
        byte[] library = new ElfSample
        {
            Soname = "libver.so.1",
            Definitions = [("libver.so.1", 1), (token, 0)],
        }.Build();
        byte[] program = new ElfSample { Needed = ["libver.so.1"], Needs = [("libver.so.1", [(token, 0)])] }.Build();
        byte[] weak = new ElfSample { Needed = ["libver.so.1"], Needs = [("libver.so.1", [(token, 2)])] }.Build();
        Assert.Equal(
            ["+ libver.so.1", "! unrepresentable-node"],
            new DerivedPackage { Choice = Selected }
                .Add(Lib + "libver.so.1", library)
                .Derive()
        );
        Assert.Equal(
            ["- libver.so.1", "! unrepresentable-node"],
            new DerivedPackage { Choice = Selected }
                .Add("usr/bin/p", program)
                .Derive()
        );
        Assert.Equal(
            ["- libver.so.1"],
            new DerivedPackage { Choice = Selected }
                .Add("usr/bin/p", weak)
                .Derive()
        );
    }

    [Fact]
    public void A_version_that_the_packages_own_library_lacks_is_an_error()
    {
        DerivedPackage package = new DerivedPackage { Choice = Selected }
            .Add(Lib + "libver.so.1", new ElfSample { Soname = "libver.so.1", Definitions = [("A", 0)] }.Build())
            .Add(
                "usr/bin/p",
                new ElfSample { Needed = ["libver.so.1"], Needs = [("libver.so.1", [("A", 0), ("B", 0)])] }.Build()
            );
        Assert.Equal(["+ elfver(libver.so.1:A)", "+ libver.so.1", "! own-node-missing"], package.Derive());
        Assert.Equal(
            [
                "package demo: \"usr/bin/p\" needs elfver(libver.so.1:B), which the package's own "
                    + "\"usr/lib/x86_64-linux-peios/libver.so.1\" does not define",
            ],
            package.Messages
        );
    }

    [Fact]
    public void What_is_declared_stands_and_what_the_package_provides_is_not_needed()
    {
        byte[] program = new ElfSample { Needed = ["libver.so.1", "libz.so.1", "demo"] }.Build();
        Assert.Equal(
            ["+ libver.so.1 7", "- libz.so.1 >= 1.3"],
            new DerivedPackage
            {
                Provides = [new(VirtualName.Parse("libver.so.1"), VersionOperand.Parse("7"))],
                Dependencies = [new(VirtualName.Parse("libz.so.1"), VersionConstraint.Parse(">= 1.3"))],
            }
                .Add("usr/bin/p", program)
                .Add(Lib + "libver.so.1", new ElfSample { Soname = "libver.so.1" }.Build())
                .Derive()
        );
    }

    [Fact]
    public void A_policy_makes_the_highest_strong_version_the_least_one()
    {
        Derivation policy = Derivation.Full with
        {
            SymbolPolicy = new Dictionary<string, string> { ["libver.so.1"] = "VER_" },
        };
        byte[] program = new ElfSample
        {
            Needed = ["libver.so.1", "libother.so.1"],
            Needs =
            [
                ("libother.so.1", [("VER_99", 0)]),
                (
                    "libver.so.1",
                    [("VER_1.9", 0), ("VER_1.10", 0), ("VER_2", 2), ("VER_PRIVATE", 0), ("OTHER_9", 0), ("VER_3_0", 0)]
                ),
            ],
        }.Build();
        Assert.Equal(
            ["- libother.so.1", "- libver.so.1 >= 1.10"],
            new DerivedPackage { Choice = policy }
                .Add("usr/bin/p", program)
                .Derive()
        );
        Assert.Equal(
            ["+ libver.so.1 1.0-1"],
            new DerivedPackage { Choice = policy }
                .Add(Lib + "libver.so.1", new ElfSample { Soname = "libver.so.1" }.Build())
                .Derive()
        );
    }

    [Fact]
    public void Parts_that_were_not_chosen_are_not_derived()
    {
        byte[] library = new ElfSample { Soname = "libver.so.1", Definitions = [("A", 0)] }.Build();
        DerivedPackage With(Derivation choice) =>
            new DerivedPackage { Choice = choice }
                .Add(Lib + "libver.so.1", library)
                .Add("usr/share/pkgconfig/x.pc", "Version: 1");
        Assert.Equal(["+ libver.so.1"], With(new() { Sonames = true }).Derive());
        Assert.Equal(
            ["+ elfver(libver.so.1:A)"],
            With(new() { VersionNodes = true, NodeSonames = Selected.NodeSonames }).Derive()
        );
        Assert.Equal(["+ pkgconfig(x) 1"], With(new() { PkgConfig = true }).Derive());
    }
}
