using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Consumers;

/// <summary>A consumer follows a repository that the program itself changes, and nothing else.</summary>
public sealed class RefreshTests : IDisposable
{
    private static readonly Timestamp Spring = Timestamp.Parse("2086-03-02T00:00:00Z");
    private static readonly Timestamp Autumn = Timestamp.Parse("2086-09-02T00:00:00Z");

    private readonly RepositoryFixture _fixture = new();
    private readonly SigningKey _second = SigningKey.Generate();
    private readonly SigningKey _offline = SigningKey.Generate();
    private int _published;

    public RefreshTests()
    {
        DurableFile.Write(FileOf(_second), _second.ExportPem(), DurableFile.PrivateMode);
        DurableFile.Write(FileOf(_offline), _offline.ExportPem(), DurableFile.PrivateMode);
        Tool(
            "init",
            "--name",
            "test-repo",
            "--out",
            _fixture.Repo,
            "--sign-key",
            _fixture.KeyFile,
            "--timestamp",
            "2086-01-01T00:00:00Z"
        );
        Publish(_fixture.Key, "2086-01-02T00:00:00Z");
    }

    [Fact]
    public void A_repository_is_added_by_a_fingerprint_that_signed_it_and_by_no_other()
    {
        Assert.Equal(Refresh.Rejected, New().Add(Spring, [_second.PublicKey.Fingerprint]));
        Assert.Equal(Refresh.Rejected, New().Add(Spring, [_fixture.Key.PublicKey.Fingerprint], floor: 3));
        Consumer consumer = Added();
        Assert.Equal(2ul, consumer.Floor);
        _ = consumer.Fetch(Assert.Single(consumer.Active!.Packages));
    }

    [Fact]
    public void A_refresh_brings_news_once()
    {
        Consumer consumer = Added();
        Assert.Equal(Refresh.NoNews, consumer.Update(Autumn));
        Assert.Equal(Spring, consumer.LastSuccess);
        Publish(_fixture.Key, "2086-03-03T00:00:00Z");
        Assert.Equal(Refresh.News, consumer.Update(Autumn));
        Assert.Equal(Autumn, consumer.LastSuccess);
        Assert.Equal(2, consumer.Archive!.Packages.Count);
    }

    [Fact]
    public void Whoever_refreshes_within_a_rotation_follows_it_to_its_end()
    {
        Consumer early = Added();
        Consumer asleep = Added();
        Rotate("2086-06-01T00:00:00Z");
        Assert.Equal(Refresh.News, early.Update(Spring));
        Assert.Equal(Refresh.Rejected, New().Add(Spring, [_second.PublicKey.Fingerprint]));
        Consumer late = New();
        Assert.Equal(Refresh.News, late.Add(Spring, [_fixture.Key.PublicKey.Fingerprint]));

        // The last week: repo.json is handed over to the new key.
        Publish(_second, "2086-05-28T00:00:00Z");
        Timestamp lastDay = Timestamp.Parse("2086-05-31T00:00:00Z");
        Assert.Equal(Refresh.News, early.Update(lastDay));
        Assert.Equal(Refresh.News, late.Update(lastDay));
        Assert.Equal(Refresh.News, New().Add(lastDay, [_second.PublicKey.Fingerprint]));

        Change(
            "retire-key",
            "--key-or-fingerprint",
            _fixture.KeyFile,
            "--sign-key",
            FileOf(_second),
            "--timestamp",
            "2086-06-02T00:00:00Z"
        );
        Publish(_second, "2086-06-03T00:00:00Z");
        Assert.Equal(Refresh.News, early.Update(Autumn));
        Assert.Equal(_second.PublicKey.Fingerprint, Assert.Single(early.Descriptor!.Keys).Fingerprint);

        // Who slept through it all has never heard of the new key.
        Assert.Equal(Refresh.Rejected, asleep.Update(Autumn));
        Assert.Equal(_fixture.Key.PublicKey.Fingerprint, Assert.Single(asleep.Descriptor!.Keys).Fingerprint);
        Assert.Equal(2ul, asleep.Floor);
    }

    [Fact]
    public void A_transition_that_ends_without_a_publication_stops_everybody_until_the_next_one()
    {
        Consumer consumer = Added();
        Rotate("2086-06-01T00:00:00Z");
        Assert.Equal(Refresh.News, consumer.Update(Spring));
        Assert.Equal(Refresh.Rejected, consumer.Update(Autumn));
        Assert.Contains("not trusted", consumer.Reason, StringComparison.Ordinal);
        Assert.Equal(3ul, consumer.Floor);
        Publish(_second, "2086-09-01T00:00:00Z");
        Assert.Equal(Refresh.News, consumer.Update(Autumn));
    }

