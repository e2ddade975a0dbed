using System.Text.Json;
using Peipkg.Build.Building;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Reproducing;

public sealed class ReproduceOperationTests : IDisposable
{
    private const string Package = "out/demo_1.2-3_noarch.peipkg";

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void An_unsigned_package_is_compared_byte_by_byte()
    {
        _bench.Build().Succeeds();
        Assert.StartsWith(
            "demo_1.2-3_noarch.peipkg: identical, sha256 ",
            Reproduce().Succeeds().Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_signed_package_is_compared_whole_with_the_key_and_by_what_is_signed_without()
    {
        string key = _bench.Key();
        _bench.Build("--sign-key", key).Succeeds();
        Assert.StartsWith(
            "demo_1.2-3_noarch.peipkg: identical, sha256 ",
            Reproduce("--sign-key", key).Succeeds().Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "identical, all that the signature of",
            Reproduce().Succeeds().Output,
            StringComparison.Ordinal
        );
        Reproduce("--sign-key", _bench.Key("other.pem")).Fails("give the key that signed it");
    }

    [Fact]
    public void What_differs_is_shown_and_fails()
    {
        _bench.Script(
            """
            mkdir -p "$DESTDIR/usr/share/demo"; cd "$DESTDIR/usr/share/demo"
            printf 'one\ntwo\nthree\n' > text; printf 'a\0b' > binary; echo gone > old; ln -s text link; mkdir kind
            echo x > kind/x
            """
        );
        _bench.Build().Succeeds();
        _bench.Script(
            """
            mkdir -p "$DESTDIR/usr/share/demo"; cd "$DESTDIR/usr/share/demo"
            printf 'one\n2\nthree\n' > text; printf 'a\0c!' > binary; echo here > new; ln -s old link; echo > kind
            """
        );
        _bench.Recipe(Workbench.OneStanza.Replace("MIT", "ISC", StringComparison.Ordinal));
        RunResult result = Reproduce();
        Assert.Equal(1, result.Code);
        Assert.Equal(
            $$"""
            demo_1.2-3_noarch.peipkg: different
            - {{_bench[Package]}}
            + rebuilt
            manifest: license
              - "MIT"
              + "ISC"
            manifest: size_installed
              - 24
              + 22
            removed: usr/share/demo/kind/x (2 bytes)
            removed: usr/share/demo/old (5 bytes)
            added: usr/share/demo/new (5 bytes)
            changed: usr/share/demo/binary, 3 bytes, then 4; the first difference is at byte 2 (0x2)
              - 00000000  61 00 62                                         |a.b|
              + 00000000  61 00 63 21                                      |a.c!|
            changed: usr/share/demo/kind
              - usr/share/demo/kind/
              + usr/share/demo/kind (1 byte)
            changed: usr/share/demo/link
              - usr/share/demo/link -> text
              + usr/share/demo/link -> old
            changed: usr/share/demo/text, 14 bytes, then 12; the first difference is at byte 4 (0x4)
              line 2
              - two
              + 2

            """.ReplaceLineEndings("\n"),
            result.Output
        );
    }

    [Fact]
    public void The_same_is_reported_in_JSON()
    {
        _bench.Build().Succeeds();
        using (JsonDocument same = JsonDocument.Parse(Reproduce("--json").Succeeds().Output))
        {
            Assert.True(same.RootElement.GetProperty("identical").GetBoolean());
        }

        _bench.Script("mkdir -p \"$DESTDIR/usr/share/demo\"; echo ha > \"$DESTDIR/usr/share/demo/file\"");
        RunResult result = Reproduce("--json");
        Assert.Equal(1, result.Code);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement changed = document.RootElement.GetProperty("packages")[0].GetProperty("changed")[0];
        Assert.Equal("usr/share/demo/file", changed.GetProperty("path").GetString());
        Assert.Equal(1, changed.GetProperty("offset").GetInt64());
        Assert.Equal("ha", changed.GetProperty("line").GetProperty("second").GetString());
    }

    [Fact]
    public void ELF_files_are_compared_by_section()
    {
        _bench.Recipe(Workbench.OneStanza.Replace("noarch", "x86_64", StringComparison.Ordinal));
        _bench.Script(
            "mkdir -p \"$DESTDIR/usr/bin\"; gcc -Wl,--build-id=none -o \"$DESTDIR/usr/bin/p\" \"$SOURCE_DIR/p.c\""
        );
        _bench.Write("source/p.c", "const char greeting[] = \"hello\"; int main(void) { return greeting[0]; }\n");
        _bench.Build().Succeeds();
        _bench.Write("source/p.c", "const char greeting[] = \"hellx\"; int main(void) { return greeting[0]; }\n");
        RunResult result = _bench.Run(
            "reproduce",
            _bench["out/demo_1.2-3_x86_64.peipkg"],
            "--recipe",
            _bench["recipe/peipkg.toml"],
            "--source",
            _bench["source"]
        );
        Assert.Equal(1, result.Code);
        Assert.Contains("sections that differ: .rodata\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_compared_is_said_before_anything_is_built()
    {
        _bench.Script("exit 9");
        _bench.Write("out/none", "");
        _bench
            .Run(
                "reproduce",
                _bench["out/none"],
                "--recipe",
                _bench["recipe/peipkg.toml"],
                "--source",
                _bench["source"]
            )
            .Fails("none: ");
        _bench.Script("mkdir -p \"$DESTDIR/usr/share\"; echo > \"$DESTDIR/usr/share/x\"");
        _bench.Build().Succeeds();
        _bench.Build("--version", "2-1", "--out", _bench["out2"]).Succeeds();
        _bench.Script("exit 9");
        _bench
            .Run(
                "reproduce",
                _bench[Package],
                _bench["out2/demo_2-1_noarch.peipkg"],
                "--recipe",
                _bench["recipe/peipkg.toml"],
                "--source",
                _bench["source"]
            )
            .Fails("are not from one build");
        _bench.Recipe(Workbench.OneStanza.Replace("\"demo\"", "\"other\"", StringComparison.Ordinal));
        Reproduce().Fails("which the recipe does not make; it makes other");
    }

    [Fact]
    public void Twice_passes_what_comes_out_the_same()
    {
        _bench.Write("source/sub/file", "x\n");
        _bench.Script(
            "cd \"$SOURCE_DIR\"; mkdir -p \"$DESTDIR/usr/share\"; cat sub/file > \"$DESTDIR/usr/share/x\"; rm sub/file"
        );
        Assert.Contains(
            "built twice with the same result",
            _bench.Build("--twice").Succeeds().Error,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("pwd", "line 1", false)]
    [InlineData("umask", "line 1", true)]
    [InlineData("echo \"$SOURCE_DIR\"", "line 1", false)]
    [InlineData("cat /proc/sys/kernel/hostname", "another-machine", true)]
    [InlineData("nproc", "+ 1\n", true)]
    [InlineData("ls -U \"$SOURCE_DIR\"", "line ", true)]
    [InlineData("od -N 8 -x /dev/urandom", "line 1", true)]
    public void Twice_refuses_what_depends_on_circumstances(string command, string shown, bool evenInSandbox)
    {
        if (command == "nproc" && Environment.ProcessorCount == 1)
        {
            return;
        }

        if (command.StartsWith("ls", StringComparison.Ordinal))
        {
            // Where there is no file system in memory, the order may well stay the same.
            if (SourceOrder.PlaceForCopy(_bench["source"]) is null)
            {
                return;
            }

            _bench.Shell("cd source; for i in 1 2 3 4 5 6 7 8 9; do echo $i > file$i; done");
        }

        _bench.Script($"mkdir -p \"$DESTDIR/usr/share\"; {command} > \"$DESTDIR/usr/share/x\"");
        _bench
            .Build("--twice", "--sandbox")
            .FailsWith(evenInSandbox ? 1 : 0, evenInSandbox ? [shown, "came out differently"] : []);
        if (!evenInSandbox)
        {
            _bench.Build("--twice", "--out", _bench["out3"]).Fails(shown, "usr/share/x", "came out differently");
            Assert.False(Directory.Exists(_bench["out3"]));
        }
    }

    [Theory]
    [InlineData("$SOURCE_DIR", "source")]
    [InlineData("$DESTDIR", "dest")]
    [InlineData("$PWD", "work")]
    public void Twice_names_the_path_that_leaked_instead_of_bytes(string variable, string name)
    {
        _bench.Script(
            $"mkdir -p \"$DESTDIR/usr/share\"; printf 'a\\0%s\\0\\1\\2' \"{variable}\" > \"$DESTDIR/usr/share/x\""
        );
        string error = _bench.Build("--twice").Fails("the file contains a path of its build: " + _bench.Root).Error;
        Assert.Equal(2, error.Split("the file contains a path of its build: ").Length - 1);
        Assert.Contains(name, error, StringComparison.Ordinal);
        Assert.DoesNotContain("  - 0000", error, StringComparison.Ordinal);
    }

    private RunResult Reproduce(params string[] more) =>
        _bench.Run([
            "reproduce",
            _bench[Package],
            "--recipe",
            _bench["recipe/peipkg.toml"],
            "--source",
            _bench["source"],
            .. more,
        ]);
}
