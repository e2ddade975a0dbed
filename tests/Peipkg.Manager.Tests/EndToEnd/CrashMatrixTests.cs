namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>
/// SIGKILL at every transition of a build. What leads from one state to the next is always a child's work, so a wrapper
/// around each child that kills the manager before or after it hits the state before and after each transition; the same
/// wrapper kills the child itself.
/// </summary>
[Trait("Speed", "slow")]
[Trait("Scenario", "kills")]
public class CrashMatrixTests
{
    private static readonly (string Program, string Arguments)[] Steps =
    [
        ("peipkg-repo", "init *"),
        ("git", "*ls-remote*"),
        ("git", "*init --quiet*"),
        ("git", "* fetch *"),
        ("git", "* checkout *"),
        ("peipkg-build", "build *"),
        ("peipkg-repo", "publish *"),
        ("rsync", "*"),
        ("rsync", "*repo.json*"),
    ];

    // Reads one order, "program|pattern|before or after|manager or child", and carries it out once.
    private static void Wrap(TestFarm farm, string program, string real)
    {
        string path = farm["bin/" + program];
        File.Delete(path);
        File.WriteAllText(
            path,
            $$"""
            #!/bin/sh
            order={{farm["order"]}}
            manager() { p=$PPID; while [ "$(cat /proc/$p/comm)" != peipkg-manager ]; do p=$(cut -d' ' -f4 /proc/$p/stat); done; echo $p; }
            strike() {
                rm -f "$order"
                if [ "$victim" = manager ]; then kill -9 "$(manager)"; else kill -9 $$; fi
            }
            when=never
            if [ -e "$order" ]; then
                IFS='|' read -r program pattern when victim < "$order"
                [ "$program" = {{program}} ] || when=never
                case "$*" in $pattern) ;; *) when=never ;; esac
            fi
            [ "$when" != before ] || strike
            {{real}} "$@"
            status=$?
            [ "$when" != after ] || strike
            exit $status

            """
        );
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void Whatever_is_killed_at_whatever_transition_each_version_is_published_once_and_everything_verifies()
    {
        using TestFarm farm = new();
        farm.Configure($"backend = \"rsync\"\nremote = \"{farm["www"]}\"");
        farm.AddRecipe("hello", "greeting");
        Wrap(farm, "peipkg-repo", Tools.Repo);
        Wrap(farm, "peipkg-build", Tools.Build);
        Wrap(farm, "git", "/usr/bin/git");
        Wrap(farm, "rsync", "/usr/bin/rsync");
        List<string> versions = [];
        foreach (
            (string when, string victim) in ((string, string)[])
                [("before", "manager"), ("after", "manager"), ("before", "child")]
        )
        {
            foreach ((string program, string arguments) in Steps)
            {
                // The repository is made once; its first killing comes before anything else.
                if (arguments.StartsWith("init", StringComparison.Ordinal) && File.Exists(farm["state/repo/repo.json"]))
                {
                    continue;
                }

                versions.Add($"1.{versions.Count}");
                farm.Release(versions[^1]);
                File.WriteAllText(farm["order"], $"{program}|{arguments}|{when}|{victim}\n");
                (int exit, string log) = farm.Once();
                string what = $"{program} {arguments}, {when}, {victim}:\n{log}";
                Assert.False(File.Exists(farm["order"]), "not hit: " + what);
                Assert.True(exit == (victim == "manager" ? 137 : 1), $"{exit}: {what}");
                if (File.Exists(farm["state/manager.db"]))
                {
                    farm.MakeDue();
                }
            }
        }

        (int last, string end) = farm.Once();
        Assert.True(last == 0, end);
        IReadOnlyList<string> expected = TestFarm.Expected("greeting", [.. versions]);
        Assert.Equal(expected, farm.Published());
        Assert.Equal(expected, farm.Published("www"));
        farm.Verify();
        farm.Verify("www");
        (last, end) = farm.Once();
        Assert.True(last == 0, end);
        Assert.DoesNotContain("starting build", end, StringComparison.Ordinal);
        Assert.DoesNotContain("taken up again", end, StringComparison.Ordinal);
        Assert.Empty(farm.Children());
        foreach (string directory in (string[])["sources", "stage", "publish"])
        {
            Assert.Empty(
                Directory
                    .EnumerateFileSystemEntries(farm["state/" + directory])
                    .Select(Path.GetFileName)
                    .Except(["tmp"])
            );
        }
    }
}