    [Fact]
    public void A_key_that_an_offline_key_revokes_is_good_for_nothing_afterwards()
    {
        Consumer alone = Added();
        Change("add-key", "--key", FileOf(_offline), "--sign-key", _fixture.KeyFile);
        Consumer consumer = Added();
        string before = Keep("before");
        Change("revoke-key", "--key-or-fingerprint", _fixture.KeyFile, "--sign-key", FileOf(_offline));
        Assert.Equal(Refresh.News, consumer.Update(Spring));
        Assert.Equal(4ul, consumer.Floor);

        // The thief serves what was there, and what nobody but the thief ever signed.
        Consumer deceived = new(url => Read(before, url));
        Assert.Equal(Refresh.News, deceived.Add(Spring, [_fixture.Key.PublicKey.Fingerprint]));
        Serve(before, () => Assert.Equal(Refresh.Rejected, consumer.Update(Spring)));
        string forged = Keep("forged");
        Forge(forged, descriptor => descriptor with { Description = "Mine now" });
        Serve(forged, () => Assert.Equal(Refresh.Rejected, consumer.Update(Spring)));
        ForgeIndexes(
            Keep("indexes"),
            () => Assert.Equal(Refresh.Rejected, consumer.Update(Spring)),
            "is revoked",
            consumer
        );
        Assert.Equal(KeyStatus.Revoked, consumer.Descriptor!.FindKey(_fixture.Key.PublicKey.Fingerprint)!.Status);

        // A consumer from before the offline key was listed cannot follow, as the command says.
        Assert.Equal(Refresh.Rejected, alone.Update(Spring));
        Assert.Equal(2ul, alone.Floor);
    }

    [Fact]
    public void Nothing_that_goes_back_is_accepted()
    {
        string first = Keep("first");
        Consumer consumer = Added();
        Rotate("2086-06-01T00:00:00Z");
        string second = Keep("second");
        Assert.Equal(Refresh.News, consumer.Update(Spring));
        Publish(_second, "2086-03-05T00:00:00Z");
        Assert.Equal(Refresh.News, consumer.Update(Spring));

        Serve(first, () => Rejected("not listed", "goes back"));
        Serve(second, () => Rejected("goes back to index_version 3"));

        // The old descriptor, with the new indexes: their signer is not in it.
        string mixed = Keep("mixed");
        CopyDocument(first, mixed, "repo.json");
        Serve(mixed, () => Rejected("is not listed"));

        // A higher number with an earlier time, signed by the right key.
        string earlier = Keep("earlier");
        Resign(
            earlier,
            index => index with { IndexVersion = 9, GeneratedAt = Timestamp.Parse("2086-02-01T00:00:00Z") }
        );
        Serve(earlier, () => Rejected("goes back to 2086-02-01"));

        Assert.Equal(Refresh.NoNews, consumer.Update(Spring));
        Assert.Equal(4ul, consumer.Floor);

        void Rejected(params string[] reasons)
        {
            Assert.Equal(Refresh.Rejected, consumer.Update(Spring));
            Assert.Contains(reasons, reason => consumer.Reason.Contains(reason, StringComparison.Ordinal));
            Assert.Equal(4ul, consumer.Floor);
            Assert.Equal(2, consumer.Descriptor!.Keys.Count);
        }
    }

    [Fact]
    public void Files_that_are_cut_empty_gone_or_exchanged_are_rejected_and_the_old_state_stays()
    {
        string[] files =
        [
            "repo.json",
            "repo.json.sig",
            "index/active.json",
            "index/active.json.sig",
            "index/archive.json",
            "index/archive.json.sig",
        ];
        Consumer consumer = Added();
        Publish(_fixture.Key, "2086-03-03T00:00:00Z");
        string whole = Keep("whole");
        foreach (string file in files)
        {
            string path = _fixture["repo/" + file];
            byte[] bytes = File.ReadAllBytes(path);
            foreach (
                byte[]? damaged in new[] { bytes[..^2], bytes[..(bytes.Length / 2)], [], null, [.. bytes, .. bytes] }
            )
            {
                if (damaged is null)
                {
                    File.Delete(path);
                }
                else
                {
                    File.WriteAllBytes(path, damaged);
                }

                ExpectRejected(file);
            }

            File.WriteAllBytes(path, bytes);
            foreach (string other in files.Where(other => other != file))
            {
                Exchange(file, other);
                ExpectRejected($"{file} exchanged with {other}");
                Exchange(file, other);
            }
        }

        // Both documents of a pair exchanged with the other pair: every signature is good, and the kinds are wrong.
        Exchange("index/active.json", "index/archive.json");
        Exchange("index/active.json.sig", "index/archive.json.sig");
        ExpectRejected("the pairs of the indexes exchanged");
        Assert.Contains("is the Archive index", consumer.Reason, StringComparison.Ordinal);
        Exchange("index/active.json", "index/archive.json");
        Exchange("index/active.json.sig", "index/archive.json.sig");

        Assert.Equal(RepositoryFixture.Content(whole), RepositoryFixture.Content(_fixture.Repo));
        Assert.Equal(Refresh.News, consumer.Update(Spring));

        void ExpectRejected(string what)
        {
            Assert.True(consumer.Update(Spring) == Refresh.Rejected, $"{what} was not rejected");
            Assert.Equal(2ul, consumer.Floor);
        }

        void Exchange(string one, string other) =>
            DurableFile.Exchange(_fixture["repo/" + one], _fixture["repo/" + other]);
    }

