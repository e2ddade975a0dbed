using System.Text;
using Peipkg.Build.Deriving;
using Peipkg.Format.Identity;

namespace Peipkg.Build.Tests.Deriving;

public sealed class PkgConfigDerivationTests
{
    private const string Place = "usr/lib/x86_64-linux-peios/pkgconfig/";

    [Theory]
    [InlineData("", "")]
    [InlineData("Requires: a", "a")]
    [InlineData("Requires: a b,c , d\te", "a|b|c|d|e")]
    [InlineData("Requires: a >= 1.2 b", "a >= 1.2|b")]
    [InlineData("Requires: a >=1.2,b", "a >= 1.2|b")]
    [InlineData("Requires: a>=1.2", "a>=1.2")]
    [InlineData("Requires: a>= 1.2", "a>=|1.2")]
    [InlineData("Requires: a   !=   2   b<3", "a != 2|b<3")]
    [InlineData("Requires: a = 1 = 2", "a = 1| = 2")]
    [InlineData("Requires: a >=", "a >= ")]
    [InlineData("Requires: a >=, b", "a >= |b")]
    [InlineData("Requires: >= 1, b", " >= 1|b")]
    [InlineData("Requires: a == 1", "a == 1")]
    [InlineData("Requires: a,, ,b", "a|b")]
    [InlineData("requires : a", "a")]
    [InlineData("REQUIRES:a", "a")]
    [InlineData("Requires: a\nrequires: b", "b")]
    [InlineData("Requires: a\nRequires: ", "")]
    [InlineData("Requires=a", "")]
    [InlineData("Requires a", "")]
    [InlineData(": a", "")]
    [InlineData("Requires: a # b", "a")]
    [InlineData("Requires: a \\# b", "a|#|b")]
    [InlineData("# Requires: a", "")]
    [InlineData("# note \\\nRequires: a", "a")]
    [InlineData("Requires: a \\\n b", "a|b")]
    [InlineData("Requires: a\\\r\nb", "ab")]
    [InlineData("Requires: a\\b", "a\\b")]
    [InlineData("Requires: a\r\n", "a")]
    [InlineData("Requires: a \\", "a|\\")]
    [InlineData("\uFEFFRequires: a", "")]
    [InlineData("Requires: a\u00A0b", "a\u00A0b")]
    [InlineData("x = a\nRequires: ${x}", "a")]
    [InlineData("Requires: ${x}\nx=a, b >= 1", "a|b >= 1")]
    [InlineData("x=${y}\ny=${z}-1\nz=a\nRequires: ${x}", "a-1")]
    [InlineData("x=a\nx=b\nRequires: ${x}", "b")]
    [InlineData("X=a\nRequires: ${x}", "${x}")]
    [InlineData("x=a\nRequires: $${x}", "${x}")]
    [InlineData("x=a\nRequires: ${x", "${x")]
    [InlineData("x=a\nRequires: $x", "$x")]
    [InlineData("a.b_1=a\nRequires: ${a.b_1}", "a")]
    [InlineData("a-b=a\nRequires: ${a-b}", "${a-b}")]
    public void Modules_are_read_as_pkg_config_reads_them(string content, string expected) =>
        Assert.Equal(
            expected,
            string.Join('|', PkgConfigFile.Read(Encoding.UTF8.GetBytes(content)).Requires.Select(need => $"{need}"))
        );

    [Theory]
    [InlineData(16, "1.5")]
    [InlineData(17, "${v16}")]
    public void Variables_are_followed_to_a_depth_of_sixteen(int count, string expected)
    {
        string chain = string.Concat(
            Enumerable.Range(0, count).Select(i => $"v{i}={(i + 1 == count ? "1.5" : $"${{v{i + 1}}}")}\n")
        );
        Assert.Equal(expected, PkgConfigFile.Read(Encoding.UTF8.GetBytes(chain + "Version: ${v0}")).Version);
    }

    [Theory]
    [InlineData("x=${x}\nVersion: ${x}")]
    [InlineData("x=${y}\ny=${x}\nVersion: 1.${x}")]
    public void A_circle_of_variables_leaves_no_version(string content) =>
        Assert.Equal(["+ pkgconfig(x)", "! bad-version"], Derive((Place + "x.pc", content)));

    [Theory]
    [InlineData("x=${x}${x}\nVersion: ${x}")]
    [InlineData(
        "a=\nb=${a}${a}${a}${a}\nc=${b}${b}${b}${b}\nd=${c}${c}${c}${c}\ne=${d}${d}${d}${d}\nf=${e}${e}${e}${e}\ng=${f}${f}${f}${f}\nh=${g}${g}${g}${g}\nRequires: ${h}"
    )]
    public void Variables_that_multiply_are_refused(string content) =>
        Assert.Equal(["! bad-module-file"], Derive((Place + "x.pc", content)));

    [Fact]
    public void A_file_of_more_than_a_mebibyte_is_refused()
    {
        string filler = new('#', 1 << 20);
        Assert.Equal(["! bad-module-file"], Derive((Place + "x.pc", filler + "\nVersion: 1")));
        Assert.Equal(["+ pkgconfig(x) 1"], Derive((Place + "x.pc", filler[12..] + "\nVersion: 1")));
    }

