using System.Text.Json;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Composing;

/// <summary>Builds in a root that has a shell and nothing of this machine.</summary>
public sealed class RootBuildTests(ComposedRootFixture fixture) : IClassFixture<ComposedRootFixture>, IDisposable
{
    private const string Installs = """
        mkdir -p "$DESTDIR/usr/share/demo"
        cat /etc/settings > "$DESTDIR/usr/share/demo/file"
        """;

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    private void Requires(string list) =>
        _bench.Recipe($"{Workbench.OneStanza}[build]\nerrexit = true\nrequires = {list}\n");

    private string Content()
    {
        _bench.Run("extract", _bench["out/demo_1.2-3_noarch.peipkg"], "--to", _bench["extracted"]).Succeeds();
        return File.ReadAllText(_bench["extracted/usr/share/demo/file"]);
    }

    [Fact]
    public void The_script_sees_the_roots_programs_and_none_of_this_machine()
    {
        _bench.Script(
            Installs
                + """

                fails() { if "$@" > /dev/null 2>&1; then echo "succeeded: $*"; exit 9; fi; }
                for program in gcc cc as ld perl bash dotnet; do fails command -v "$program"; done
                for path in /usr/bin/dash /usr/lib/gcc /usr/share/dotnet /etc/alternatives /peipkg-root.json; do fails test -e "$path"; done
                for path in /usr/x /usr/bin/x /etc/x /opt/x /bin/x /usr/bin/busybox; do fails touch "$path"; done
                fails chmod u+w /usr/bin/busybox
                fails grep "not shown" /etc/hosts
                grep -q build /etc/passwd
                test "$(/opt/tool/bin/tool)" = "from opt"
                """
        );
        _bench.Build("--root", fixture.Root).Succeeds();
        Assert.Equal("a root of its own\n", Content());
    }

    [Fact]
    public void It_can_be_built_twice_tested_and_reproduced()
    {
        _bench.Recipe(Workbench.OneStanza + "[test]\nscript = \"test.sh\"\n");
        _bench.Script(Installs);
        _bench.Write(
            "recipe/test.sh",
            "test \"$(cat \"$ROOT/usr/share/demo/file\")\" = 'a root of its own' && ! command -v perl && ! test -e /etc/alternatives\n"
        );
        RunResult result = _bench.Build("--root", fixture.Root, "--twice").Succeeds();
        Assert.Contains("built twice with the same result", result.Error, StringComparison.Ordinal);
        string[] reproduce =
        [
            "reproduce",
            _bench["out/demo_1.2-3_noarch.peipkg"],
            "--recipe",
            _bench["recipe"],
            "--source",
            _bench["source"],
        ];
        _bench.Run([.. reproduce, "--root", fixture.Root]).Succeeds();
        _bench.Run([.. reproduce, "--sandbox"]).Fails();
        _bench.Write("recipe/test.sh", "exit 3\n");
        _bench.Build("--root", fixture.Root).Fails("test script", "exited with status 3");
    }

    [Fact]
    public void A_shell_opens_in_it()
    {
        _bench.Input = "cat /etc/settings; command -v perl || echo no perl; exit\n";
        _bench.Build("--root", fixture.Root, "--shell").Succeeds();
        Assert.Equal("a root of its own\nno perl\n", _bench.ScriptOutput);
    }

    [Fact]
    public void What_the_recipe_requires_is_looked_for_in_the_root()
    {
        _bench.Script(Installs);
        Requires("[\"sh\", \"busybox >= 1.30\", \"libc = 1.35-2\"]");
        _bench.Build("--root", fixture.Root).Succeeds();
        Requires("[\"sh\", \"busybox >= 2\", \"gcc\"]");
        _bench
            .Build("--root", fixture.Root)
            .Fails(
                $"the recipe requires busybox >= 2, but in --root {fixture.Root} busybox 1.35-2 does not satisfy it\n",
                $"the recipe requires gcc, but in --root {fixture.Root} nothing has or provides that name\n"
            );
    }

    [Fact]
    public void A_root_that_does_not_say_what_it_is_made_of_is_doubted_when_the_script_fails()
    {
        _bench.Shell($"mkdir given && cp -a {fixture.Root}/. given && rm given/peipkg-root.json");
        Requires("[\"gcc\"]");
        _bench.Script(Installs);
        _bench.Build("--root", _bench["given"]).Succeeds();
        _bench.Script("exit 4");
        _bench
            .Build("--root", _bench["given"])
            .Fails($"The recipe requires gcc; whether {_bench["given"]} has all of it is not known.");
    }