    public void Dispose()
    {
        _second.Dispose();
        _offline.Dispose();
        _fixture.Dispose();
    }

    private static byte[]? Read(string directory, string url) =>
        File.Exists(directory + url) ? File.ReadAllBytes(directory + url) : null;

    private static void CopyDocument(string from, string to, string name)
    {
        File.Copy(Path.Combine(from, name), Path.Combine(to, name), overwrite: true);
        File.Copy(Path.Combine(from, name + ".sig"), Path.Combine(to, name + ".sig"), overwrite: true);
    }

    private static void Write(string directory, string name, byte[] bytes, SigningKey signer)
    {
        File.WriteAllBytes(Path.Combine(directory, name), bytes);
        File.WriteAllBytes(
            Path.Combine(directory, name + ".sig"),
            SignatureEnvelope.Sign(signer, bytes.AsSpan()).Write()
        );
    }

    private static void Tool(params string[] args) => RepositoryFixture.Succeed(EndToEnd.Tool.Run(args));

    private Consumer New() => new(url => Read(_fixture.Repo, url));

    private Consumer Added()
    {
        Consumer consumer = New();
        Refresh outcome = consumer.Add(Spring, [_fixture.Key.PublicKey.Fingerprint]);
        Assert.True(outcome == Refresh.News, consumer.Reason);
        return consumer;
    }

    private string FileOf(SigningKey key) => _fixture[key.PublicKey.Fingerprint.Text + ".pem"];

    private void Publish(SigningKey signer, string time)
    {
        _fixture.ClearNew();
        _fixture.Pack("aa", $"1.{++_published}-1", signer: signer);
        Tool(
            _fixture.PublishArguments(
                "--timestamp",
                time,
                "--sign-key",
                signer == _fixture.Key ? _fixture.KeyFile : FileOf(signer)
            )
        );
    }

    private void Rotate(string until) =>
        Change("rotate-key", "--old-key", _fixture.KeyFile, "--new-key", FileOf(_second), "--valid-until", until);

    private void Change(params string[] args) =>
        Tool([
            .. args,
            "--repo",
            _fixture.Repo,
            .. args.Contains("--timestamp") ? (string[])[] : ["--timestamp", "2086-03-01T00:00:00Z"],
        ]);

    /// <summary>A copy of the repository's documents and keys as they are.</summary>
    private string Keep(string name)
    {
        string directory = _fixture[name];
        foreach (string path in RepositoryFixture.Content(_fixture.Repo).Keys)
        {
            string copy = Path.Combine(directory, path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(_fixture.Repo, path), copy, overwrite: true);
        }

        return directory;
    }

    /// <summary>Puts another directory in the repository's place for a while.</summary>
    private void Serve(string directory, Action action)
    {
        DurableFile.Exchange(directory, _fixture.Repo);
        action();
        DurableFile.Exchange(directory, _fixture.Repo);
    }

    private void Forge(string directory, Func<Descriptor, Descriptor> change) =>
        Write(
            directory,
            "repo.json",
            DescriptorDocument.Write(
                change(DescriptorDocument.Read(File.ReadAllBytes(Path.Combine(directory, "repo.json"))))
            ),
            _fixture.Key
        );

    private void ForgeIndexes(string directory, Action expectation, string reason, Consumer consumer)
    {
        ResignWith(directory, _fixture.Key, static index => index with { IndexVersion = index.IndexVersion + 1 });
        Serve(directory, expectation);
        Assert.Contains(reason, consumer.Reason, StringComparison.Ordinal);
    }

    private void Resign(string directory, Func<RepositoryIndex, RepositoryIndex> change) =>
        ResignWith(directory, _second, change);

    private static void ResignWith(string directory, SigningKey signer, Func<RepositoryIndex, RepositoryIndex> change)
    {
        foreach (string name in new[] { "index/active.json", "index/archive.json" })
        {
            Write(
                directory,
                name,
                IndexDocument.Write(change(IndexDocument.Read(File.ReadAllBytes(Path.Combine(directory, name))))),
                signer
            );
        }
    }
}
