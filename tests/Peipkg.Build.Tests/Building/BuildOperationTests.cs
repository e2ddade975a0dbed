using Peipkg.Build.Tests.Support;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Tests.Building;

public sealed class BuildOperationTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_recipe_becomes_packages_with_everything_the_manifest_needs()
    {
        _bench.Recipe(
            """
            [meta]
            license = "MIT"
            homepage = "https://example.org/"
            build_script = "scripts/go.sh"

            [[package]]
            name = "libgreet"
            architecture = "x86_64"
            description = "Greets."
            dependencies = [{ name = "libz", constraint = ">= 1" }, { name = "libc", arch = "any" }]
            provides = [{ name = "greeter", version = "2" }, { name = "abc" }]
            side_effects = ["ldconfig"]
            files = ["usr/lib/x86_64-linux-peios/libgreet.so.*"]

            [[package]]
            name = "libgreet-dev"
            architecture = "x86_64"
            dependencies = [{ name = "libgreet", same_build = true }]
            conflicts = [{ name = "old-greet", constraint = "< 1" }]
            replaces = [{ name = "greet-dev" }]
            files = ["usr/include/**", "usr/lib/**/*.so", "var/lib/greet/"]
            """
        );
        _bench.Write(
            "recipe/scripts/go.sh",
            """
            set -eu
            mkdir -p "$DESTDIR/usr/include" "$DESTDIR/usr/lib/x86_64-linux-peios" "$DESTDIR/var/lib/greet"
            cp "$SOURCE_DIR/greet.h" "$DESTDIR/usr/include/"
            cd "$DESTDIR/usr/lib/x86_64-linux-peios"
            echo elf > libgreet.so.1.0; ln -s libgreet.so.1.0 libgreet.so.1; ln -s libgreet.so.1 libgreet.so
            """
        );
        _bench.Write("source/greet.h", "void greet();");
        RunResult result = _bench.Build("--version", "1:1.2-3", "--allow", "license-file").Succeeds();
        Assert.Equal(
            $"{_bench["out/libgreet_1:1.2-3_x86_64.peipkg"]}\n{_bench["out/libgreet-dev_1:1.2-3_x86_64.peipkg"]}\n",
            result.Output
        );
        Assert.Equal("", result.Error);
        Assert.Equal(["libgreet-dev_1:1.2-3_x86_64.peipkg", "libgreet_1:1.2-3_x86_64.peipkg"], _bench.Outputs);

        Manifest runtime = _bench.Package("libgreet_1:1.2-3_x86_64.peipkg").Manifest;
        Assert.Equal(
            """
            {"schema_version":1,"name":"libgreet","version":"1:1.2-3","architecture":"x86_64","description":"Greets.","license":"MIT","homepage":"https://example.org/","dependencies":[{"name":"libc","arch":"any"},{"name":"libz","constraint":">= 1"}],"optional_dependencies":[],"conflicts":[],"provides":[{"name":"abc"},{"name":"greeter","version":"2"}],"replaces":[],"side_effects":["ldconfig"],"size_installed":4,"sd_overrides":[],"build":{"timestamp":"2026-05-01T12:00:00Z","farm_id":"bench","source_ref":"test://demo"}}

            """.ReplaceLineEndings("\n"),
            System.Text.Encoding.UTF8.GetString(ManifestDocument.Write(runtime))
        );
        VerifiedPackage dev = _bench.Package("libgreet-dev_1:1.2-3_x86_64.peipkg");
        Assert.Equal("= 1:1.2-3", dev.Manifest.Dependencies[0].Constraint!.Value.Text);
        Assert.Equal("< 1", dev.Manifest.Conflicts[0].Constraint!.Value.Text);
        Assert.Equal(
            [
                "usr Directory",
                "usr/include Directory",
                "usr/include/greet.h File",
                "usr/lib Directory",
                "usr/lib/x86_64-linux-peios Directory",
                "usr/lib/x86_64-linux-peios/libgreet.so Symlink",
                "var Directory",
                "var/lib Directory",
                "var/lib/greet Directory",
            ],
            dev.Entries.Select(entry => $"{entry.Path} {entry.Kind}")
        );
    }

    [Fact]
    public void Orphans_and_overlaps_are_listed_in_full_in_one_run()
    {
        _bench.Recipe(
            Workbench.OneStanza.Replace("usr/**", "usr/share/demo/**", StringComparison.Ordinal)
                + """

                [[package]]
                name = "demo-doc"
                architecture = "noarch"
                files = ["usr/share/demo/doc/**", "usr/share/demo/[x-z]"]
                """
        );
        _bench.Script(
            """
            mkdir -p "$DESTDIR/usr/share/demo/doc" "$DESTDIR/usr/share/info" "$DESTDIR/opt"
            cd "$DESTDIR"
            touch usr/share/demo/doc/a usr/share/demo/x usr/share/demo/fine usr/share/info/dir opt/stray
            ln -s nowhere opt/link
            """
        );
        RunResult result = _bench
            .Build()
            .Fails(
                "3 orphans: no stanza claims",
                $"\n  opt/link\n    -> add to files of demo ({_bench["recipe/peipkg.toml"]}:8):\n         \"opt/link\",\n  opt/stray\n",
                "\n  usr/share/info/dir\n    -> every machine generates its own index of info pages; remove it in the build script:\n"
                    + "         rm -f \"$DESTDIR/usr/share/info/dir\"\n",
                "2 overlaps: more than one stanza claims",
                $"\n  usr/share/demo/doc/a: demo (\"usr/share/demo/**\", {_bench["recipe/peipkg.toml"]}:8:10) and demo-doc (\"usr/share/demo/doc/**\", ",
                "\n  usr/share/demo/x: demo (\"usr/share/demo/**\", "
            );
        Assert.DoesNotContain("demo/fine", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_bench["out"]));
    }

    [Fact]
    public void Every_kind_of_problem_in_every_stanza_is_reported_together()
    {
        _bench.Recipe(
            """
            [meta]
            build_script = "build.sh"
            [[package]]
            name = "one"
            architecture = "noarch"
            files = ["usr/**", "var/**", "etc/**"]
            [[package]]
            name = "two"
            architecture = "x86_64"
            side_effects = ["depmod"]
            files = ["opt/**", "lib/**"]
            """
        );
        _bench.Script(
            """
            cd "$DESTDIR"; mkdir -p usr/lib/x var/lib etc opt lib home
            touch usr/lib/x/file var/lib/state lib/old home/orphan opt/x.ko
            ln -s /etc/passwd etc/absolute; ln -s ../../../outside etc/out; ln -s ../dev/null etc/dev
            mkfifo opt/fifo; printf x > "$(printf 'opt/caf\351')"
            """
        );
        RunResult result = _bench
            .Build()
            .Fails(
                "\"opt/fifo\" is a FIFO",
                "\"opt/caf\\xe9\": the file name is not UTF-8",
                "home/orphan",
                "package one: \"usr/lib/x/file\" is out of place",
                "package one: \"var/lib/state\" is out of place",
                "package one: the symlink \"etc/absolute\" is unsafe",
                "package one: the symlink \"etc/out\" is unsafe",
                "package one: the symlink \"etc/dev\" leads to \"/dev/null\"",
                "package two: \"lib/old\" is out of place",
                "package two: the package holds no kernel module",
                "cannot be packaged as the recipe says; no package was made"
            );
        Assert.Equal("", result.Output);
        Assert.Empty(_bench.Outputs);
    }

    [Fact]
    public void Nothing_appears_when_one_of_several_packages_is_refused()
    {
        _bench.Recipe(
            Workbench.OneStanza.Replace("usr/**", "usr/share/**", StringComparison.Ordinal)
                + """

                [[package]]
                name = "zz-bad"
                architecture = "noarch"
                files = ["srv/**"]
                """
        );
        _bench.Script("cd \"$DESTDIR\"; mkdir -p usr/share srv; touch usr/share/x srv/y");
        _bench.Write("out/demo_1.2-3_noarch.peipkg", "old");
        _bench.Build().Fails("package zz-bad: \"srv/y\" is out of place");
        Assert.Equal(["demo_1.2-3_noarch.peipkg"], _bench.Outputs);
        Assert.Equal("old", File.ReadAllText(_bench["out/demo_1.2-3_noarch.peipkg"]));
    }

    [Fact]
    public void An_output_of_the_same_name_is_replaced_and_others_are_left_alone()
    {
        _bench.Write("out/demo_1.2-3_noarch.peipkg", "old");
        _bench.Write("out/other", "kept");
        _bench.Build().Succeeds();
        Assert.Equal(["demo_1.2-3_noarch.peipkg", "other"], _bench.Outputs);
        Assert.Equal("demo", _bench.Package("demo_1.2-3_noarch.peipkg").Manifest.Name.Text);
        Assert.Equal("-rw-r--r--", _bench.Shell("ls -l out/demo*")[..10]);
    }

    [Fact]
    public void Empty_directories_are_packed_when_claimed_and_warned_of_otherwise()
    {
        _bench.Recipe(
            Workbench.OneStanza.Replace("\"usr/**\"", "\"usr/**\", \"var/lib/demo/\"", StringComparison.Ordinal)
        );
        _bench.Script("cd \"$DESTDIR\"; mkdir -p usr/share/demo/empty usr/bin var/lib/demo var/cache; touch usr/bin/x");
        RunResult result = _bench.Build("--allow", "license-file").Succeeds();
        Assert.Equal(
            "peipkg-build: warning: empty directories that no package contains; claim them with a pattern that ends in \"/\" [empty-directory]\n"
                + "  usr/share/demo/empty/\n  var/cache/\n",
            result.Error
        );
        Assert.Equal(
            ["usr", "usr/bin", "usr/bin/x", "var", "var/lib", "var/lib/demo"],
            _bench.Package("demo_1.2-3_noarch.peipkg").Entries.Select(entry => entry.Path)
        );
    }

    [Fact]
    public void Patterns_that_match_nothing_are_warned_of_with_their_place()
    {
        _bench.Recipe(
            Workbench.OneStanza.Replace(
                "\"usr/**\"",
                "\"usr/**\", \"etc/x\", \"usr/share/demo/file\", \"opt/y/\"",
                StringComparison.Ordinal
            )
        );
        Assert.Equal(
            $"peipkg-build: warning: {_bench["recipe/peipkg.toml"]}:8:20: \"etc/x\" of demo matches no file [unused-pattern]\n    Correct or remove the pattern.\n"
                + $"peipkg-build: warning: {_bench["recipe/peipkg.toml"]}:8:52: \"opt/y/\" of demo matches no directory [unused-pattern]\n",
            _bench.Build("--allow", "license-file").Succeeds().Error
        );
    }

    [Fact]
    public void An_empty_package_must_be_asked_for()
    {
        _bench.Script("exit 0");
        _bench.Build().Fails("the build script installed no files, so demo would be empty [claims-nothing]");
        Assert.Empty(_bench.Outputs);
        _bench.Recipe(Workbench.OneStanza.Replace("\"usr/**\"", "", StringComparison.Ordinal));
        _bench.Build().Succeeds();
        Assert.Empty(_bench.Package("demo_1.2-3_noarch.peipkg").Entries);
    }

    [Fact]
    public void A_stanza_whose_patterns_miss_is_one_error_without_others_that_follow_from_it()
    {
        _bench.Recipe(
            Workbench.OneStanza
                + """

                [[package]]
                name = "demo-lib"
                architecture = "x86_64"
                side_effects = ["ldconfig", "depmod"]
                files = ["usr/lib/x86_64-linux-peios/*.so.*", "usr/lib/x86_64-linux-peios/demo/*"]
                """
        );
        string error = _bench.Build().Fails("no pattern of demo-lib matches anything").Error;
        Assert.DoesNotContain("[side-effect]", error, StringComparison.Ordinal);
        Assert.DoesNotContain("[unused-pattern]", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_about_the_layout_is_a_warning()
    {
        _bench.Script("cd \"$DESTDIR\"; mkdir -p usr/share/man/man1; echo x > usr/share/man/man1/demo.1");
        Assert.Contains(
            "peipkg-build: warning: package demo: ",
            _bench.Build().Succeeds().Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Hard_links_setuid_bits_and_modes_do_not_matter()
    {
        _bench.Script(
            """
            cd "$DESTDIR"; mkdir -p usr/bin; echo tool > usr/bin/a; ln usr/bin/a usr/bin/b; chmod 4000 usr/bin/a
            mkdir usr/share; echo x > usr/share/x; chmod 000 usr/share
            """
        );
        _bench.Build().Succeeds();
        VerifiedPackage package = _bench.Package("demo_1.2-3_noarch.peipkg");
        Assert.Equal(["usr/bin/a", "usr/bin/b", "usr/share/x"], package.Files.Select(file => file.Path));
        Assert.Equal(package.Files[0].Hash, package.Files[1].Hash);
        Assert.Equal(12, package.Manifest.SizeInstalled);
    }

    [Fact]
    public void Paths_longer_than_the_kernel_takes_in_one_piece_are_packed()
    {
        // 15 components of 250 bytes: 3,765 bytes below a staging directory whose own name goes on top.
        string tmp = _bench[string.Join('/', Enumerable.Range(0, 3).Select(_ => new string('t', 200)))];
        Directory.CreateDirectory(tmp);
        _bench.Script(
            "mkdir -p \"$DESTDIR/usr/share\"; cd \"$DESTDIR/usr/share\"; "
                + "perl -e 'for (1..15) { mkdir \"7\" x 250; chdir \"7\" x 250 } open F, \">file\"; print F \"deep\\n\"'"
        );
        using StringWriter stderr = new();
        Dictionary<string, string> variables = new() { ["PATH"] = "/usr/bin:/bin", ["TMPDIR"] = tmp };
        int code = BuildProgram.Run(
            _bench.BuildArguments(),
            TextWriter.Null,
            new DiagnosticsOutput(stderr),
            variables,
            Stream.Null,
            Stream.Null,
            TimeProvider.System,
            default
        );
        Assert.True(code == 0, stderr.ToString());
        Assert.Empty(Directory.GetFileSystemEntries(tmp));
        VerifiedPackage package = _bench.Package("demo_1.2-3_noarch.peipkg");
        Assert.Equal((3779, 5L), (package.Files[0].Path.Length, package.Files[0].Size));
    }

    [Fact]
    public void A_destination_that_became_a_symlink_is_refused()
    {
        _bench.Script("rmdir \"$DESTDIR\"; ln -s /usr/share \"$DESTDIR\"");
        _bench.Build().Fails("is not a directory");
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void Whatever_a_script_leaves_is_removed()
    {
        _bench.Script(
            """
            mkdir -p closed/inner; touch closed/inner/x; chmod 000 closed/inner closed
            touch "$(printf 'latin1-\351')"; mkdir "$(printf 'dir-\377')"
            i=0; while [ $i -lt 400 ]; do mkdir d; touch f; cd d; i=$((i+1)); done
            exit 3
            """
        );
        _bench.Build().Fails("exited with status 3");
    }

    [Fact]
    public void The_same_input_gives_the_same_bytes_signed_or_not()
    {
        string key = _bench.Key();
        _bench.Build("--sign-key", key).Succeeds();
        byte[] first = File.ReadAllBytes(_bench["out/demo_1.2-3_noarch.peipkg"]);
        _bench.Build("--sign-key", key).Succeeds();
        Assert.Equal(first, File.ReadAllBytes(_bench["out/demo_1.2-3_noarch.peipkg"]));
        _bench.Build().Succeeds();
        Assert.Null(_bench.Package("demo_1.2-3_noarch.peipkg").Signature);
    }

    [Fact]
    public void Cancelling_while_the_script_runs_leaves_nothing()
    {
        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(400));
        _bench.Script("(setsid sleep 300 &); sleep 300");
        _bench.Run(source.Token, _bench.BuildArguments()).FailsWith(130, "interrupted");
        Assert.Empty(_bench.Outputs);
    }
}
