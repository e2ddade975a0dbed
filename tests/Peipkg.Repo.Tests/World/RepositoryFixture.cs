using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Tests.World;

/// <summary>A directory with a key, a repository and a place for new packages, and the commands to work on them.</summary>
internal sealed class RepositoryFixture : IDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly string _base;

    /// <summary>Makes the key; the repository comes with <see cref="Init"/>.</summary>
    /// <param name="directory">Where to work; null makes a temporary directory.</param>
    internal RepositoryFixture(string? directory = null)
    {
        _directory = new TemporaryDirectory();
        _base = directory ?? _directory.Path;
        Key = SigningKey.Generate();
        DurableFile.Write(KeyFile, Key.ExportPem(), DurableFile.PrivateMode);
        Directory.CreateDirectory(New);
    }

    internal SigningKey Key { get; }

    /// <summary>Whether publications may be months apart, as most tests that go on in time have them.</summary>
    internal bool AllowFuture { get; init; } = true;

    internal string Base => _base;

    internal string Repo => Path.Combine(_base, "repo");

    internal string New => Path.Combine(_base, "new");

    internal string KeyFile => Path.Combine(_directory.Path, "key.pem");

    internal string this[string relative] => Path.Combine(_base, relative);

    /// <summary>The file of the key's public half.</summary>
    internal string PublicKeyFile
    {
        get
        {
            string file = this["key.pub"];
            DurableFile.Write(file, Key.PublicKey.ExportPem());
            return file;
        }
    }

    /// <summary>The descriptor as it is.</summary>
    internal Descriptor Descriptor => DescriptorDocument.Read(File.ReadAllBytes(this["repo/repo.json"]));

    internal RepositoryIndex Active =>
        IndexDocument.Read(File.ReadAllBytes(this["repo/index/active.json"]), Descriptor.Edition);

    internal RepositoryIndex Archive =>
        IndexDocument.Read(File.ReadAllBytes(this["repo/index/archive.json"]), Descriptor.Edition);

    internal static Manifest Manifest(string name, string version, string architecture) =>
        new()
        {
            Name = PackageName.Parse(name),
            Version = PackageVersion.Parse(version),
            Architecture = Architecture.Parse(architecture),
            Description = $"The \"{name}\" <package> & more",
            License = "MIT",
            Homepage = "https://example.org/?a=1&b=2",
            Dependencies = [new Dependency(PackageName.Parse("base"), VersionConstraint.Parse(">= 1.0"))],
            Build = new BuildInfo(
                Timestamp.Parse("2025-12-31T00:00:00Z"),
                "test-farm",
                "git+https://example.org/x#refs/tags/v1"
            ),
        };

    /// <summary>Packs a small package into the directory of new ones.</summary>
    /// <returns>Its path.</returns>
    internal string Pack(
        string name,
        string version = "1.0-1",
        string architecture = "x86_64",
        string content = "content",
        SigningKey? signer = null,
        bool unsigned = false,
        string? file = null,
        string? path = null
    )
    {
        Manifest manifest = Manifest(name, version, architecture);
        string target = Path.Combine(
            New,
            file ?? PackageFileName.Compose(manifest.Name, manifest.Version, manifest.Architecture)
        );
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using FileStream output = File.Create(target);
        PackageWriter.Write(
            output,
            manifest,
            [PayloadSource.File(path ?? $"usr/share/{name}/data", Encoding.UTF8.GetBytes(content))],
            unsigned ? null : signer ?? Key,
            new PackageWriteOptions { Workers = 1 }
        );
        return target;
    }

    internal void ClearNew()
    {
        Directory.Delete(New, recursive: true);
        Directory.CreateDirectory(New);
    }

    internal RunResult Init(params string[] more) =>
        RepoRun.Run([
            "init",
            "--name",
            "test-repo",
            "--sign-key",
            KeyFile,
            "--timestamp",
            "2026-01-01T00:00:00Z",
            "--out",
            Repo,
            .. more,
        ]);

    /// <summary>Publishes in place, unless the arguments say otherwise.</summary>
    internal RunResult Publish(params string[] more) => RepoRun.Run(PublishArguments(more));

    internal string[] PublishArguments(params string[] more)
    {
        List<string> args = ["publish", .. more, .. AllowFuture ? (string[])["--allow-future"] : []];
        Default("--in", Repo);
        Default("--out", Repo);
        Default("--sign-key", KeyFile);
        Default("--timestamp", "2026-01-02T00:00:00Z");
        if (!more.Contains("--rebuild"))
        {
            Default("--new", New);
        }

        return [.. args];

        void Default(string option, string value)
        {
            if (!more.Contains(option))
            {
                args.AddRange([option, value]);
            }
        }
    }

    internal RunResult Verify(params string[] more) =>
        RepoRun.RunAt(
            new FixedClock("2026-01-03T00:00:00Z"),
            "",
            ["verify", .. more.Contains("--repo") ? more : ["--repo", Repo, .. more]]
        );

    /// <summary>Init, one published package for each name, nothing left in the directory of new ones.</summary>
    internal void InitWith(params string[] names)
    {
        Succeed(Init());
        foreach (string name in names)
        {
            Pack(name);
        }

        Succeed(Publish());
        ClearNew();
    }

    /// <summary>Signs what waits for signatures where the key's private half is, and publishes it.</summary>
    internal void SignWhatWaits()
    {
        (string request, string signatures) = (this["request"], this["signatures"]);
        Succeed(RepoRun.Run("export-signing-request", "--repo", Repo, "--out", request));
        Succeed(RepoRun.Run("sign", "--detached", "--request", request, "--sign-key", KeyFile, "--out", signatures));
        Succeed(RepoRun.Run("import-signatures", "--repo", Repo, "--signatures", signatures));
    }

    internal static void Succeed(RunResult result) =>
        Assert.True(result.Code == 0, $"exit {result.Code}: {result.Error}");

    /// <summary>Every file of a directory with its content, but for the generation before, which is kept for readers.</summary>
    internal static SortedDictionary<string, string> Content(string directory) =>
        new(
            Directory
                .EnumerateFiles(directory, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(directory, path))
                .Where(path => !IsKept(directory, path))
                .ToDictionary(
                    static path => path,
                    path => Convert.ToHexString(File.ReadAllBytes(Path.Combine(directory, path)))
                ),
            StringComparer.Ordinal
        );

    /// <summary>The names in a directory, in order, but for the generation before.</summary>
    internal static string[] Entries(string directory) =>
        [
            .. Directory
                .EnumerateFileSystemEntries(directory)
                .Select(static path => Path.GetFileName(path))
                .Where(name => !IsKept(directory, name))
                .Order(StringComparer.Ordinal),
        ];

    private static bool IsKept(string directory, string path)
    {
        string first = path.Split('/')[0];
        return first == DocumentSwitch.CommonLink
            || (RepositoryLayout.IsPrivate(first) && File.Exists(Path.Combine(directory, first, "done")));
    }

    /// <summary>Writes a descriptor and signs it.</summary>
    internal void WriteDescriptor(Descriptor descriptor, SigningKey signer)
    {
        byte[] bytes = DescriptorDocument.Write(descriptor);
        File.WriteAllBytes(this["repo/repo.json"], bytes);
        File.WriteAllBytes(this["repo/repo.json.sig"], SignatureEnvelope.Sign(signer, bytes.AsSpan()).Write());
    }

    /// <summary>Changes both indexes as another tool with the same key would.</summary>
    internal void RewriteIndexes(Func<string, string> change)
    {
        foreach (string name in new[] { RepositoryLayout.ActiveIndex, RepositoryLayout.ArchiveIndex })
        {
            string path = Path.Combine(Repo, name);
            byte[] bytes = Encoding.UTF8.GetBytes(change(File.ReadAllText(path)));

            // A snapshot may have the same file.
            File.Delete(path);
            File.Delete(path + ".sig");
            File.WriteAllBytes(path, bytes);
            File.WriteAllBytes(path + ".sig", SignatureEnvelope.Sign(Key, bytes.AsSpan()).Write());
        }
    }

    /// <summary>Adds a key of some status to the descriptor, with its file.</summary>
    internal void List(SigningKey key, KeyStatus status, string? until = null)
    {
        Fingerprint fingerprint = key.PublicKey.Fingerprint;
        DescriptorKey entry = new(
            fingerprint,
            $"/keys/{fingerprint}.pub",
            status,
            until is null ? null : Timestamp.Parse(until)
        );
        WriteDescriptor(
            Descriptor with
            {
                Keys =
                [
                    .. Descriptor
                        .Keys.Where(old => old.Fingerprint != fingerprint)
                        .Append(entry)
                        .OrderBy(static k => k.Fingerprint),
                ],
            },
            Key
        );
        File.WriteAllBytes(this[$"repo/keys/{fingerprint}.pub"], key.PublicKey.ExportPem());
    }

    public void Dispose()
    {
        Key.Dispose();
        _directory.Dispose();
    }
}
