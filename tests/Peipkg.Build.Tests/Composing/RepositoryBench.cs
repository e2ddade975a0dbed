using Peipkg.Build.Tests.Support;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;

namespace Peipkg.Build.Tests.Composing;

/// <summary>A workbench whose packages can be published in repositories.</summary>
internal sealed class RepositoryBench : IDisposable
{
    private const string Stanza =
        "\n[[package]]\nname = \"{0}\"\narchitecture = \"noarch\"\nfiles = [\"usr/share/{0}/**\"]\n";

    private readonly Edition _edition;

    internal RepositoryBench(Edition? edition = null)
    {
        _edition = edition ?? Edition.Default;
        Key = SigningKey.Load(File.ReadAllBytes(Bench.Key()), "key.pem");
        Bench.Variables["XDG_CACHE_HOME"] = Bench["cache"];
    }

    internal Workbench Bench { get; } = new();

    internal SigningKey Key { get; }

    internal string Trust => Key.PublicKey.Fingerprint.Text;

    internal string Repository => Bench["repository"];

    /// <summary>Where the files of unpacked packages are kept.</summary>
    internal string Cache => Bench["cache/peipkg-build/packages"];

    public void Dispose()
    {
        Key.Dispose();
        Bench.Dispose();
    }

    /// <summary>Makes packages that each install a file that says the version; what else a stanza says follows its name.</summary>
    internal void Make(string version, params (string Name, string More)[] packages)
    {
        string recipe = $"[meta]\nlicense = \"MIT\"\nbuild_script = \"build.sh\"\nedition = \"{_edition}\"\n";
        string script = "";
        foreach ((string name, string more) in packages)
        {
            recipe += Stanza.Replace("{0}", name, StringComparison.Ordinal) + more + "\n";
            script += $"mkdir -p $DESTDIR/usr/share/{name}; echo {version} > $DESTDIR/usr/share/{name}/version\n";
        }

        Bench.Recipe(recipe);
        Bench.Script(script);
        Build("--version", version);
    }

    /// <summary>Builds whatever the workbench's recipe says, signed.</summary>
    internal void Build(params string[] more) => Bench.Build(["--sign-key", Bench["key.pem"], .. more]).Succeeds();

    /// <summary>Publishes all packages that were made: the highest versions are advertised.</summary>
    internal void Publish(
        string? directory = null,
        Func<IndexEntry, IndexEntry>? change = null,
        SigningKey? signer = null
    )
    {
        string root = directory ?? Repository;
        List<IndexEntry> entries = [];
        foreach (string name in Bench.Outputs)
        {
            using FileStream file = File.OpenRead(Bench[$"out/{name}"]);
            VerifiedPackage package = PackageVerifier.Verify(file, new PackageVerifyOptions { Edition = _edition });
            string place = $"p/{name}";
            Directory.CreateDirectory(Path.Combine(root, "p"));
            File.Copy(file.Name, Path.Combine(root, place), overwrite: true);
            IndexEntry entry = IndexEntry.FromPackage(
                package.Manifest,
                package.PackageHash,
                package.CompressedSize,
                "/" + place
            );
            entries.Add(change?.Invoke(entry) ?? entry);
        }

        entries.Sort(
            static (one, other) =>
                one.Name != other.Name
                    ? one.Name.CompareTo(other.Name)
                    : PackageVersion.Compare(other.Version, one.Version)
        );
        IndexEntry[] active = [.. entries.DistinctBy(static entry => entry.Name)];
        Descriptor descriptor = new(
            "bench",
            "",
            [
                new DescriptorKey(
                    Key.PublicKey.Fingerprint,
                    DescriptorKey.ConventionalUrl(Key.PublicKey.Fingerprint),
                    KeyStatus.Active
                ),
            ],
            IndexPointers.ConventionalActive,
            IndexPointers.ConventionalArchive
        )
        {
            Edition = _edition,
        };
        Write(root, RepositoryLayout.KeyPath(Key.PublicKey.Fingerprint), Key.PublicKey.ExportPem());
        Sign(root, RepositoryLayout.Descriptor, DescriptorDocument.Write(descriptor), signer ?? Key);
        Sign(root, RepositoryLayout.ActiveIndex, Index(IndexKind.Active, active), signer ?? Key);
        Sign(root, RepositoryLayout.ArchiveIndex, Index(IndexKind.Archive, entries), signer ?? Key);
    }

    internal RunResult Compose(params string[] wanted) =>
        Bench.Run(["compose", "--repository", Repository, "--trust", Trust, "--out", Bench["root"], .. wanted]);

    /// <summary>The packages of the root with their versions.</summary>
    internal string Composed() =>
        string.Join(
            ' ',
            RootDocument
                .Read(File.ReadAllBytes(Bench["root/" + RootDocument.FileName]))
                .Packages.Select(static entry => $"{entry.Name}={entry.Version}")
        );

    private byte[] Index(IndexKind kind, IReadOnlyList<IndexEntry> entries) =>
        IndexDocument.Write(
            new RepositoryIndex("bench", kind, 1, Timestamp.Parse("2026-06-01T00:00:00Z"), entries),
            _edition
        );

    internal static void Sign(string root, string name, byte[] content, SigningKey key)
    {
        Write(root, name, content);
        Write(root, name + RepositoryLayout.SignatureSuffix, SignatureEnvelope.Sign(key, content).Write());
    }

    private static void Write(string root, string name, byte[] content)
    {
        string path = Path.Combine(root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }
}
