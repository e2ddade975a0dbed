using Peipkg.Build.Tests.Support;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Tests.Packing;

public sealed class PackOperationTests : IDisposable
{
    internal const string Manifest = """
        { "schema_version": 1, "name": "demo", "version": "1.0-1", "architecture": "x86_64", "dependencies": [], "conflicts": [],
          "size_installed": 99,
          "build": { "timestamp": "2026-05-01T12:00:00Z", "farm_id": "f", "source_ref": "s" } }
        """;

    private readonly Workbench _bench = new();

    public PackOperationTests()
    {
        _bench.Write("manifest.json", Manifest);
        _bench.Shell("mkdir -p staged/usr/bin out; echo tool > staged/usr/bin/tool; ln -s tool staged/usr/bin/link");
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Packs_the_whole_tree_and_computes_the_size()
    {
        Assert.Equal(_bench["out/x.peipkg"] + "\n", Pack().Succeeds().Output);
        VerifiedPackage package = _bench.Package("x.peipkg");
        Assert.Equal(5, package.Manifest.SizeInstalled);
        Assert.Equal(["usr", "usr/bin", "usr/bin/link", "usr/bin/tool"], package.Entries.Select(entry => entry.Path));
        Assert.Null(package.Signature);
    }

    [Theory]
    [InlineData("\"size_installed\"", "\"extra\": true, \"size_installed\"", "\"extra\" is not a member of a manifest")]
    [InlineData("\"size_installed\"", "\"sd_override\": [], \"size_installed\"", "did you mean \"sd_overrides\"?")]
    [InlineData("\"farm_id\"", "\"builder\": \"x\", \"farm_id\"", "in edition psd-009 (pspu-5 has it)")]
    public void Members_that_would_be_dropped_are_refused(string from, string to, string message)
    {
        _bench.Write("manifest.json", Manifest.Replace(from, to, StringComparison.Ordinal));
        Pack().Fails(message);
        Assert.Empty(_bench.Outputs);
    }

    [Fact]
    public void An_edition_is_chosen_by_its_name()
    {
        _bench.Shell("mkdir -p staged/usr/libexec; touch staged/usr/libexec/x");
        Pack().Fails("\"usr/libexec/x\" is out of place", "(edition pspu-5 takes it as it is)");
        Pack("--edition", "pspu-5").Succeeds();
        Pack("--edition", "pspu5").FailsWith(2, "did you mean \"pspu-5\"?");
        Pack("--edition", "pspu-5", "--skip-layout-checks").FailsWith(2, "special_system_package");
        string package = _bench["out/x.peipkg"];
        Assert.Equal($"{package}: ok, unsigned; satisfies pspu-5\n", _bench.Run("verify", package).Succeeds().Output);
        Assert.Equal(
            $"{package}: ok, unsigned\n",
            _bench.Run("verify", "--edition", "pspu-5", package).Succeeds().Output
        );
        _bench.Run("verify", "--edition", "psd-009", package).Fails("\"usr/libexec/x\" is out of place");
    }

    [Fact]
    public void Empty_directories_are_packed_too()
    {
        _bench.Shell("mkdir staged/proc staged/etc");
        Pack().Succeeds();
        Assert.Contains("proc", _bench.Package("x.peipkg").Entries.Select(entry => entry.Path));
    }

    [Fact]
    public void The_tree_may_be_named_through_a_symlink()
    {
        _bench.Shell("ln -s staged link");
        Pack("--staged", _bench["link"]).Succeeds();
    }

    [Fact]
    public void Layout_is_checked_and_everything_wrong_with_it_reported()
    {
        _bench.Shell(
            "mkdir -p staged/usr/lib/x staged/srv; touch staged/usr/lib/x/a.so staged/srv/y; ln -s /x staged/usr/z"
        );
        Pack()
            .Fails(
                "\"usr/lib/x/a.so\" is out of place",
                "\"srv/y\" is out of place",
                "\"usr/z\" is unsafe",
                "\"ldconfig\"",
                "staged cannot be packed; no package was made"
            );
        Assert.Empty(_bench.Outputs);
    }

    [Fact]
    public void Layout_checks_can_be_skipped_but_not_those_for_safety()
    {
        _bench.Shell("mkdir -p staged/lib64; touch staged/lib64/libc.so.6; ln -s ../dev/shm staged/lib64/s");
        Pack("--skip-layout-checks").Succeeds();
        _bench.Shell(
            "ln -s /lib staged/lib64/abs; ln -s ../../up staged/lib64/up; touch 'staged/back\\slash'; rm -r out/*"
        );
        Pack("--skip-layout-checks").Fails("lib64/abs", "lib64/up", "backslash");
        Assert.Empty(_bench.Outputs);
    }

    [Theory]
    [InlineData("mkfifo staged/usr/f", "\"usr/f\" is a FIFO")]
    [InlineData("mknod staged/usr/c c 1 3", "\"usr/c\" is a character device")]
    [InlineData("mknod staged/usr/b b 7 0", "\"usr/b\" is a block device")]
    [InlineData(
        "perl -MSocket -e 'socket(S,PF_UNIX,SOCK_STREAM,0);bind(S,sockaddr_un(\"staged/usr/s\"))'",
        "\"usr/s\" is a socket"
    )]
    [InlineData("touch \"$(printf 'staged/usr/\\377x')\"", "\"usr/\\xffx\": the file name is not UTF-8")]
    [InlineData("ln -s \"$(printf '\\377')\" staged/usr/l", "\"usr/l\": the symlink's target \"\\xff\" is not UTF-8")]
    [InlineData("touch \"$(printf 'staged/usr/e\\314\\201')\"", "normalization form C")]
    [InlineData("touch \"$(printf 'staged/usr/\\033[2Jx')\"", "control character")]
    [InlineData("mkdir -p staged/.peipkg; touch staged/.peipkg/x", "belongs to the package format")]
    [InlineData("chmod 000 staged/usr", null)]
    public void What_cannot_be_packed_is_named(string command, string? message)
    {
        string output = _bench.Shell(command, mayFail: true);
        if (
            output.Contains("not permitted", StringComparison.Ordinal)
            || (message is null && Environment.UserName == "root")
        )
        {
            // Only root makes devices, and only others are kept out of directories.
            return;
        }

        RunResult result = Pack().Fails(message ?? "ermission denied");
        Assert.DoesNotContain('\u001b', result.Error);
        Assert.Empty(_bench.Outputs);
    }

    [Theory]
    [InlineData("{", "manifest.json: ")]
    [InlineData("", "manifest.json: ")]
    [InlineData("{\"schema_version\":1,\"schema_version\":1}", "duplicate")]
    [InlineData("{\"schema_version\":1}", "\"name\"")]
    public void A_manifest_that_breaks_a_rule_is_refused(string manifest, string message)
    {
        _bench.Write("manifest.json", manifest);
        Pack().Fails(message);
    }

    [Theory]
    [InlineData("\"demo\"", "\"Demo\"", "/name: ")]
    [InlineData("\"x86_64\"", "\"riscv64\"", "packages cannot be built for \"riscv64\"")]
    [InlineData("\"size_installed\": 99", "\"size_installed\": -1", "size_installed")]
    [InlineData("\"size_installed\"", "\"description\": \"caf\u00e9\", \"size_installed\"", "printable ASCII")]
    [InlineData(
        "\"size_installed\"",
        "\"sd_overrides\": [{ \"path\": \"usr/nope\", \"sd\": \"AQAEgAAAAAAAAAAAAAAAAAAAAAA\" }], \"size_installed\"",
        "sd_overrides"
    )]
    [InlineData("\"size_installed\"", "\"extra\": true, \"size_installed\"", "\"extra\" is not a member of a manifest")]
    public void A_manifest_is_held_to_every_rule_of_a_producer(string from, string to, string message)
    {
        _bench.Write("manifest.json", Manifest.Replace(from, to, StringComparison.Ordinal));
        Pack().Fails(message);
    }

    [Fact]
    public void An_oversized_manifest_is_not_read_whole()
    {
        _bench.Write("manifest.json", "{\"x\":\"" + new string('a', 17 << 20) + "\"}");
        Pack().Fails("manifest.json");
    }

    [Theory]
    [InlineData("--manifest", "nope.json", "there is no manifest")]
    [InlineData("--staged", "nope", "does not exist")]
    [InlineData("--staged", "manifest.json", "is not a directory")]
    [InlineData("--out", "nope/x.peipkg", "does not exist")]
    [InlineData("--out", "staged/x.peipkg", "lies inside --staged")]
    [InlineData("--out", "staged/usr/bin/x.peipkg", "lies inside --staged")]
    [InlineData("--out", "out", "which is a directory")]
    [InlineData("--sign-key", "nope", "there is no key file")]
    public void What_is_not_there_or_in_the_wrong_place_is_named(string option, string path, string message) =>
        Pack(option, _bench[path]).Fails(message, Path.GetFileName(path));

    [Fact]
    public async Task A_fifo_or_device_is_written_to_and_not_replaced()
    {
        Pack().Succeeds();
        _bench.Shell("mkfifo out/pipe && ln -s pipe out/link");
        Task<byte[]> read = Task.Run(() => File.ReadAllBytesAsync(_bench["out/pipe"]));
        Pack("--out", _bench["out/link"]).Succeeds();

        Assert.Equal(await File.ReadAllBytesAsync(_bench["out/x.peipkg"]), await read);
        Pack("--out", "/dev/null").Succeeds();
        Pack("--out", "/dev/full").Fails("cannot write to /dev/full: No space left on device");
        _bench.Shell("test -p out/pipe && test -L out/link && test -c /dev/full && test -c /dev/null");
    }

    [Fact]
    public void A_tree_that_is_refused_puts_nothing_into_a_fifo()
    {
        _bench.Shell("mkfifo staged/f");

        // Nobody reads it: a byte into it would wait for ever.
        _bench.Shell("mkfifo out/pipe");
        Pack("--out", _bench["out/pipe"]).Fails("\"f\" is a FIFO");
    }

    [Fact]
    public void An_old_package_survives_a_failure()
    {
        _bench.Write("out/x.peipkg", "old");
        _bench.Shell("mkfifo staged/f");
        Pack().Fails();
        Assert.Equal("old", File.ReadAllText(_bench["out/x.peipkg"]));
        Assert.Equal(["x.peipkg"], _bench.Outputs);
    }

    private RunResult Pack(params string[] more)
    {
        List<string> args = ["pack"];
        foreach (
            (string option, string value) in new[]
            {
                ("--manifest", _bench["manifest.json"]),
                ("--staged", _bench["staged"]),
                ("--out", _bench["out/x.peipkg"]),
            }
        )
        {
            if (!more.Contains(option))
            {
                args.AddRange([option, value]);
            }
        }

        return _bench.Run([.. args, .. more]);
    }
}
