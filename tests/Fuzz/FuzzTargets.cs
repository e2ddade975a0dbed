using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Peipkg.Build.Checking;
using Peipkg.Build.Deriving;
using Peipkg.Build.Elf;
using Peipkg.Build.Fetching;
using Peipkg.Build.Rules;
using Peipkg.Build.Scanning;
using Peipkg.Build.Staging;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Http;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Upstreams;
using Peipkg.Posix.Files;
using Peipkg.Recipes;
using Peipkg.Recipes.Globs;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;
using Peipkg.Repo.Indexing;

namespace Peipkg.Fuzz;

/// <summary>Everything of the three programs that reads what strangers write.</summary>
internal static class FuzzTargets
{
    private static readonly Type[] Format = [typeof(FormatViolationException)];
    private static readonly GitAddress Parent = Address("https://example.org/group/project.git");

    internal static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("package", FuzzCorpus.Of("package"), VerifyPackage, Format),
        new(
            "tar",
            [.. FuzzCorpus.Of("package").Select(ZstdFrame.Unpack)],
            tar => VerifyPackage(ZstdFrame.Pack(tar)),
            Format
        ),
        new("manifest", FuzzCorpus.Of("manifest"), bytes => ManifestDocument.Read(bytes), Format),
        new("files", FuzzCorpus.Of("files"), bytes => FilesDocument.Read(bytes), Format),
        new("descriptor", FuzzCorpus.Of("descriptor"), bytes => DescriptorDocument.Read(bytes), Format),
        new("index", FuzzCorpus.Of("index"), ReadIndex, Format),
        new("security", FuzzCorpus.Of("security"), bytes => SecurityDescriptor.Fault(bytes)),
        new("recipe", FuzzCorpus.Samples("peipkg.toml"), ReadRecipe, typeof(RecipeException)),
        new(
            "configuration",
            [.. FuzzCorpus.Of("configuration"), .. FuzzCorpus.Samples("config.toml")],
            bytes => ConfigReader.Read(TomlFile.Parse(bytes, "config.toml")),
            typeof(RecipeException)
        ),
        new("script", FuzzCorpus.Samples("build.sh"), ReadScript),
        new("glob", Lines("glob"), ReadGlobs),
        new("tag-pattern", Lines("tag-pattern"), ReadTagPattern),
        new("identity", Lines("identity"), ReadIdentities),
        new("git-address", Lines("git-address"), ReadAddress),
        new("webhook", FuzzCorpus.Of("webhook"), ReadWebhook),
        new("control", FuzzCorpus.Of("control"), ReadRequest, typeof(JsonException)),
        new("tags", FuzzCorpus.Of("tags"), bytes => TagListing.Parse(bytes), typeof(GitException)),
        new("listing", Lines("listing"), ReadListing),
        new("tree", FuzzCorpus.Of("tree"), ReadTree, typeof(GitException)),
        new("submodules", FuzzCorpus.Of("submodules"), ReadSubmodules, typeof(GitException)),
        new("elf", FuzzCorpus.Of("elf"), bytes => ElfReader.Read(new MemoryStream(bytes))),
        new("elf-debug", FuzzCorpus.Of("elf"), bytes => ElfDebug.Read(new MemoryStream(bytes))),
        new("archive", FuzzCorpus.Of("archive"), bytes => StaticArchive.Read(new MemoryStream(bytes))),
        new("content", [.. FuzzCorpus.Of("elf"), .. FuzzCorpus.Of("archive"), .. FuzzCorpus.Of("gzip")], ScanContent),
        new("pkg-config", FuzzCorpus.Of("pkg-config"), ReadPkgConfig),
        new("signature", FuzzCorpus.Of("signature"), bytes => SignatureEnvelope.Read(bytes), Format),
        new("key", FuzzCorpus.Of("key"), bytes => PublicKey.Load(bytes, "key.pub"), typeof(KeyFileException)),
        new("armor", FuzzCorpus.Of("armor"), ReadArmor),
        new("lock", FuzzCorpus.Of("lock"), ReadLock, typeof(RecipeException)),
        new("source", [SourceArchive()], UnpackSource, typeof(UserErrorException)),
        new("complaint", Lines("complaint"), ReadComplaint),
        new("attestation", FuzzCorpus.Of("attestation"), ReadAttestation, Format),
        new("verdict", FuzzCorpus.Of("verdict"), ReadVerdicts, Format),
        new("remote", RemoteRepository.Seeds, RemoteRepository.Read, typeof(UserErrorException)),
    ];

    private static void VerifyPackage(byte[] bytes) => PackageVerifier.Verify(new MemoryStream(bytes));

    private static void ReadIndex(byte[] bytes)
    {
        IndexReading reading = IndexReader.Read(bytes);
        if (reading.Problems.Count == 0)
        {
            // What is taken is written again, and taken again.
            IndexDocument.Read(IndexDocument.Write(IndexDocument.Read(bytes)));
        }
        else
        {
            throw reading.Problems[0];
        }
    }

    // A damaged one is hardly ever signed, so that what it holds is also tried in an envelope that is.
    private static void ReadVerdicts(byte[] bytes)
    {
        using SigningKey key = SigningKey.Load(new byte[32], "zero");
        if (bytes.AsSpan().IndexOf("payloadType"u8) < 0)
        {
            RebuildVerdict.Read(DsseEnvelope.SignWithKey(key, Provenance.PayloadType, bytes).Write());
        }
        else
        {
            RebuildVerdicts.Read(bytes, default);
        }
    }

    // Damaged envelopes hold damaged statements, but few; and no key would have signed them.
    private static void ReadAttestation(byte[] bytes)
    {
        Statement.Read(bytes.AsSpan().IndexOf("payloadType"u8) < 0 ? bytes : DsseEnvelope.Read(bytes).Payload.Span);
    }

    private static void ReadRecipe(byte[] bytes)
    {
        TomlFile file = TomlFile.Parse(bytes, "peipkg.toml");
        WatchedRecipe.Examine(file);
        Recipe recipe = Recipe.Read(TomlFile.Parse(bytes, "peipkg.toml"));
        foreach (Finding _ in StanzaCheck.Check(recipe, whole: true, default)) { }
    }

    private static void ReadScript(byte[] bytes)
    {
        string script = Encoding.UTF8.GetString(bytes);
        foreach ((string Command, TomlPosition Position) _ in NetworkUse.Find(script)) { }
    }

    private static void ReadGlobs(byte[] bytes)
    {
        List<Glob> globs = [];
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n');
        foreach (string line in lines.Take(6))
        {
            if (Glob.TryParse(line, out Glob glob, out _))
            {
                globs.Add(glob);
                _ = glob.IsMatch(lines[^1]);
            }
        }

        GlobBudget budget = new();
        foreach (Glob one in globs)
        {
            foreach (Glob other in globs)
            {
                if (one.CommonPath(other, budget) is { } path && !(one.IsMatch(path) && other.IsMatch(path)))
                {
                    throw new InvalidOperationException($"{path} is not common to {one} and {other}");
                }

                _ = one.Covers(other, budget);
            }
        }
    }

    private static void ReadTagPattern(byte[] bytes)
    {
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n');
        if (TagPattern.TryParse(lines[0], out TagPattern pattern, out _))
        {
            foreach (string tag in lines.Skip(1))
            {
                pattern.TryGetVersion(tag, 1, out _, out _);
            }
        }
    }

    private static void ReadIdentities(byte[] bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        if (PackageVersion.TryParse(text, out PackageVersion version, out _))
        {
            if (PackageVersion.Compare(version, PackageVersion.Parse(version.Text)) != 0)
            {
                throw new InvalidOperationException($"{text} is not equal to itself");
            }

            if (VersionConstraint.TryParse(">= " + text, out VersionConstraint constraint, out _))
            {
                _ = constraint.IsSatisfiedBy(version);
            }
        }

        _ = VersionConstraint.TryParse(text, out _, out _);
        _ = PackageName.TryParse(text, out _, out _);
        _ = VirtualName.TryParse(text, out _, out _);
        _ = GoDuration.TryParse(text, out _, out _);
        _ = GoDuration.TryParseTimer(text, out _, out _);
        _ = ByteSize.TryParse(text, out _, out _);
        _ = PackageFileName.TryParse(text, out _, out _, out _, out _);
    }

    private static void ReadAddress(byte[] bytes)
    {
        if (GitAddress.TryParse(Encoding.UTF8.GetString(bytes), out GitAddress address, out _))
        {
            _ = address.RepositoryKey + address;
        }
    }

    private static void ReadWebhook(byte[] bytes)
    {
        if (WebhookDelivery.TryParse(bytes, out WebhookDelivery? delivery, out _))
        {
            _ = delivery.IsAbout(Parent);
        }

        _ = RequestDelivery.Read(bytes);
    }

    private static void ReadRequest(byte[] bytes) =>
        JsonSerializer.Deserialize(bytes, OperatorJson.Default.OperatorRequest);

    private static void ReadListing(byte[] bytes)
    {
        if (TagPattern.TryParse(@"^x-([0-9.a-z]+)\.tar\.[gx]z$", out TagPattern pattern, out _))
        {
            _ = ListingPage.Names(bytes, pattern);
        }
    }

    private static void ReadTree(byte[] bytes)
    {
        TreeListing listing = new(new FetchBudget(FetchConfig.Default, TimeProvider.System));
        foreach (byte[] piece in bytes.Chunk(97))
        {
            if (!listing.Take(piece))
            {
                return;
            }
        }
    }

    private static void ReadSubmodules(byte[] bytes) =>
        SubmoduleTable.Read(
            bytes,
            [new GitLink("lib/one", new string('1', 40)), new GitLink("two", new string('2', 40))],
            Parent
        );

    private static void ScanContent(byte[] bytes)
    {
        PayloadSource file = PayloadSource.File("usr/lib/x", bytes);
        FileScan scan = new(
            new PackagePlan(ManifestDocument.Read(FuzzCorpus.Of("manifest")[^1]), [file]),
            file,
            new BuildPaths(["/build/dest"], ["/build/work"]),
            static _ => { }
        );
        foreach (byte[] piece in bytes.Chunk(4099))
        {
            scan.Take(piece);
        }

        scan.End();
    }

    private static void ReadArmor(byte[] bytes) => _ = OpenPgpArmor.Decode(Encoding.UTF8.GetString(bytes));

    private static void ReadLock(byte[] bytes)
    {
        // What is taken is written again, and taken again.
        string text = SourceLock.Read(TomlFile.Parse(bytes, SourceLock.FileName)).Text();
        if (SourceLock.Read(TomlFile.Parse(Encoding.UTF8.GetBytes(text), SourceLock.FileName)).Text() != text)
        {
            throw new InvalidOperationException("a lock is not read as it is written");
        }
    }

    private static void UnpackSource(byte[] bytes)
    {
        DirectoryInfo around = Directory.CreateTempSubdirectory("peipkg-fuzz-");
        try
        {
            UnpackSource(bytes, around.CreateSubdirectory("target").FullName);
        }
        catch (UserErrorException) when (around.EnumerateFileSystemInfos().Count() != 1)
        {
            throw new InvalidOperationException("something lies outside of the target");
        }
        finally
        {
            TreeRemoval.Remove(around.FullName);
        }
    }

    private static void UnpackSource(byte[] bytes, string target)
    {
        using TarUnpacking unpacking = new("x.tar", target, 1 << 20);
        unpacking.Unpack(new MemoryStream(bytes), CancellationToken.None);
        unpacking.RequireLinksWithin("");
    }

    private static byte[] SourceArchive()
    {
        using MemoryStream tar = new();
        using (TarWriter writer = new(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            string deep = string.Join('/', Enumerable.Repeat("directory", 20));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "x-1.0/"));
            writer.WriteEntry(
                new PaxTarEntry(TarEntryType.RegularFile, "x-1.0/a") { DataStream = new MemoryStream([1]) }
            );
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"x-1.0/{deep}/é"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "x-1.0/b") { LinkName = "x-1.0/a" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "x-1.0/c") { LinkName = "../x-1.0/a" });
        }

        return tar.ToArray();
    }

    // What launchers and git print ends up in a line of a list.
    private static void ReadComplaint(byte[] bytes)
    {
        string words = Encoding.UTF8.GetString(bytes);
        _ = ToolComplaint.In(words);
        _ = GitComplaint.In(words);
    }

    private static void ReadPkgConfig(byte[] bytes)
    {
        PkgConfigFile file = PkgConfigFile.Read(bytes);
        _ = (file.Version, file.Requires.Count, file.PrivateRequires.Count);
    }

    // A file for each kind of text, an input a line; where an input has several, they are parted by tabs.
    private static List<byte[]> Lines(string folder) =>
        [
            .. FuzzCorpus
                .Of(folder)
                .SelectMany(file =>
                    Encoding
                        .UTF8.GetString(file)
                        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                        .Select(line => Encoding.UTF8.GetBytes(line.Replace('\t', '\n')))
                ),
        ];

    private static GitAddress Address(string text) =>
        GitAddress.TryParse(text, out GitAddress address, out string? error)
            ? address
            : throw new FormatException(error);
}