    [Fact]
    public void An_empty_file_is_a_module_without_a_version() =>
        Assert.Equal(
            ["+ pkgconfig(a)", "+ pkgconfig(b)", "+ pkgconfig(c)"],
            Derive((Place + "a.pc", ""), (Place + "b.pc", "\0\0\0"), (Place + "c.pc", "Version:\nRequires:"))
        );

    [Fact]
    public void Files_count_wherever_they_lie_but_not_in_sources_and_debug_information() =>
        Assert.Equal(
            ["+ pkgconfig(a)", "+ pkgconfig(a-uninstalled)"],
            Derive(
                ("usr/share/doc/a.pc", ""),
                ("usr/share/doc/a-uninstalled.pc", "prefix=${pcfiledir}/..\nLibs: ${pc_top_builddir}/x"),
                ("usr/src/dist/b.pc", ""),
                ("usr/lib/debug/c.pc", ""),
                ("usr/share/d.PC", ""),
                ("usr/share/e.pc.in", "")
            )
        );

    [Fact]
    public void Constraints_of_all_files_are_joined_by_path_and_public_ones_first() =>
        Assert.Equal(
            ["+ pkgconfig(a)", "+ pkgconfig(b)", "- pkgconfig(z) >= 1, != 2, < 9, != 3"],
            Derive(
                (Place + "b.pc", "Requires: z != 3 z >= 1"),
                (Place + "a.pc", "Requires.private: z < 9, z >=1\nRequires: z >= 1 z != 2 z")
            )
        );

    [Fact]
    public void One_constraint_that_is_none_drops_all_of_that_module() =>
        Assert.Equal(
            ["+ pkgconfig(a)", "- pkgconfig(y) >= 1", "- pkgconfig(z)", "! bad-constraint"],
            Derive((Place + "a.pc", "Requires: z >= 1, z => 2, y >= 1, z ="))
        );

    [Fact]
    public void Names_that_are_none_are_left_out_and_said_once() =>
        Assert.Equal(
            ["+ pkgconfig(a)", "- pkgconfig(1.2)", "! bad-module-name", "! bad-module-name", "! bad-module-name"],
            Derive((Place + "a.pc", "Requires: z>= 1.2 z>= 1.2, = 3, = 4"), (Place + "b@c.pc", "Version: nonsense!"))
        );

    [Fact]
    public void Own_modules_and_declared_ones_are_not_needed_and_declared_entries_stand()
    {
        DerivedPackage package = new()
        {
            Provides = [new(VirtualName.Parse("pkgconfig(a)")), new(VirtualName.Parse("pkgconfig(d)"))],
            Dependencies = [new(VirtualName.Parse("pkgconfig(z)"), VersionConstraint.Parse("= 4"))],
        };
        Assert.Equal(
            ["+ pkgconfig(a)", "+ pkgconfig(b) 2", "+ pkgconfig(d)", "- pkgconfig(z) = 4"],
            package
                .Add(Place + "a.pc", "Version: 1\nRequires: b >= 9 d z >= 1")
                .Add(Place + "b.pc", "Version: 2\nRequires: a")
                .Derive()
        );
    }

    [Fact]
    public void A_symlink_is_a_module_of_its_own_with_the_content_of_its_file()
    {
        DerivedPackage package = new DerivedPackage()
            .Add(Place + "x-2.pc", "Version: 2\nRequires: y")
            .Add("usr/share/x/real", "Version: 3\nRequires: z")
            .Link(Place + "x.pc", "x-2.pc")
            .Link(Place + "again.pc", "x.pc")
            .Link("usr/share/pkgconfig", "../lib/x86_64-linux-peios/pkgconfig")
            .Link("usr/share/through.pc", "pkgconfig/x.pc")
            .Link("usr/share/y.pc", "x/real")
            .Link("usr/share/dangling.pc", "nowhere.pc")
            .Link("usr/share/directory.pc", "x")
            .Link("usr/share/circle.pc", "circle.pc")
            .Link("usr/src/z.pc", "nowhere.pc");
        Assert.Equal(
            [
                "+ pkgconfig(again) 2",
                "+ pkgconfig(through) 2",
                "+ pkgconfig(x) 2",
                "+ pkgconfig(x-2) 2",
                "+ pkgconfig(y) 3",
                "- pkgconfig(z)",
                "! link-outside",
                "! link-outside",
                "! link-outside",
            ],
            package.Derive()
        );
    }

    [Fact]
    public void Of_two_files_of_one_module_the_first_counts_and_another_version_is_said()
    {
        Assert.Equal(
            ["+ pkgconfig(a) 1", "- pkgconfig(y)", "- pkgconfig(z)", "! module-twice"],
            Derive(("usr/share/pkgconfig/a.pc", "Version: 2\nRequires: y"), (Place + "a.pc", "Version: 1\nRequires: z"))
        );
        Assert.Equal(
            ["+ pkgconfig(a) 1"],
            Derive(("usr/share/pkgconfig/a.pc", "Version: 1"), (Place + "a.pc", "Version: 1"))
        );
    }

    private static string[] Derive(params (string Path, string Content)[] files)
    {
        DerivedPackage package = new();
        foreach ((string path, string content) in files)
        {
            package.Add(path, content);
        }

        return package.Derive();
    }
}
