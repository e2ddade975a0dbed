using System.Diagnostics;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>A state directory on a disk that is full, or fills up. Needs root for a small tmpfs; passes without.</summary>
[Trait("Speed", "slow")]
public sealed class FullDiskTests : IDisposable
{
    private readonly TestFarm _farm = new();
    private readonly bool _mounted;

    public FullDiskTests()
    {
        Directory.CreateDirectory(_farm["state"]);
        _mounted = Run("/bin/mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", _farm["state"]) == 0;
        File.AppendAllText(_farm["config.toml"], "[limits]\nmin_free = \"0\"\n");
        _farm.Release("1.0");
    }

    public void Dispose()
    {
        if (_mounted)
        {
            Run("/bin/umount", "--lazy", _farm["state"]);
        }

        _farm.Dispose();
    }

    private static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true }
        )!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private void Fill()
    {
        using FileStream ballast = new(
            _farm["state/ballast"],
            FileMode.Create,
            FileAccess.Write,
            FileShare.None,
            bufferSize: 0
        );
        try
        {
            for (byte[] page = new byte[4096]; ; )
            {
                ballast.Write(page);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    [Fact]
    public void A_start_on_a_full_disk_says_so_and_loses_nothing()
    {
        if (!_mounted)
        {
            return;
        }

        _farm.AddRecipe("hello", "greeting");
        Assert.Equal(0, _farm.Once().ExitCode);
        _farm.Release("1.1");
        Fill();
        (int exit, string log) = _farm.Once();
        Assert.Equal(1, exit);
        Assert.Contains("manager.db: the disk is full. Free some space", log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
        File.Delete(_farm["state/ballast"]);
        (exit, log) = _farm.Once();
        Assert.True(exit == 0, log);
        Assert.Equal(TestFarm.Expected("greeting", "1.0", "1.1"), _farm.Published());
        _farm.Verify();
    }

    [Fact]
    public void A_disk_that_fills_up_is_not_the_recipes_fault_and_the_daemon_goes_on_when_there_is_room()
    {
        if (!_mounted)
        {
            return;
        }

        _farm.AddRecipe("hello", "greeting", script: $"while [ ! -e {_farm["go"]} ]; do sleep 0.1; done");
        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("starting build");
        manager.WaitUntil(() => Directory.Exists(_farm["state/stage/1/tmp"]), "the build");
        Fill();
        File.WriteAllText(_farm["go"], "");
        manager.WaitFor(
            "builds are paused, the state cannot be written\" error=\"\\S+manager.db: the disk is full|cause=infrastructure .*the disk of the state directory is almost full"
        );
        File.Delete(_farm["state/ballast"]);

        // Where the failure could be written down it waits a minute.
        Run(Tools.Manager, "retry", "hello", "--config", _farm["config.toml"]);
        manager.WaitFor("build \\+ publish complete\" recipe=hello version=1.0-1");
        Assert.DoesNotContain("cause=recipe", manager.Log, StringComparison.Ordinal);
        manager.Signal("TERM");
        Assert.Equal(0, manager.WaitForExit());
        _farm.Verify();
    }
}
