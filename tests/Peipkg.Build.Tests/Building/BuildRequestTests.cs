using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Building;

public sealed class BuildRequestTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Every_mistake_of_a_recipe_is_a_line_with_its_place()
    {
        _bench.Recipe(
            "[meta]\nhomepag = \"https://x\"\nbuild_script = \"build.sh\"\n[[package]]\nname = \"demo\"\narchitecture = \"noarch\"\nfiles = [\"[\"]\n"
        );
        string file = _bench["recipe/peipkg.toml"];
        Assert.Equal(
            $"{file}:2:1: unknown key \"homepag\" in [meta] (did you mean \"homepage\"?)\n"
                + $"{file}:7:10: files in [[package]]: \"[\" is not a file pattern: the \"[\" is never closed; write \"\\[\" for the character\n"
                + "peipkg-build: error: the recipe has 2 mistakes; nothing was built\n",
            _bench.Build().Fails().Error
        );
    }

    [Theory]
    [InlineData("[meta\n", ":1:6: ")]
    [InlineData("a = 1\na = 2\n", ":2:1: \"a\" is already defined on line 1")]
    public void Bad_toml_is_pointed_at(string text, string place)
    {
        _bench.Recipe(text);
        _bench.Build().Fails("peipkg.toml" + place);
    }

    [Fact]
    public void Warnings_of_a_recipe_are_shown()
    {
        _bench.Recipe(Workbench.OneStanza + "[upsteam]\n");
        Assert.Contains("warning: ", _bench.Build().Succeeds().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Sign_entries_are_refused_rather_than_ignored()
    {
        _bench.Key("recipe/k.pem");
        _bench.Recipe(Workbench.OneStanza + "[[sign]]\npath = \"usr/bin/*\"\nkey = \"k.pem\"\n");
        _bench.Build().Fails(":9:1: [[sign]] was retired");
    }

    [Theory]
    [InlineData("--recipe", "nope.toml", "there is no recipe ")]
    [InlineData("--recipe", "source", "there is no recipe ")]
    [InlineData("--source", "nope", "does not exist")]
    [InlineData("--source", "recipe/build.sh", "is not a directory")]
    [InlineData("--out", "recipe/build.sh", "is a file; it must be a directory")]
    [InlineData("--out", "source/deep/out", "lies inside --source")]
    [InlineData("--out", "link/out", "lies inside --source")]
    [InlineData("--sign-key", "nope", "there is no key file")]
    [InlineData("--sign-key", "tmp", "is a directory, not a key file")]
    public void What_is_not_there_or_in_the_wrong_place_is_named_before_anything_runs(
        string option,
        string path,
        string message
    )
    {
        File.CreateSymbolicLink(_bench["link"], _bench["source"]);
        _bench.Script("touch ../../../script-ran");
        _bench.Build(option, _bench[path]).Fails(message, Path.GetFileName(path));
        Assert.False(File.Exists(_bench["script-ran"]));
    }

    [Fact]
    public void An_output_that_is_a_directory_is_refused_before_others_appear()
    {
        Directory.CreateDirectory(_bench["out/demo_1.2-3_noarch.peipkg"]);
        _bench.Build().Fails("which is a directory");
    }

    [Theory]
    [InlineData("recipe/build.sh/out", "1-1", "cannot be written to")]
    [InlineData("/proc/none/out", "1-1", "cannot be written to")]
    [InlineData("a/b/out", "1%", "file systems take 255 at most")]
    [InlineData("a/caf\ufffd", "1-1", "is not UTF-8")]
    public void An_output_that_cannot_be_written_is_found_before_the_script_runs(
        string output,
        string version,
        string message
    )
    {
        _bench.Script("touch \"$SOURCE_DIR/ran\"");
        RunResult result = _bench.Build(
            "--out",
            _bench[output],
            "--version",
            version.Replace("%", new string('1', 240) + "-1", StringComparison.Ordinal)
        );
        Assert.NotEqual(0, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_bench["source/ran"]));
        Assert.False(Directory.Exists(_bench["a"]));
    }

    [Fact]
    public void The_trial_of_the_output_leaves_nothing_and_the_longest_name_is_taken()
    {
        _bench.Script("exit 1");
        _bench.Build("--out", _bench["a/b/out"]).Fails("exited with status 1");
        Assert.False(Directory.Exists(_bench["a"]));
        _bench.Script("mkdir -p \"$DESTDIR/usr/share\"; touch \"$DESTDIR/usr/share/x\"");
        string version = new string('1', 255 - "demo_-1_noarch.peipkg".Length) + "-1";
        _bench.Build("--out", _bench["a/b/out"], "--version", version).Succeeds();
        Assert.Single(Directory.GetFileSystemEntries(_bench["a/b/out"]));
    }

    [Theory]
    [InlineData("MIT\\n\\u001b[31mred", "U+000A at position 4 is a control character")]
    [InlineData("LicenseRef-\\u007f", "U+007F at position 12 is a control character")]
    [InlineData("%", "it has 70000 characters")]
    public void A_licence_that_is_no_line_of_text_is_refused(string license, string message)
    {
        string value = license.Replace("%", new string('x', 70_000), StringComparison.Ordinal);
        _bench.Recipe(Workbench.OneStanza.Replace("MIT", value, StringComparison.Ordinal));
        _bench.Build().Fails("license in [meta]: ", message);
        string output = _bench.Run("check", _bench["recipe"]).FailsWith(1).Output;
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.DoesNotContain("[license-", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Temporary_files_inside_the_source_are_refused() =>
        _bench.Build("--source", _bench.Root, "--out", "/tmp/elsewhere").Fails("set TMPDIR to another");

    [Theory]
    [InlineData("NOEQUALS", "is not of the form NAME=VALUE")]
    [InlineData("=x", "is not a variable's name")]
    [InlineData("1A=x", "is not a variable's name")]
    [InlineData("A-B=x", "is not a variable's name")]
    [InlineData("PATH=/x", "PATH cannot be set")]
    [InlineData("DESTDIR=/x", "DESTDIR cannot be set")]
    [InlineData("SOURCE_DATE_EPOCH=0", "SOURCE_DATE_EPOCH cannot be set")]
    public void Variables_that_cannot_be_declared_are_usage_errors(string variable, string message) =>
        _bench.Build("--build-env", variable).FailsWith(2, "--build-env: ", message);

    [Fact]
    public void A_variable_declared_twice_is_a_usage_error() =>
        _bench
            .Build("--build-env", "A=1", "--build-env", "B=1", "--build-env", "A=2")
            .FailsWith(2, "--build-env: A is given more than once");

    [Theory]
    [InlineData("--version", "1.2", "it has no revision")]
    [InlineData("--version", "1.2-0", "revision")]
    [InlineData("--version", "", "")]
    [InlineData("--timestamp", "2026-05-01T12:00:00", "--timestamp: ")]
    [InlineData("--timestamp", "2026-05-01T12:00:00+02:00", "--timestamp: ")]
    [InlineData("--timestamp", "1969-12-31T23:59:59Z", "--timestamp: ")]
    [InlineData("--farm-id", "", "--farm-id: the value is empty")]
    [InlineData("--no-such", "x", "unknown option --no-such")]
    public void Malformed_values_are_usage_errors(string option, string value, string message) =>
        _bench.Build(option, value).FailsWith(2, message);

    [Fact]
    public void Missing_options_are_all_named() =>
        _bench.Run("build").Fails("--recipe PATH", "--source DIR", "--out DIR");

    [Theory]
    [InlineData("openssl genrsa -out key 2048", "Ed25519")]
    [InlineData("openssl genpkey -algorithm ed25519 -aes256 -pass pass:x -out key", "encrypted")]
    [InlineData("openssl genpkey -algorithm ed25519 | head -c 60 > key", "")]
    [InlineData("head -c 31 /dev/zero > key", "31")]
    [InlineData("openssl genpkey -algorithm ed25519 | openssl pkey -pubout -out key", "")]
    [InlineData(": > key", "")]
    public void Keys_that_cannot_sign_are_refused(string command, string message)
    {
        _bench.Shell(command);
        _bench.Build("--sign-key", _bench["key"]).Fails(_bench["key"], message);
    }

    [Fact]
    public void A_world_readable_key_signs_with_a_warning()
    {
        string key = _bench.Key();
        _bench.Shell("chmod 644 key.pem");
        Assert.Contains(
            "can be read by everybody",
            _bench.Build("--sign-key", key).Succeeds().Error,
            StringComparison.Ordinal
        );
        Assert.NotNull(_bench.Package("demo_1.2-3_noarch.peipkg").Signature);
    }
}