    [Fact]
    public void The_attestation_lists_the_roots_packages()
    {
        _bench.Script(Installs);
        _bench.Build("--root", fixture.Root, "--sign-key", _bench.Key(), "--attest").Succeeds();
        JsonElement build = Attested(_bench["out/demo_1.2-3_noarch.peipkg.attestation.json"]);
        Assert.Equal("composed", build.GetProperty("internalParameters").GetProperty("root").GetString());
        using JsonDocument root = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(fixture.Root, "peipkg-root.json")));
        Assert.Equal(
            root.RootElement.GetProperty("packages")
                .EnumerateArray()
                .Select(package => $"{package.GetProperty("name")} {package.GetProperty("hash").GetProperty("value")}"),
            build
                .GetProperty("resolvedDependencies")
                .EnumerateArray()
                .Where(item =>
                    item.TryGetProperty("name", out JsonElement name)
                    && name.GetString()!.EndsWith(".peipkg", StringComparison.Ordinal)
                )
                .Select(item =>
                    $"{item.GetProperty("name").GetString()!.Split('_')[0]} {item.GetProperty("digest").GetProperty("sha256")}"
                )
        );
    }

    [Fact]
    public void Reproducing_tells_in_which_packages_the_root_was_another()
    {
        string package = _bench["out/demo_1.2-3_noarch.peipkg"];
        string[] reproduce = ["reproduce", package, "--recipe", _bench["recipe"], "--source", _bench["source"]];
        _bench.Build("--root", fixture.Root, "--sign-key", _bench.Key(), "--attest").Succeeds();
        RunResult same = _bench.Run([.. reproduce, "--root", fixture.Root]).Succeeds();
        Assert.DoesNotContain("warning", same.Error, StringComparison.Ordinal);
        RunResult without = _bench.Run(reproduce).Succeeds();
        Assert.Contains(
            "was built in a root, as its attestation says; give --root with one that compose makes of: busybox = 1.35-2, libc = 1.35-2, settings = 1.35-2\n",
            without.Error,
            StringComparison.Ordinal
        );
        _bench.Shell($"cp -a {fixture.Root} other");
        string record = File.ReadAllText(_bench["other/peipkg-root.json"]);
        int at = record.IndexOf("\"value\"", StringComparison.Ordinal);
        at = record.IndexOf('"', at + "\"value\"".Length) + 1;
        _bench.Write("other/peipkg-root.json", record[..at] + new string('0', 64) + record[(at + 64)..]);
        RunResult other = _bench.Run([.. reproduce, "--root", _bench["other"]]).Succeeds();
        Assert.Contains(
            $"was built in another root than {_bench["other"]}, as its attestation says; it had: busybox = 1.35-2; it had not: busybox = 1.35-2\n",
            other.Error,
            StringComparison.Ordinal
        );
        _bench.Write("out/demo_1.2-3_noarch.peipkg.attestation.json", "{");
        RunResult damaged = _bench.Run([.. reproduce, "--root", fixture.Root]).Succeeds();
        Assert.Contains("what the package was built with is not known", damaged.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_signs_apart_attests_of_the_root_too()
    {
        _bench.Build("--root", fixture.Root).Succeeds();
        string package = _bench["out/demo_1.2-3_noarch.peipkg"];
        string[] sign = ["sign", package, "--sign-key", _bench.Key(), "--out", _bench["signed"]];
        _bench.Run([.. sign, "--root", fixture.Root]).FailsWith(2, "--root is for what --attest writes");
        _bench
            .Run([.. sign, "--attest", "--recipe", _bench["recipe"], "--root", _bench["recipe"]])
            .Fails("does not say what it is made of: it has no peipkg-root.json");
        _bench.Run([.. sign, "--attest", "--recipe", _bench["recipe"], "--root", fixture.Root]).Succeeds();
        JsonElement build = Attested(_bench["signed/demo_1.2-3_noarch.peipkg.attestation.json"]);
        Assert.Equal("composed", build.GetProperty("internalParameters").GetProperty("root").GetString());
        Assert.Contains(
            "busybox_1.35-2_",
            build.GetProperty("resolvedDependencies").GetRawText(),
            StringComparison.Ordinal
        );
    }

    private static JsonElement Attested(string file)
    {
        using JsonDocument envelope = JsonDocument.Parse(File.ReadAllBytes(file));
        using JsonDocument statement = JsonDocument.Parse(
            Convert.FromBase64String(envelope.RootElement.GetProperty("payload").GetString()!)
        );
        return statement.RootElement.GetProperty("predicate").GetProperty("buildDefinition").Clone();
    }

    [Fact]
    public void What_is_no_root_is_refused()
    {
        _bench.Build("--root", _bench["none"]).Fails($"--root {_bench["none"]} does not exist");
        _bench.Build("--root", "/").Fails("--root / is this machine itself; give --sandbox alone");
        _bench.Write("bare/file", "");
        _bench.Build("--root", _bench["bare"]).Fails("has no directory usr");
        _bench.Write("bare/usr/file", "");
        _bench.Build("--root", _bench["bare"]).Fails("has no /bin/sh, which runs build scripts");
        _bench.Shell($"cp -a {fixture.Root} broken && printf '{{' > broken/peipkg-root.json");
        _bench.Build("--root", _bench["broken"]).Fails("broken/peipkg-root.json: ", "compose the root again");
        string key = _bench.Key("broken/key.pem");
        _bench
            .Build("--root", _bench["broken"], "--sign-key", key)
            .Fails($"--sign-key {key} lies in --root {_bench["broken"]}, which the script can read");
    }
}
