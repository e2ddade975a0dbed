using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Building;

/// <summary>What a recipe requires where its script runs.</summary>
public sealed class RequirementTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    private void Requires(string list) =>
        _bench.Recipe($"{Workbench.OneStanza}[build]\nerrexit = true\nrequires = {list}\n");

    [Theory]
    [InlineData("[\"gcc\", \"gcc-12 >=\"]", ":11:20: error: requires in [build]: \">=\" is not a version constraint: ")]
    [InlineData("[\"gcc\", \"Gcc!\"]", ":11:20: error: requires in [build]: \"!\" is not a version constraint: ")]
    [InlineData("[\"-gcc >= 1\"]", ":11:13: error: requires in [build]: \"-gcc\" is not a package or virtual name: ")]
    [InlineData("[\"gcc > 1\", \"gcc < 9\"]", ":11:24: error: requires in [build]: \"gcc\" occurs twice")]
    [InlineData("[1]", ":11:13: error: requires in [build] must hold strings, not an integer")]
    [InlineData("\"gcc\"", ":11:12: error: requires in [build] must be an array of strings, not a string")]
    public void Check_judges_it(string list, string problem)
    {
        Requires(list);
        RunResult result = _bench.Run("check", _bench["recipe"]);
        Assert.Equal(1, result.Code);
        Assert.Contains(problem, result.Output + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_virtual_names_and_constraints_are_what_they_are_in_dependencies()
    {
        Requires("[\"gcc\", \"zlib-dev >= 1.3, < 2\", \"pkgconfig(no-such) >=1\", \"libfoo.so.1\", \"perl 5.40\"]");
        Assert.Equal(0, _bench.Run("check", _bench["recipe"]).Code);
    }

    [Fact]
    public void What_the_machine_is_known_to_lack_is_a_warning()
    {
        _bench.Program("bin/pkg-config", "case $3 in old) echo 1.2;; *) exit 1;; esac");
        _bench.SearchPath = $"{_bench["bin"]}:{_bench.SearchPath}";
        Requires("[\"gone\", \"pkgconfig(gone)\", \"pkgconfig(old) >= 1.3\", \"pkgconfig(old2) >= 1\"]");
        RunResult result = _bench.Build();
        result.Succeeds();
        Assert.Contains(
            "warning: the recipe requires pkgconfig(gone), which pkg-config does not find on this machine\n",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "warning: the recipe requires pkgconfig(old) >= 1.3, and this machine has 1.2\n",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("requires gone", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_nobody_can_know_is_named_only_when_the_script_fails()
    {
        Requires("[\"no-such-compiler\", \"zlib-dev >= 1.3\"]");
        RunResult good = _bench.Build();
        good.Succeeds();
        Assert.DoesNotContain("no-such-compiler", good.Error, StringComparison.Ordinal);
        _bench.Script("exit 7");
        RunResult bad = _bench.Build();
        Assert.Equal(1, bad.Code);
        Assert.Contains(
            "The recipe requires no-such-compiler, zlib-dev >= 1.3; whether this machine has all of it is not known.\n",
            bad.Error,
            StringComparison.Ordinal
        );
    }
}
