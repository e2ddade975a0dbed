using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Formatting;

public sealed class FormatOperationTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Files_that_are_not_in_form_are_changed_and_named()
    {
        _bench.Write("r/one/peipkg.toml", "a=1 # kept\n");
        _bench.Write("r/two/peipkg.toml", "a = 1\n");
        File.SetUnixFileMode(_bench["r/one/peipkg.toml"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        DateTime untouched = File.GetLastWriteTimeUtc(_bench["r/two/peipkg.toml"]);
        RunResult check = _bench.Run("fmt", "--check", _bench["r"]);
        Assert.Equal((1, $"{_bench["r/one/peipkg.toml"]}\n"), (check.Code, check.Output));
        Assert.Equal("a=1 # kept\n", File.ReadAllText(_bench["r/one/peipkg.toml"]));

        Assert.Equal($"{_bench["r/one/peipkg.toml"]}\n", _bench.Run("fmt", _bench["r"]).Succeeds().Output);
        Assert.Equal("a = 1 # kept\n", File.ReadAllText(_bench["r/one/peipkg.toml"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_bench["r/one/peipkg.toml"]));
        Assert.Equal(untouched, File.GetLastWriteTimeUtc(_bench["r/two/peipkg.toml"]));
        Assert.Equal("", _bench.Run("fmt", "--check", _bench["r"]).Succeeds().Output);
    }

    [Fact]
    public void Standard_input_is_formatted_to_standard_output()
    {
        _bench.Run("fmt", "-").Fails("there is none");
        _bench.Input = "a=1 # é\n";
        Assert.Equal("a = 1 # é\n", _bench.Run("fmt", "-").Succeeds().Output);
        Assert.Equal((1, ""), (_bench.Run("fmt", "--check", "-").Code, _bench.Run("fmt", "--check", "-").Output));
        _bench.Input = "a = 1\n";
        _bench.Run("fmt", "--check", "-").Succeeds();
        _bench.Input = "a = ";
        RunResult broken = _bench.Run("fmt", "-");
        Assert.Equal("", broken.Output);
        broken.Fails("standard input:1:");
    }

    [Fact]
    public void A_file_that_is_no_TOML_stays_and_the_others_are_formatted()
    {
        _bench.Write("r/one/peipkg.toml", "a = [1\n");
        _bench.Write("r/two/peipkg.toml", "a=1");
        _bench.Run("fmt", _bench["r"]).Fails("one/peipkg.toml:");
        Assert.Equal("a = [1\n", File.ReadAllText(_bench["r/one/peipkg.toml"]));
        Assert.Equal("a = 1\n", File.ReadAllText(_bench["r/two/peipkg.toml"]));
    }

    [Fact]
    public void Links_and_what_is_missing_are_refused()
    {
        _bench.Write("secret.toml", "a=1");
        File.CreateSymbolicLink(_bench["peipkg.toml"], _bench["secret.toml"]);
        _bench.Run("fmt", _bench["peipkg.toml"]).Fails("cannot be read");
        Assert.Equal("a=1", File.ReadAllText(_bench["secret.toml"]));
        _bench.Run("fmt", _bench["absent.toml"]).Fails("absent.toml cannot be read");
        _bench.Run("fmt", "-", _bench["secret.toml"]).Fails("stands alone");
    }
}
