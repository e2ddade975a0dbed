using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Tests.Repositories;

namespace Peipkg.Format.Tests.Layout;

public sealed class PayloadLayoutTests
{
    [Theory]
    [InlineData("usr/bin/a")]
    [InlineData("usr/sbin/a")]
    [InlineData("usr/share/a/b")]
    [InlineData("usr/include/a.h")]
    [InlineData("usr/src/debug/a/b.c")]
    [InlineData("etc/a")]
    [InlineData("opt/a/b")]
    [InlineData("boot/vmlinuz")]
    [InlineData("hooks/a")]
    [InlineData("usr/share/")]
    [InlineData("usr/")]
    [InlineData("usr/lib/")]
    [InlineData("usr/src/")]
    [InlineData("etc/")]
    [InlineData("var/")]
    [InlineData("var/lib/a/")]
    [InlineData("dev/")]
    [InlineData("proc/")]
    [InlineData("run/")]
    [InlineData("sys/")]
    [InlineData("tmp/")]
    public void Permitted_for_every_architecture(string path)
    {
        Assert.Empty(Check("noarch", path));
        Assert.Empty(Check("x86_64", path));
    }

    [Theory]
    [InlineData("usr/lib/x86_64-linux-peios/a")]
    [InlineData("usr/lib/x86_64-linux-peios/")]
    [InlineData("usr/lib/debug/a")]
    [InlineData("usr/lib/modules/6.12/modules.builtin")]
    public void Permitted_under_usr_lib_for_its_own_architecture_and_never_for_noarch(string path)
    {
        Assert.Empty(Check("x86_64", path));
        LayoutProblem problem = Assert.Single(Check("noarch", path));
        Assert.Equal((PayloadLayout.DestinationRule, path.TrimEnd('/')), (problem.Rule, problem.Path));
        Assert.Contains("noarch", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bin/a")]
    [InlineData("lib/a")]
    [InlineData("srv/")]
    [InlineData("home/a")]
    [InlineData("usr/local/bin/a")]
    [InlineData("usr/libexec/a")]
    [InlineData("usr/src/a.c")]
    [InlineData("usr/src/debugger/a.c")]
    [InlineData("usr/binary")]
    [InlineData("usr/a")]
    [InlineData("usr/lib/a.so.1")]
    [InlineData("usr/lib/systemd/")]
    [InlineData("usr/lib/aarch64-linux-peios/a")]
    [InlineData("usr/lib/x86_64-linux-gnu/a")]
    [InlineData("usr/lib/x86_64-linux-peios2/a")]
    [InlineData("usr")]
    [InlineData("usr/lib")]
    [InlineData("usr/bin")]
    [InlineData("etc")]
    [InlineData("dev")]
    [InlineData("dev/null")]
    [InlineData("run/a/")]
    [InlineData("tmp/a")]
    [InlineData("var")]
    [InlineData("var/lib/a")]
    [InlineData("a")]
    public void Refused_anywhere_else(string path)
    {
        LayoutProblem problem = Assert.Single(Check("x86_64", path), p => p.Rule == PayloadLayout.DestinationRule);
        Assert.Equal((path.TrimEnd('/'), LayoutSeverity.Error), (problem.Path, problem.Severity));
        Assert.DoesNotContain(
            Check("x86_64", LayoutChecks.None, [(path.TrimEnd('/'), Kind(path), null)]),
            p => p.Rule == PayloadLayout.DestinationRule
        );
    }

    [Fact]
    public void A_package_for_an_unknown_architecture_has_no_library_directory() =>
        Assert.Single(Check("riscv64", "usr/lib/riscv64-linux-peios/a"));

    [Theory]
    [InlineData("usr/bin/a", "b")]
    [InlineData("usr/bin/a", ".")]
    [InlineData("usr/lib/x86_64-linux-peios/liba.so", "liba.so.1")]
    [InlineData("boot/vmlinuz", "../usr/lib/x86_64-linux-peios/vmlinuz")]
    [InlineData("usr/share/a", "../../etc/a")]
    [InlineData("usr/share/a", "../../etc")]
    [InlineData("etc/a", "../var/lib/a/state")]
    [InlineData("usr/share/a", "../../../../../usr/x/../share/b")]
    public void A_symlink_may_lead_to_any_destination(string link, string target)
    {
        var problems = Check("x86_64", LayoutChecks.Destinations, [(link, PayloadKind.Symlink, target)]);
        if (target.StartsWith("../../../", StringComparison.Ordinal))
        {
            Assert.Equal(PayloadLayout.TargetRule, Assert.Single(problems).Rule);
            return;
        }

        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("etc/mtab", "../proc/self/mounts")]
    [InlineData("etc/resolv.conf", "../run/resolv.conf")]
    [InlineData("usr/share/a", "../../tmp/a")]
    [InlineData("usr/share/a", "../..")]
    [InlineData("usr/share/a", "..")]
    [InlineData("usr/share/a", "../lib")]
    [InlineData("usr/share/a", "../lib/aarch64-linux-peios/a")]
    [InlineData("usr/share/a", "../../home/user")]
    [InlineData("etc/a", "../dev")]
    public void A_symlink_may_not_lead_elsewhere(string link, string target)
    {
        LayoutProblem problem = Assert.Single(Check("x86_64", LayoutChecks.All, [(link, PayloadKind.Symlink, target)]));
        Assert.Equal((PayloadLayout.TargetDestinationRule, link), (problem.Rule, problem.Path));
        Assert.Empty(Check("x86_64", LayoutChecks.SideEffects, [(link, PayloadKind.Symlink, target)]));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../../etc/passwd")]
    [InlineData("")]
    [InlineData("a\\b")]
    public void An_unsafe_symlink_is_refused_whatever_is_checked(string target)
    {
        foreach (LayoutChecks checks in new[] { LayoutChecks.None, LayoutChecks.All })
        {
            LayoutProblem problem = Assert.Single(
                Check("x86_64", checks, [("usr/bin/a", PayloadKind.Symlink, target)])
            );
            Assert.Equal(PayloadLayout.TargetRule, problem.Rule);
        }
    }

    [Fact]
    public void A_noarch_symlink_does_not_lead_into_a_library_directory() =>
        Assert.Equal(
            PayloadLayout.TargetDestinationRule,
            Assert
                .Single(
                    Check(
                        "noarch",
                        LayoutChecks.All,
                        [("usr/bin/a", PayloadKind.Symlink, "../lib/x86_64-linux-peios/a")]
                    )
                )
                .Rule
        );

    [Fact]
    public void Unsafe_paths_duplicates_and_entries_below_files_are_refused_whatever_is_checked()
    {
        var problems = Check(
            "x86_64",
            LayoutChecks.None,
            [
                ("../etc/passwd", PayloadKind.File, null),
                ("usr/bin/a", PayloadKind.File, null),
                ("usr/bin/a", PayloadKind.Directory, null),
                ("usr/bin/a/b/c", PayloadKind.File, null),
                ("usr/share/l", PayloadKind.Symlink, "../../etc"),
                ("usr/share/l/passwd", PayloadKind.File, null),
            ]
        );
        Assert.Equal(
            [
                (PayloadLayout.PathRule, "../etc/passwd"),
                (PayloadLayout.DuplicateRule, "usr/bin/a"),
                (PayloadLayout.ParentRule, "usr/bin/a/b/c"),
                (PayloadLayout.ParentRule, "usr/share/l/passwd"),
            ],
            problems.Select(problem => (problem.Rule, problem.Path))
        );
    }

    [Theory]
    [InlineData("usr/lib/x86_64-linux-peios/liba.so", "ldconfig")]
    [InlineData("usr/lib/x86_64-linux-peios/liba.so.1", "ldconfig")]
    [InlineData("usr/lib/x86_64-linux-peios/a.sock.so.1.2.3", "ldconfig")]
    [InlineData("usr/lib/modules/6.12/kernel/e1000.ko", "depmod")]
    [InlineData("usr/lib/modules/6.12/kernel/e1000.ko.zst", "depmod")]
    public void A_payload_demands_its_side_effect(string path, string effect)
    {
        LayoutProblem problem = Assert.Single(Check("x86_64", path));
        Assert.Equal(
            (PayloadLayout.SideEffectRule, path, LayoutSeverity.Error),
            (problem.Rule, problem.Path, problem.Severity)
        );
        Assert.Contains($"must declare the side effect \"{effect}\"", problem.Message, StringComparison.Ordinal);
        Assert.Empty(CheckDeclared([effect], path));
        Assert.Empty(Check("x86_64", LayoutChecks.Destinations, [(path, PayloadKind.File, null)]));
    }

    [Fact]
    public void A_file_that_is_library_and_module_by_name_demands_both()
    {
        const string Path = "usr/lib/modules/6.12/a.so.ko";
        Assert.Equal(2, Check("x86_64", Path).Count);
        Assert.Single(CheckDeclared(["ldconfig"], Path));
        Assert.Empty(CheckDeclared(["ldconfig", "depmod"], Path));
    }

    [Theory]
    [InlineData("ldconfig", "usr/bin/a")]
    [InlineData("ldconfig", "usr/lib/x86_64-linux-peios/liba.a")]
    [InlineData("ldconfig", "usr/lib/x86_64-linux-peios/liba.so.1.debug")]
    [InlineData("ldconfig", "usr/lib/x86_64-linux-peios/liba.so.1-gdb.py")]
    [InlineData("ldconfig", "usr/lib/debug/usr/lib/x86_64-linux-peios/liba.so.1")]
    [InlineData("ldconfig", "usr/lib/x86_64-linux-peios/a.socket")]
    [InlineData("ldconfig", "usr/lib/x86_64-linux-peios/liba.so.d/")]
    [InlineData("depmod", "usr/lib/modules/6.12/a.kod")]
    [InlineData("depmod", "usr/lib/modules/6.12/a.ko/")]
    public void A_payload_without_cause_must_not_declare_a_side_effect(string effect, string path)
    {
        Assert.Empty(Check("x86_64", path));
        LayoutProblem problem = Assert.Single(CheckDeclared([effect], path));
        Assert.Equal(
            (PayloadLayout.SideEffectRule, "", LayoutSeverity.Error),
            (problem.Rule, problem.Path, problem.Severity)
        );
    }

    [Theory]
    [InlineData("usr/share/a/liba.so")]
    [InlineData("usr/share/a/liba.so.1.2")]
    [InlineData("usr/bin/liba.a")]
    [InlineData("opt/a/lib/liba.so.1")]
    [InlineData("usr/share/a/a.ko")]
    [InlineData("usr/share/a/a.ko.zst")]
    public void Libraries_and_modules_have_their_places(string path)
    {
        Assert.Contains(Check("x86_64", path), problem => problem.Rule == PayloadLayout.LibraryRule);
        Assert.Contains(Check("noarch", path), problem => problem.Rule == PayloadLayout.LibraryRule);
        Assert.DoesNotContain(
            Check("x86_64", "usr/lib/x86_64-linux-peios/" + path),
            problem => problem.Rule == PayloadLayout.LibraryRule
        );
        Assert.Empty(Check("x86_64", LayoutChecks.All, [(path, PayloadKind.Symlink, "b")]));
    }

    [Theory]
    [InlineData("usr/share/gdb/auto-load/liba.so.1.2-gdb.py")]
    [InlineData("usr/share/a/liba.so.1.debug")]
    [InlineData("usr/share/a/liba.so.conf")]
    [InlineData("usr/share/a/a.sock")]
    [InlineData("usr/share/a/a.kod")]
    public void What_is_only_named_after_a_library_is_no_library(string path) => Assert.Empty(Check("noarch", path));

    [Fact]
    public void A_module_in_another_directory_of_the_name_may_have_depmod_and_need_not()
    {
        Assert.Empty(Check("x86_64", "usr/lib/x86_64-linux-peios/modules/a.ko"));
        Assert.Empty(CheckDeclared(["depmod"], "usr/lib/x86_64-linux-peios/modules/a.ko"));
    }

    [Fact]
    public void A_link_to_a_library_is_no_library()
    {
        (string, PayloadKind, string?)[] payload =
        [
            ("usr/lib/x86_64-linux-peios/liba.so", PayloadKind.Symlink, "liba.so.1"),
        ];
        Assert.Empty(Check("x86_64", LayoutChecks.All, payload));
        Assert.Single(Judge(Manifest("x86_64") with { SideEffects = [SideEffect.Ldconfig] }, payload));
    }

    [Theory]
    [InlineData("etc/ld.so.conf.d/a.conf")]
    public void Libraries_of_another_path_may_have_ldconfig_and_need_not(string path)
    {
        Assert.Empty(Check("x86_64", path));
        Assert.Empty(CheckDeclared(["ldconfig"], path));
    }

    [Fact]
    public void A_man_page_without_man_db_is_a_warning()
    {
        LayoutProblem problem = Assert.Single(Check("noarch", "usr/share/man/man1/a.1"));
        Assert.Equal((PayloadLayout.SideEffectRule, LayoutSeverity.Warning), (problem.Rule, problem.Severity));
        Assert.Empty(CheckDeclared(["man-db"], "usr/share/man/man1/a.1"));
        Assert.Empty(CheckDeclared(["man-db"], "usr/bin/a"));
        Assert.Empty(Check("noarch", "usr/share/man/man1/"));
    }

    [Fact]
    public void A_security_descriptor_belongs_to_a_file_or_directory_of_the_payload()
    {
        var manifest = Manifest("x86_64") with
        {
            SdOverrides =
            [
                .. new[] { "etc/a", "etc/a/b", "etc/link", "etc/none", "usr/bin" }.Select(path => new SdOverride(
                    path,
                    default
                )),
            ],
        };
        var problems = Judge(
            manifest,
            [
                ("etc/a/b", PayloadKind.File, null),
                ("etc/link", PayloadKind.Symlink, "a"),
                ("usr/bin/x", PayloadKind.File, null),
            ],
            LayoutChecks.None
        );
        Assert.Equal(
            [(PayloadLayout.SdOverrideRule, "etc/link"), (PayloadLayout.SdOverrideRule, "etc/none")],
            problems.Select(problem => (problem.Rule, problem.Path))
        );
    }

    [Fact]
    public void All_violations_are_found_in_one_run()
    {
        var problems = Judge(
            Manifest("noarch") with
            {
                SideEffects = [SideEffect.Depmod],
                SdOverrides = [new SdOverride("etc/none", default)],
            },
            [
                ("bin/a", PayloadKind.File, null),
                ("var/a", PayloadKind.File, null),
                ("usr/lib/liba.so", PayloadKind.File, null),
                ("usr/share/man/a.1", PayloadKind.Symlink, "/x"),
            ]
        );
        Assert.Equal(
            [
                "destination",
                "destination",
                "destination",
                "symlink-target",
                "sd-override-target",
                "side-effect",
                "side-effect",
                "side-effect",
            ],
            problems.Select(problem => problem.Rule)
        );
        Assert.All(
            problems,
            problem => Assert.EndsWith($"({problem.Rule})", problem.ToString(), StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_hundred_thousand_entries_take_no_time()
    {
        var payload = Enumerable
            .Range(0, 100_000)
            .Select(i => ($"usr/share/a/b/c/d/e/{i / 100}/{i}", PayloadKind.File, (string?)null));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Empty(Judge(Manifest("x86_64"), payload));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"took {watch.Elapsed}");
    }

    private static IReadOnlyList<LayoutProblem> Judge(
        Manifest manifest,
        IEnumerable<(string Path, PayloadKind Kind, string? Target)> payload,
        LayoutChecks checks = LayoutChecks.All
    ) =>
        PayloadLayout.Check(
            Edition.Psd009.Layout,
            manifest.Declarations,
            payload.Select(entry => new PayloadSource(entry.Path, entry.Kind, 0, entry.Target, null)),
            checks
        );

    private static Manifest Manifest(string arch) => Samples.Manifest(arch: arch) with { SideEffects = [] };

    private static PayloadKind Kind(string path) => path[^1] == '/' ? PayloadKind.Directory : PayloadKind.File;

    private static IReadOnlyList<LayoutProblem> Check(string arch, string path) =>
        Check(arch, LayoutChecks.All, [(path.TrimEnd('/'), Kind(path), null)]);

    private static IReadOnlyList<LayoutProblem> Check(
        string arch,
        LayoutChecks checks,
        IEnumerable<(string Path, PayloadKind Kind, string? Target)> payload
    ) => Judge(Manifest(arch), payload, checks);

    private static IReadOnlyList<LayoutProblem> CheckDeclared(string[] effects, string path) =>
        Judge(
            Manifest("x86_64") with
            {
                SideEffects =
                [
                    .. effects.Select(text =>
                        SideEffects.TryParse(text, out SideEffect effect) ? effect : throw new ArgumentException(text)
                    ),
                ],
            },
            [(path.TrimEnd('/'), Kind(path), null)]
        );
}
