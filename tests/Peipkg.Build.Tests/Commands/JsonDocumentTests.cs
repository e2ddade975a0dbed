using System.Text.RegularExpressions;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Commands;

/// <summary>Every JSON document that the tool prints, byte by byte: programs depend on them.</summary>
public sealed partial class JsonDocumentTests : IDisposable
{
    private const string Package = "demo_1.2-3_noarch.peipkg";

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Findings_and_tags()
    {
        WriteFaultyRecipe();
        _bench.Write("tags", "v1.4\nv1.10\nother\nv\u00e9\n");
        RunResult result = _bench.Run("check", _bench["recipe"], "--format", "json", "--tags", _bench["tags"]);
        Golden.Equal("check.json", Settle(result.Output));
    }

    [Fact]
    public void Findings_for_code_hosts()
    {
        WriteFaultyRecipe();
        string output = _bench.Run("check", _bench["recipe"], "--format", "sarif").Output;

        // The list of rules is that of the documentation; one shows its form.
        int second = output.IndexOf("},\n            {", StringComparison.Ordinal);
        int end = output.IndexOf("          ]\n        }\n      },\n      \"columnKind\"", StringComparison.Ordinal);
        Golden.Equal("check.sarif", Settle(Version().Replace(output[..second] + "}\n" + output[end..], "VERSION")));
    }

    [Fact]
    public void A_package()
    {
        _bench.Script(
            "mkdir -p \"$DESTDIR/usr/share/d\"; echo '<\u00e9>' > \"$DESTDIR/usr/share/d/\u00e9\"; ln -s ../d \"$DESTDIR/usr/share/d/l\""
        );
        _bench.Build().Succeeds();
        Golden.Equal(
            "inspect.json",
            Settle(_bench.Run("inspect", "--json", _bench["out/" + Package]).Succeeds().Output)
        );
        File.Move(_bench["out/" + Package], _bench["unsigned.peipkg"]);
        _bench.Build("--sign-key", _bench.Key()).Succeeds();
        string signed = Settle(_bench.Run("inspect", "--json", _bench["out/" + Package]).Succeeds().Output);
        Golden.Equal("inspect-signed.json", Digest().Replace(signed, "DIGEST"));
    }

    [Fact]
    public void What_two_packages_differ_in()
    {
        _bench.Script(
            """
            mkdir -p "$DESTDIR/usr/share/d"; cd "$DESTDIR/usr/share/d"
            printf 'one\ntwo "<>"\n' > text; printf 'a\0b' > binary; echo gone > old; ln -s text link; mkdir kind; echo x > kind/x
            """
        );
        _bench.Build().Succeeds();
        File.Move(_bench["out/" + Package], _bench["first.peipkg"]);
        _bench.Script(
            """
            mkdir -p "$DESTDIR/usr/share/d"; cd "$DESTDIR/usr/share/d"
            printf 'one\n2\n' > text; printf 'a\0c!' > binary; echo here > new; ln -s new link; echo > kind
            """
        );
        _bench.Recipe(Workbench.OneStanza.Replace("MIT", "ISC", StringComparison.Ordinal));
        _bench.Build().Succeeds();
        string second = _bench["out/" + Package];
        Golden.Equal(
            "different.json",
            Settle(_bench.Run("inspect", "--json", _bench["first.peipkg"], "--diff", second).Output)
        );
        Golden.Equal("identical.json", Settle(_bench.Run("inspect", "--json", second, "--diff", second).Output));
    }

    private void WriteFaultyRecipe()
    {
        _bench.Recipe(
            """
            [meta]
            license = "GPL-2.0"
            build_script = "build.sh"

            [[package]]
            name = "demo"
            architecture = "noarch"
            description = "A <test> & 'more'."
            files = ["usr/**", "srv/**"]

            [upstream]
            git = "https://git.example.org/demo"
            tag_pattern = "^v(.+)$"
            peios_revision = 2
            min_version = "1.5"
            """
        );
        File.WriteAllText(_bench["recipe/build.sh"], "set -eu\n");
    }

    private string Settle(string output) => output.Replace(_bench.Root, "$ROOT", StringComparison.Ordinal);

    [GeneratedRegex("""(?<="name": "peipkg-build",\s+"version": ")[^"]*""")]
    private static partial Regex Version();

    [GeneratedRegex("[0-9a-f]{64}|(?<=size_compressed\": )[0-9]+")]
    private static partial Regex Digest();
}
