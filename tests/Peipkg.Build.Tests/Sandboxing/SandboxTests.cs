using Peipkg.Build.Tests.Support;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build.Tests.Sandboxing;

public sealed class SandboxTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void The_script_finds_everything_at_fixed_places_and_nothing_of_the_caller()
    {
        _bench.Script(
            """
            echo "$SOURCE_DIR $DESTDIR $PWD $0"
            env | sort | grep -vE '^(PWD|OLDPWD|SHLVL|_)=' | cut -d= -f1 | tr '\n' ' '; echo
            echo "$(id -u):$(id -g) $(umask) $(cat /proc/sys/kernel/hostname)"
            for place in /root /home /sys /etc/shadow /etc/ssh; do [ ! -e $place ] || echo "sees $place"; done
            mkdir -p "$DESTDIR/usr/share/demo"; cat "$SOURCE_DIR/given" > "$DESTDIR/usr/share/demo/file"
            """
        );
        _bench.Write("source/given", "given\n");
        _bench.Build("--sandbox").Succeeds();
        Assert.Equal(
            "/build/source /build/dest /build/work /build/recipe/build.sh\n"
                + "ARCH DESTDIR HOME JOBS LC_ALL LIBDIR NAME PACKAGE_VERSION PATH RECIPE_DIR REVISION SOURCE_DATE_EPOCH SOURCE_DIR TRIPLET TZ VERSION \n"
                + "1000:1000 0022 peipkg-build\n",
            _bench.ScriptOutput
        );
    }

    [Fact]
    public void Only_the_builds_own_directories_can_be_written_to()
    {
        _bench.Script(
            """
            for place in / /usr /etc /build /build/source /build/recipe; do
                ! touch "$place/x" 2> /dev/null || echo "wrote to $place"
            done
            for place in /tmp /var/tmp /dev/shm /build/work /build/dest/; do touch "$place/x"; rm "$place/x"; done
            mkdir -p "$DESTDIR/usr/share"; touch "$DESTDIR/usr/share/file"
            """
        );
        _bench.Build("--sandbox").Succeeds();
        Assert.Equal("", _bench.ScriptOutput);
    }

    [Fact]
    public void The_kernels_settings_cannot_be_changed_though_root_may_have_called()
    {
        // What is written is what is there; of a sandbox that lets it happen, nothing comes.
        _bench.Script(
            """
            for setting in kernel/core_pattern kernel/hostname vm/swappiness net/ipv4/ip_forward; do
                ! cat "/proc/sys/$setting" 2> /dev/null > "/proc/sys/$setting" || echo "wrote $setting"
            done
            ! echo 7 2> /dev/null > /proc/self/oom_score_adj || echo "wrote oom_score_adj"
            mkdir -p "$DESTDIR/usr/share"; touch "$DESTDIR/usr/share/file"
            """
        );
        _bench.Build("--sandbox").Succeeds();
        Assert.Equal("", _bench.ScriptOutput);
    }

    [Theory]
    [InlineData("", "lo:")]
    [InlineData("--share-network", "more")]
    public void The_machines_network_is_there_only_when_it_is_shared(string option, string interfaces)
    {
        _bench.Script(
            """
            names=$(tail -n +3 /proc/net/dev | awk '{ print $1 }'); [ "$names" = lo: ] && echo lo: || echo more
            mkdir -p "$DESTDIR/usr/share"; touch "$DESTDIR/usr/share/file"
            """
        );
        string[] host = [.. File.ReadLines("/proc/net/dev").Skip(2).Select(line => line.Split(':')[0].Trim())];
        _bench.Build(["--sandbox", .. option.Length == 0 ? Array.Empty<string>() : [option]]).Succeeds();
        Assert.Equal(host is ["lo"] ? "lo:\n" : interfaces + "\n", _bench.ScriptOutput);
    }

    [Fact]
    public void The_same_sources_give_the_same_bytes_from_any_directory_even_with_paths_recorded()
    {
        const string Script =
            "gcc -g -O1 -o \"$PWD/p\" \"$SOURCE_DIR/p.c\"; mkdir -p \"$DESTDIR/usr/bin\"; cp p \"$DESTDIR/usr/bin\"";
        using Workbench other = new();
        foreach (Workbench bench in new[] { _bench, other })
        {
            bench.Recipe(Workbench.OneStanza.Replace("noarch", "x86_64", StringComparison.Ordinal));
            bench.Script(Script);
            bench.Write("source/p.c", "int main(void) { return __FILE__[0]; }\n");
            bench.Build("--sandbox").Succeeds();
        }

        Assert.Equal(
            File.ReadAllBytes(_bench["out/demo_1.2-3_x86_64.peipkg"]),
            File.ReadAllBytes(other["out/demo_1.2-3_x86_64.peipkg"])
        );
        _bench.Build().Succeeds();
        Assert.NotEqual(
            File.ReadAllBytes(_bench["out/demo_1.2-3_x86_64.peipkg"]),
            File.ReadAllBytes(other["out/demo_1.2-3_x86_64.peipkg"])
        );
    }

    [Fact]
    public void Added_directories_are_shown_where_they_are_and_their_programs_found()
    {
        string tool = _bench.Write("kit/bin/kit-tool", "#!/bin/sh\necho from the kit\n");
        File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _bench.Script(
            $"kit-tool; ! touch {_bench["kit"]}/x 2>/dev/null; mkdir -p \"$DESTDIR/usr/share\"; touch \"$DESTDIR/usr/share/file\""
        );
        _bench.Build("--sandbox", "--bind-ro", _bench["kit"]).Succeeds();
        Assert.Equal("from the kit\n", _bench.ScriptOutput);
    }

    [Theory]
    [InlineData("chmod 700 source", "", true)]
    [InlineData("chmod 600 source/inner/file", "/inner/file", true)]
    [InlineData("chmod 700 source/inner", "/inner", true)]
    [InlineData("chmod 755 source", "", false)]
    public void A_source_that_the_sandbox_cannot_read_is_told_in_one_sentence(string command, string path, bool told)
    {
        // Only root can give files away, and only root is somebody else in the sandbox.
        if (_bench.Shell("id -u").Trim() != "0")
        {
            return;
        }

        _bench.Write("source/inner/file", "x");
        _bench.Shell($"chown -R 12345:12345 source; {command}");
        _bench.Script("cat \"$SOURCE_DIR/inner/file\"; exit 1");
        string error = _bench.Build("--sandbox").Fails("exited with status 1").Error;
        string sentence =
            $"\nThe script's user in the sandbox may not read {_bench["source"]}{path}, which belongs to another user; "
            + $"run: chmod -R a+rX {_bench["source"]}.\n";
        Assert.Equal(told, error.Contains(sentence, StringComparison.Ordinal));
        Assert.Equal(told, error.Contains("may not read", StringComparison.Ordinal));
        _bench.Shell("chown -R 0:0 source");
    }

    [Fact]
    public void What_would_open_the_sandbox_is_refused()
    {
        _bench.Build("--sandbox", "--bind-ro", "/").Fails("--bind-ro / would replace");
        _bench.Build("--sandbox", "--bind-ro", "/etc").Fails("--bind-ro /etc would replace");
        _bench.Build("--sandbox", "--bind-ro", _bench["none"]).Fails("none does not exist");
        string key = _bench.Key("source/key.pem");
        _bench.Build("--sandbox", "--sign-key", key).Fails("lies in --source, which the script can read");
    }

    [Fact]
    public void Options_for_a_sandbox_without_one_are_usage_errors()
    {
        _bench.Build("--allow-network").FailsWith(2, "--allow-network says what a sandbox shows");
        _bench.Build("--share-network").FailsWith(2, "--share-network says what a sandbox shows");
        _bench.Build("--bind-ro", "/opt").FailsWith(2, "--bind-ro says what a sandbox shows");
        _bench
            .Build("--sandbox", "--allow-network", "--share-network")
            .FailsWith(2, "--share-network this machine's; give one of them");
    }

    [Fact]
    public void Without_bubblewrap_the_package_to_install_is_named()
    {
        using StringWriter stderr = new();
        Dictionary<string, string> variables = new() { ["PATH"] = "/nowhere", ["TMPDIR"] = _bench["tmp"] };
        int code = BuildProgram.Run(
            _bench.BuildArguments("--sandbox"),
            TextWriter.Null,
            new DiagnosticsOutput(stderr),
            variables,
            Stream.Null,
            Stream.Null,
            TimeProvider.System,
            default
        );
        Assert.Equal(1, code);
        Assert.Contains("install the package \"bubblewrap\"", stderr.ToString(), StringComparison.Ordinal);
        Assert.Empty(_bench.Outputs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Limits_hold_with_and_without_a_sandbox_and_say_by_what_means(bool sandbox)
    {
        _bench.Script("nproc; ulimit -v; mkdir -p \"$DESTDIR/usr/share\"; touch \"$DESTDIR/usr/share/file\"");
        RunResult result = _bench
            .Build(["--cpus", "1", "--memory", "2GiB", .. sandbox ? (string[])["--sandbox"] : []])
            .Succeeds();
        Assert.Equal("1\n2097152\n", _bench.ScriptOutput);
        Assert.Contains("RLIMIT_AS", result.Error, StringComparison.Ordinal);
        Assert.Contains("affinity", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_script_that_takes_too_long_is_ended_with_all_it_started(bool sandbox)
    {
        _bench.Script("sleep 4321 & setsid sleep 4322 & sleep 4323");
        _bench.Build(["--timeout", "300ms", .. sandbox ? (string[])["--sandbox"] : []]).Fails("ran out of time");
        Assert.Equal("", _bench.Shell("pgrep -f 'sleep 432[123]'", mayFail: true));
    }

    [Theory]
    [InlineData("--timeout", "0s")]
    [InlineData("--timeout", "soon")]
    [InlineData("--memory", "1KiB")]
    [InlineData("--memory", "lots")]
    [InlineData("--cpus", "0")]
    [InlineData("--cpus", "1.5")]
    public void Malformed_limits_are_usage_errors(string option, string value) =>
        _bench.Build(option, value).FailsWith(2, option + ": ");
}
