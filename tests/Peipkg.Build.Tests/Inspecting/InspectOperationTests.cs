using System.Text.Json;
using Peipkg.Build.Tests.Support;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Tests.Inspecting;

public sealed class InspectOperationTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Text_shows_the_manifest_the_sizes_and_every_entry()
    {
        string path = Write(
            new Manifest
            {
                Name = PackageName.Parse("demo"),
                Version = PackageVersion.Parse("1.0-1"),
                Architecture = Architecture.X86_64,
                Description = "Shows things.",
                License = "MIT",
                Homepage = "https://example.org/",
                Dependencies =
                [
                    new(VirtualName.Parse("libc")),
                    new(VirtualName.Parse("libz"), VersionConstraint.Parse(">= 1")),
                ],
                SideEffects = [SideEffect.ManDb],
                Build = Built("farm", "git+https://x#refs/tags/v1"),
            }
        );
        Assert.Equal(
            """
            demo 1.0-1 x86_64
              description   Shows things.
              license       MIT
              homepage      https://example.org/
              dependencies  libc, libz (>= 1)
              side effects  man-db
              built         2026-05-01T12:00:00Z by farm
              source        git+https://x#refs/tags/v1
              package       SIZE bytes, sha256 HASH
              installed     1005 bytes in 2 files, 2 directories, 1 symlink
              signature     none
              editions      psd-009, pspu-5

                  usr/
                  usr/bin/
               5  usr/bin/a
            1000  usr/bin/b
                  usr/bin/c -> ../bin/a

            """.ReplaceLineEndings("\n").Replace(
                "SIZE",
                $"{new FileInfo(path).Length}",
                StringComparison.Ordinal
            ).Replace("HASH", _bench.Shell($"sha256sum {path}")[..64], StringComparison.Ordinal),
            _bench.Run("inspect", path).Succeeds().Output
        );
    }

    [Fact]
    public void Json_holds_the_same_for_programs()
    {
        string path = Write(Hostile("farm", "ref"), _bench.Key());
        using JsonDocument json = JsonDocument.Parse(_bench.Run("inspect", "--json", path).Succeeds().Output);
        JsonElement root = json.RootElement;
        Assert.Equal("demo", root.GetProperty("manifest").GetProperty("name").GetString());
        Assert.Equal(1005, root.GetProperty("size_installed").GetInt64());
        Assert.Equal(new FileInfo(path).Length, root.GetProperty("size_compressed").GetInt64());
        Assert.Equal(64, root.GetProperty("signature").GetProperty("key_fingerprint").GetString()!.Length);
        Assert.Equal(
            ["usr directory", "usr/bin directory", "usr/bin/a file", "usr/bin/b file", "usr/bin/c symlink"],
            root.GetProperty("entries")
                .EnumerateArray()
                .Select(e => $"{e.GetProperty("path").GetString()} {e.GetProperty("type").GetString()}")
        );
        Assert.Equal(5, root.GetProperty("entries")[2].GetProperty("size").GetInt64());
        Assert.Equal("../bin/a", root.GetProperty("entries")[4].GetProperty("target").GetString());
    }

    [Fact]
    public void All_that_the_newer_edition_adds_is_shown()
    {
        _bench.Write(
            "manifest.json",
            """
            {"schema_version":1,"name":"demo","version":"1.0-1","architecture":"noarch","license":"LicenseRef-X",
             "license_class":"firmware","default_root":"initramfs","special_system_package":true,
             "alternate_upgrade":{"message":"Use the updater."},
             "dependencies":[{"name":"shell","constraint":">= 1","root":"initramfs","claims":{"sh":{"path":"/usr/bin/sh"}}}],
             "conflicts":[],"provides":[{"name":"role","claims":{"main":{"target":"/usr/bin/a"}}}],"size_installed":0,
             "build":{"timestamp":"2026-05-01T12:00:00Z","farm_id":"f","source_ref":"s","source_package":"demo-source",
             "recipe_ref":"git:1","builder":"bench/1"}}
            """
        );
        string longName = $"usr/share/{new string('d', 60)}/{new string('f', 60)}";
        _bench.Shell($"mkdir -p staged/usr/bin staged/$(dirname {longName}); touch staged/usr/bin/a staged/{longName}");
        string path = _bench["x.peipkg"];
        _bench
            .Run(
                "pack",
                "--edition",
                "pspu-5",
                "--manifest",
                _bench["manifest.json"],
                "--staged",
                _bench["staged"],
                "--out",
                path
            )
            .Succeeds();

        string text = _bench.Run("inspect", path).Succeeds().Output;
        Assert.All(
            [
                "license class firmware",
                "default root  initramfs",
                "special       asks to install outside the layout",
                "upgrade       by other means: Use the updater.",
                "dependencies  shell (>= 1; in root initramfs; claims sh at /usr/bin/sh)",
                "provides      role (claims main with /usr/bin/a)",
                "source name   demo-source",
                "recipe        git:1",
                "builder       bench/1",
                "headers       record-for-prefix (1)",
            ],
            line => Assert.Contains($"  {line}\n", text, StringComparison.Ordinal)
        );

        using JsonDocument json = JsonDocument.Parse(_bench.Run("inspect", "--json", path).Succeeds().Output);
        JsonElement root = json.RootElement;
        Assert.Equal("firmware", root.GetProperty("manifest").GetProperty("license_class").GetString());
        Assert.Contains("pspu-5", root.GetProperty("editions").EnumerateArray().Select(name => name.GetString()));
        JsonElement form = Assert.Single(root.GetProperty("header_forms").EnumerateArray());
        Assert.Equal("record-for-prefix", form.GetProperty("form").GetString());
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("inspect --json")]
    public void A_package_for_an_architecture_that_is_not_built_for_can_be_looked_at(string command)
    {
        string path = Write(Hostile("MIT", "x") with { Architecture = Architecture.X86_64 });
        _bench.Shell($"zstd -dcq {path} | sed 's/x86_64/mips64/' | zstd -q --no-check -o foreign");
        Assert.Contains(
            "mips64",
            _bench.Run([.. command.Split(' '), _bench["foreign"]]).Succeeds().Output,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("inspect --json")]
    public void Hostile_text_never_reaches_the_terminal(string command)
    {
        string path = Write(Hostile("\u001b]0;owned\u0007", "x\u009b2J\u202egpj.exe\u2066\r\nnext"));
        string output = _bench.Run([.. command.Split(' '), path]).Succeeds().Output;
        Assert.DoesNotContain(output, c => c is < ' ' and not '\n' or '\u007f' or '\u009b' or '\u202e' or '\u2066');
    }

    [Fact]
    public void A_package_that_is_none_is_refused_with_the_rule()
    {
        string path = _bench.Write("x.peipkg", "not a package");
        _bench.Run("inspect", path).Fails(path + ": ");
        _bench.Run("inspect", _bench["nope"]).Fails("there is no file");
        _bench.Run("inspect", _bench.Root).Fails("is a directory");
    }

    private static BuildInfo Built(string farm, string source) =>
        new(Timestamp.Parse("2026-05-01T12:00:00Z"), farm, source);

    private static Manifest Hostile(string farm, string source) =>
        new()
        {
            Name = PackageName.Parse("demo"),
            Version = PackageVersion.Parse("1.0-1"),
            Architecture = Architecture.NoArch,
            License = farm,
            Build = Built(farm, source),
        };

    private string Write(Manifest manifest, string? keyFile = null)
    {
        PayloadSource[] payload =
        [
            PayloadSource.File("usr/bin/a", "tool\n"u8.ToArray()),
            PayloadSource.File("usr/bin/b", new byte[1000]),
            PayloadSource.Symlink("usr/bin/c", "../bin/a"),
        ];
        string path = _bench["x.peipkg"];
        using Peipkg.Format.Cryptography.SigningKey? key = keyFile is null
            ? null
            : Peipkg.Format.Cryptography.SigningKey.Load(File.ReadAllBytes(keyFile), keyFile);
        using FileStream stream = File.Create(path);
        PackageWriter.Write(stream, manifest, payload, key);
        return path;
    }
}
