namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>What keeps a manager from starting, each with its exit code and a sentence.</summary>
[Trait("Speed", "slow")]
public class StartTests
{
    private static (int ExitCode, string Log) Run(TestFarm farm, params string[] arguments)
    {
        using ManagerProcess manager = new(farm, arguments);
        return (manager.WaitForExit(), manager.Log);
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_goes_to_stdout_and_exits_0(string argument)
    {
        using TestFarm farm = new();
        (int exit, string log) = Run(farm, argument);
        Assert.Equal(0, exit);
        Assert.Contains("--once", log, StringComparison.Ordinal);
        Assert.Contains("/etc/peipkg-manager/config.toml", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "--version")]
    [InlineData(2, "--bogus")]
    [InlineData(2, "--log-level", "loud")]
    [InlineData(2, "frobnicate")]
    [InlineData(1, "--config", "/nonexistent/config.toml")]
    public void Exit_codes_are_those_of_the_documentation(int expected, params string[] arguments)
    {
        using TestFarm farm = new();
        Assert.Equal(expected, Run(farm, arguments).ExitCode);
    }

    [Fact]
    public void An_invalid_configuration_exits_2_with_every_problem_and_no_state()
    {
        using TestFarm farm = new();
        File.AppendAllText(farm["config.toml"], "interval = \"1h\"\n[extra]\n");
        (int exit, string log) = farm.Once();
        Assert.Equal(2, exit);
        Assert.Contains("unknown key \"interval\" in [poll]", log, StringComparison.Ordinal);
        Assert.Contains("unknown section \"extra\"", log, StringComparison.Ordinal);
        Assert.False(Directory.Exists(farm["state"]));
    }

    [Fact]
    public void A_missing_program_is_named()
    {
        using TestFarm farm = new();
        File.Delete(farm["bin/peipkg-build"]);
        File.Delete(farm["bin/peipkg-repo"]);

        // The shipped manager would find those beside itself, and is a single file.
        bool shipped = File.Exists(Path.Combine(Path.GetDirectoryName(Tools.Manager)!, "peipkg-build"));
        string[] through = shipped ? ["/bin/sh", "-c", "cp \"$0\" alone && exec ./alone \"$@\""] : [];
        using ManagerProcess manager = new(farm, ["--config", farm["config.toml"], "--once"], through: through);
        (int exit, string log) = (manager.WaitForExit(), manager.Log);
        Assert.Equal(1, exit);
        Assert.Contains("peipkg-build was found neither on PATH", log, StringComparison.Ordinal);
        Assert.Contains("peipkg-repo was found neither on PATH", log, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unreadable_key_is_named()
    {
        using TestFarm farm = new();
        File.Delete(farm["key"]);
        (int exit, string log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Contains("key_file", log, StringComparison.Ordinal);
        File.WriteAllText(farm["key"], "no key");
        Assert.Equal(1, farm.Once().ExitCode);
    }

    [Fact]
    public void Webhooks_without_a_secret_are_a_configuration_error()
    {
        using TestFarm farm = new(http: "addr = \"127.0.0.1:0\"");
        farm.AddRecipe("hello", "greeting", watch: "[watch]\ngithub_webhook = true");
        (int exit, string log) = farm.Once();
        Assert.Equal(2, exit);
        Assert.Contains("webhook_secret_file", log, StringComparison.Ordinal);
    }

    [Fact]
    public void The_second_manager_of_a_state_directory_exits_1_naming_the_first()
    {
        using TestFarm farm = new();
        using ManagerProcess first = farm.Start();
        first.WaitFor("peipkg-manager starting");
        (int exit, string log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Matches(
            $"another peipkg-manager \\(pid {first.Id}, started \\d{{4}}-\\S+Z\\) works in {farm["state"]}",
            log
        );
    }

    [Fact]
    public void A_damaged_database_exits_1_and_a_missing_one_is_made_anew_without_publishing_again()
    {
        using TestFarm farm = new();
        farm.AddRecipe("hello", "greeting");
        farm.Release("1.0");
        farm.Once();
        ulong generation = farm.Generation;
        File.WriteAllBytes(farm["state/manager.db"], new byte[8192]);
        File.Delete(farm["state/manager.db-wal"]);
        (int exit, string log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Contains("damaged", log, StringComparison.Ordinal);
        File.Delete(farm["state/manager.db"]);
        (exit, log) = farm.Once();
        Assert.Equal(0, exit);
        Assert.DoesNotContain("starting build", log, StringComparison.Ordinal);
        Assert.Equal(generation, farm.Generation);
    }
}
