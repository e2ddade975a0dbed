using System.Diagnostics;
using Peipkg.Manager.Tests.EndToEnd;

namespace Peipkg.Manager.Tests.Hostile;

/// <summary>Build scripts that want more than they may have, all at once, through the whole manager.</summary>
[Trait("Speed", "slow")]
[Trait("Scenario", "hostile")]
public class ScriptTests
{
    // A storm doubles seven times, so that it stays bounded even where nobody stops it.
    private static readonly (string Name, string Script, string Limit, string Reason)[] Quick =
    [
        ("endless", "yes", "log = \"1MiB\"", "wrote more than 1 MiB of output"),
        ("silent", "sleep 1000", "silence = \"2s\"", "was silent for 2s"),
        ("storm", Storm(""), "processes = 60", "had more than 60 processes and threads"),
        (
            "filling",
            "i=0; while :; do head -c 3000000 /dev/zero > \"$DESTDIR/$i\"; i=$((i + 1)); done",
            "disk = \"20MiB\"",
            "filled more than 20 MiB"
        ),
    ];

    private static readonly (string Name, string Script, string Limit, string Reason)[] Slow =
    [
        ("deaf", "trap '' TERM HUP INT; while :; do sleep 1; done", "time = \"2s\"", "took longer than 2s"),
        (
            "deaf-daemons",
            "trap '' TERM HUP; for i in 1 2 3; do setsid sh -c 'while :; do sleep 1; done' & done; wait",
            "time = \"2s\"",
            "took longer than 2s"
        ),
        ("fleeing-storm", Storm("setsid"), "processes = 60", "had more than 60 processes and threads"),
        (
            "greedy",
            "head -c 400000000 /dev/zero | tail -c 400000000 > /dev/null",
            "memory = \"100MiB\"",
            "needed more than 100 MiB of memory"
        ),
        ("line", "head -c 100000000 /dev/zero | tr '\\0' x", "log = \"8MiB\"", "wrote more than 8 MiB"),
    ];

    private static string Storm(string how) =>
        $"printf '%s\\n' '[ \"$1\" -gt 6 ] && exec sleep 100; for i in 1 2; do {how} sh \"$0\" $(($1 + 1)) & done; wait' > storm; sh ./storm 0";

    [Fact]
    public void Each_is_stopped_for_its_own_reason_and_nothing_of_any_is_left()
    {
        (string Name, string Script, string Limit, string Reason)[] scripts = HostileFarm.All
            ? [.. Quick, .. Slow]
            : Quick;
        using TestFarm farm = new();
        HostileFarm.Add(farm, "[build]\nparallel = 3\n");
        farm.Release("1.0");
        foreach ((string name, string script, string limit, _) in scripts)
        {
            farm.AddRecipe(name, name, script);
            HostileFarm.AddToRecipe(farm, name, $"[limits]\n{limit}\n");
        }

        // These may be built: what they leave behind may not stay.
        farm.AddRecipe(
            "daemon",
            "daemon",
            """
            setsid sh -c 'trap "" TERM HUP; exec sleep 1000' > /dev/null 2>&1 &
            (setsid sh -c '(exec sleep 1000) & exit' &) &
            (cd / && exec env -i setsid sleep 1000) > /dev/null 2>&1 &
            """
        );
        Stopwatch watch = Stopwatch.StartNew();
        (int exit, string log) = farm.Once();
        Assert.True(exit == 1, log);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(110), log);
        foreach ((string name, _, _, string reason) in scripts)
        {
            Assert.Matches($"msg=\"build failed\" recipe={name} .*cause=recipe .*{reason}", log);
        }

        Assert.Equal(TestFarm.Expected("daemon", "1.0"), farm.Published());
        Assert.Empty(HostileFarm.Left(farm));
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
