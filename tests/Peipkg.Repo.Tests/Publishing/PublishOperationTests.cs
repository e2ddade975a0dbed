using System.Text.Json;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Site;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Tests.Publishing;

public sealed class PublishOperationTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Fact]
    public void A_package_is_placed_and_both_indexes_name_it()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        string package = _fixture.Pack("hello", "1:1.0~rc1-2");
        byte[] bytes = File.ReadAllBytes(package);
        RunResult result = _fixture.Publish();
        RepositoryFixture.Succeed(result);
        Assert.Equal(
            "added hello 1:1.0~rc1-2 x86_64\npublished index_version 2 of 2026-01-02T00:00:00Z: 1 added, 1 active, 1 in the archive\n",
            result.Output
        );
        IndexEntry entry = Assert.Single(_fixture.Active.Packages);
        Assert.Equal("/p/hello/1:1.0~rc1-2/hello_1:1.0~rc1-2_x86_64.peipkg", entry.Url);
        Assert.Equal(
            (bytes.Length, Peipkg.Format.Cryptography.Sha256Digest.Of(bytes)),
            (entry.SizeCompressed, entry.Hash)
        );
        Assert.Equal(bytes, File.ReadAllBytes(_fixture.Repo + entry.Url));
        Assert.Equal(2ul, _fixture.Archive.IndexVersion);
        RepositoryFixture.Succeed(_fixture.Verify());
        Assert.Equal(
            ["index", "index.html", "keys", "p", "package.html", "repo.json", "repo.json.sig", "site"],
            RepositoryFixture.Entries(_fixture.Repo)
        );
    }

    [Fact]
    public void Published_entries_pass_from_one_generation_to_the_next_unchanged()
    {
        _fixture.InitWith("aa", "cc");
        string before = File.ReadAllText(_fixture["repo/index/archive.json"]);
        _fixture.Pack("bb");
        RepositoryFixture.Succeed(_fixture.Publish());
        string after = File.ReadAllText(_fixture["repo/index/archive.json"]);
        string cc = before[before.IndexOf("{\"name\":\"cc\"", StringComparison.Ordinal)..];
        Assert.EndsWith(cc, after, StringComparison.Ordinal);
        Assert.Equal(["aa", "bb", "cc"], _fixture.Archive.Packages.Select(static entry => entry.Name.Text));
        Assert.Equal(IndexDocument.Write(_fixture.Archive), File.ReadAllBytes(_fixture["repo/index/archive.json"]));
        Assert.Equal(IndexDocument.Write(_fixture.Active), File.ReadAllBytes(_fixture["repo/index/active.json"]));
    }

    [Fact]
    public void A_newer_version_supersedes_and_an_older_one_goes_to_the_archive_only()
    {
        _fixture.InitWith("aa");
        _fixture.Pack("aa", "2.0-1");
        _fixture.Pack("aa", "0.5-1");
        RunResult result = _fixture.Publish();
        Assert.Equal(
            "added aa 2.0-1 x86_64 (supersedes 1.0-1)\nadded aa 0.5-1 x86_64 (archive only, 2.0-1 is newer)",
            string.Join('\n', result.Output.Split('\n')[..2])
        );
        Assert.Equal(["2.0-1"], _fixture.Active.Packages.Select(static entry => entry.Version.Text));
        Assert.Equal(["2.0-1", "1.0-1", "0.5-1"], _fixture.Archive.Packages.Select(static entry => entry.Version.Text));
    }

    [Fact]
    public void Without_new_packages_the_indexes_are_renewed()
    {
        _fixture.InitWith("aa");
        RunResult result = _fixture.Publish("--timestamp", "2026-03-01T00:00:00Z");
        RepositoryFixture.Succeed(result);
        Assert.Contains("note: there is no new package", result.Error, StringComparison.Ordinal);
        Assert.Equal((3ul, "2026-03-01T00:00:00Z"), (_fixture.Active.IndexVersion, _fixture.Active.GeneratedAt.Text));
    }

    [Fact]
    public void Packages_are_found_in_subdirectories_but_not_behind_dots_or_links()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("aa", file: "deep/er/aa_1.0-1_x86_64.peipkg");
        _fixture.Pack("bb", file: ".partial.peipkg");
        _fixture.Pack("cc", file: "note.txt");
        RepositoryFixture.Succeed(_fixture.Publish());
        Assert.Equal(["aa"], _fixture.Active.Packages.Select(static entry => entry.Name.Text));

        string link = Path.Combine(_fixture.New, "dd_1.0-1_x86_64.peipkg");
        File.CreateSymbolicLink(link, _fixture.Pack("dd", file: "note.txt"));
        RunResult result = _fixture.Publish("--skip-existing");
        Assert.Equal(1, result.Code);
        Assert.Contains("not a regular file", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misnamed_file_is_published_under_its_right_name_with_a_warning()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("aa", file: "other_9-9_noarch.peipkg");
        RunResult result = _fixture.Publish();
        RepositoryFixture.Succeed(result);
        Assert.Contains("by its manifest this is aa_1.0-1_x86_64.peipkg", result.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(_fixture["repo/p/aa/1.0-1/aa_1.0-1_x86_64.peipkg"]));
    }

    [Fact]
    public void Refusals_are_reported_together_and_nothing_changes()
    {
        _fixture.InitWith("aa");
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        using SigningKey foreign = SigningKey.Generate();
        _fixture.Pack("aa");
        _fixture.Pack("bb", signer: foreign);
        _fixture.Pack("cc", path: "usr/local/x");
        File.WriteAllText(Path.Combine(_fixture.New, "dd_1.0-1_noarch.peipkg"), "no package");
        _fixture.Pack("ee", unsigned: true);
        _fixture.Pack("ok");
        RunResult result = _fixture.Publish("--require-signed");
        Assert.Equal((1, ""), (result.Code, result.Output));
        string[] refused =
        [
            .. result
                .Error.Split('\n')
                .Where(static line => line.Contains("error: refused ", StringComparison.Ordinal)),
        ];
        foreach (
            (string name, string rule) in new[]
            {
                ("aa", "already-published"),
                ("bb", "signer-not-accepted"),
                ("cc", "destination"),
                ("dd", "zstd"),
                ("ee", "unsigned"),
            }
        )
        {
            Assert.Contains(
                refused,
                line =>
                    line.Contains($"/{name}_1.0-1", StringComparison.Ordinal)
                    && line.Contains(rule, StringComparison.Ordinal)
            );
        }

        Assert.DoesNotContain(refused, static line => line.Contains("/ok_", StringComparison.Ordinal));

        Assert.Contains("5 files are refused", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
    }

    [Fact]
    public void Skip_existing_passes_over_published_bytes_only()
    {
        _fixture.InitWith("aa", "bb");
        _fixture.Pack("aa");
        _fixture.Pack("cc");
        RunResult result = _fixture.Publish("--skip-existing");
        RepositoryFixture.Succeed(result);
        Assert.Contains("skipped aa 1.0-1 x86_64", result.Output, StringComparison.Ordinal);
        Assert.Contains("1 added", result.Output, StringComparison.Ordinal);
        _fixture.ClearNew();
        _fixture.Pack("bb", content: "changed");
        result = _fixture.Publish("--skip-existing");
        Assert.Equal(1, result.Code);
        Assert.Contains("what is published never changes", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unsigned_package_is_taken_with_a_warning()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("aa", unsigned: true);
        RunResult result = _fixture.Publish();
        RepositoryFixture.Succeed(result);
        Assert.Contains("is not signed", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(KeyStatus.Active, null, 0)]
    [InlineData(KeyStatus.Transitioning, "2026-01-02T00:00:00Z", 0)]
    [InlineData(KeyStatus.Transitioning, "2026-01-01T23:59:59Z", 1)]
    [InlineData(KeyStatus.Revoked, null, 1)]
    public void A_packages_signer_counts_by_its_status_at_the_timestamp(KeyStatus status, string? until, int code)
    {
        using SigningKey other = SigningKey.Generate();
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.List(other, status, until);
        _fixture.Pack("aa", signer: other);
        RunResult result = _fixture.Publish();
        Assert.Equal(code, result.Code);
        Assert.Equal(code == 1, result.Error.Contains(IntakeRule.SignerNotAccepted, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(KeyStatus.Active, null)]
    [InlineData(KeyStatus.Transitioning, "is in transition")]
    [InlineData(KeyStatus.Revoked, "is revoked")]
    public void Only_an_active_key_signs(KeyStatus status, string? reason)
    {
        using SigningKey other = SigningKey.Generate();
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.List(other, status, status == KeyStatus.Transitioning ? "2030-01-01T00:00:00Z" : null);
        string file = _fixture["other.pem"];
        File.WriteAllBytes(file, other.ExportPem());
        RunResult result = _fixture.Publish("--sign-key", file);
        Assert.Equal(reason is null ? 0 : 1, result.Code);
        Assert.Contains(reason ?? "", result.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("junk")]
    public void A_key_nobody_could_verify_with_does_not_sign(string? published)
    {
        using SigningKey other = SigningKey.Generate();
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.List(other, KeyStatus.Active, null);
        File.WriteAllBytes(_fixture["other.pem"], other.ExportPem());
        string place = _fixture[$"repo/keys/{other.PublicKey.Fingerprint.Text}.pub"];
        File.Delete(place);
        if (published is not null)
        {
            File.WriteAllText(place, published);
        }

        RunResult result = _fixture.Publish("--sign-key", _fixture["other.pem"]);

        Assert.Equal(1, result.Code);
        Assert.Contains("put its public key there first", result.Error, StringComparison.Ordinal);
        File.WriteAllBytes(place, other.PublicKey.ExportPem());
        RepositoryFixture.Succeed(_fixture.Publish("--sign-key", _fixture["other.pem"]));
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void A_key_the_descriptor_does_not_list_is_refused_naming_those_that_it_lists()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        using SigningKey other = SigningKey.Generate();
        File.WriteAllBytes(_fixture["other.pem"], other.ExportPem());
        RunResult result = _fixture.Publish("--sign-key", _fixture["other.pem"]);
        Assert.Equal(1, result.Code);
        Assert.Contains("is not listed", result.Error, StringComparison.Ordinal);
        Assert.Contains(_fixture.Key.PublicKey.Fingerprint.Grouped, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_never_goes_back()
    {
        _fixture.InitWith("aa");
        RunResult result = _fixture.Publish("--timestamp", "2026-01-01T23:59:59Z");
        Assert.Equal(1, result.Code);
        Assert.Contains(
            "2026-01-01T23:59:59Z is earlier than 2026-01-02T00:00:00Z",
            result.Error,
            StringComparison.Ordinal
        );
        RepositoryFixture.Succeed(_fixture.Publish("--timestamp", "2026-01-02T00:00:00Z"));
    }

    [Theory]
    [InlineData("repo.json")]
    [InlineData("repo.json.sig")]
    [InlineData("index/active.json")]
    [InlineData("index/active.json.sig")]
    [InlineData("index/archive.json")]
    [InlineData("index/archive.json.sig")]
    public void A_state_that_does_not_verify_is_not_built_upon(string file)
    {
        _fixture.InitWith("aa");
        string path = _fixture["repo/" + file];
        byte[] bytes = File.ReadAllBytes(path);
        int last = bytes.Length - (file.EndsWith(".sig", StringComparison.Ordinal) ? 20 : 40);
        bytes[last] ^= 1;
        File.WriteAllBytes(path, bytes);
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        _fixture.Pack("bb");
        RunResult result = _fixture.Publish();
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains(file.Split('.')[0], result.Error, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
    }

    [Fact]
    public void A_mixture_of_two_generations_is_not_built_upon()
    {
        _fixture.InitWith("aa");
        byte[] archive = File.ReadAllBytes(_fixture["repo/index/archive.json"]);
        byte[] signature = File.ReadAllBytes(_fixture["repo/index/archive.json.sig"]);
        RepositoryFixture.Succeed(_fixture.Publish());
        File.WriteAllBytes(_fixture["repo/index/archive.json"], archive);
        File.WriteAllBytes(_fixture["repo/index/archive.json.sig"], signature);
        RunResult result = _fixture.Publish();
        Assert.Equal(1, result.Code);
        Assert.Contains("different publications", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Index_versions_end_at_the_highest_number()
    {
        _fixture.InitWith("aa");
        foreach (string name in new[] { "active", "archive" })
        {
            string path = _fixture[$"repo/index/{name}.json"];
            string text = File.ReadAllText(path)
                .Replace("\"index_version\":2", "\"index_version\":18446744073709551615", StringComparison.Ordinal);
            File.WriteAllText(path, text);
            File.WriteAllBytes(
                path + ".sig",
                SignatureEnvelope.Sign(_fixture.Key, File.ReadAllBytes(path).AsSpan()).Write()
            );
        }

        RepositoryFixture.Succeed(_fixture.Verify());
        RunResult result = _fixture.Publish();
        Assert.Equal(1, result.Code);
        Assert.Contains("18446744073709551615, the highest", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_reports_and_changes_nothing()
    {
        _fixture.InitWith("aa");
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        _fixture.Pack("aa", "2.0-1");
        _fixture.Pack("bb", file: "x/bb_1.0-1_x86_64.peipkg");
        RunResult text = _fixture.Publish("--dry-run");
        RepositoryFixture.Succeed(text);
        Assert.Contains("added aa 2.0-1 x86_64 (supersedes 1.0-1)\n", text.Output, StringComparison.Ordinal);
        Assert.Contains("would publish index_version 3", text.Output, StringComparison.Ordinal);

        RunResult run = _fixture.Publish("--dry-run", "--json");
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.Equal(3, json.RootElement.GetProperty("index_version").GetInt32());
        Assert.Equal(2, json.RootElement.GetProperty("added").GetArrayLength());
        Assert.Equal("1.0-1", json.RootElement.GetProperty("superseded")[0].GetProperty("version").GetString());
        Assert.False(json.RootElement.GetProperty("published").GetBoolean());
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));

        _fixture.Pack("aa");
        run = _fixture.Publish("--dry-run", "--json");
        Assert.Equal(1, run.Code);
        using JsonDocument refused = JsonDocument.Parse(run.Output);
        Assert.Equal(
            "already-published",
            refused.RootElement.GetProperty("refused")[0].GetProperty("rule").GetString()
        );
        Assert.Contains(
            "without what is refused, would publish index_version 3",
            _fixture.Publish("--dry-run").Output,
            StringComparison.Ordinal
        );
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
    }

    [Fact]
    public void Absolute_urls_leave_packages_out_of_the_repository()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("aa");
        RunResult result = _fixture.Publish("--package-url-template", "https://host.example/d/{filename}");
        RepositoryFixture.Succeed(result);
        Assert.Contains(
            "not placed here, it belongs at https://host.example/d/aa_1.0-1_x86_64.peipkg",
            result.Output,
            StringComparison.Ordinal
        );
        Assert.Equal(
            ["p/aa/1.0-1/aa_1.0-1_x86_64.json"],
            RepositoryFixture
                .Content(_fixture["repo"])
                .Keys.Where(static path => path.StartsWith("p/", StringComparison.Ordinal))
        );

        RepositoryFixture.Succeed(_fixture.Verify("--all-packages-dir", _fixture.New));
        RunResult verify = _fixture.Verify();
        RepositoryFixture.Succeed(verify);
        Assert.Contains("1 packages are hosted elsewhere", verify.Error, StringComparison.Ordinal);

        _fixture.ClearNew();
        _fixture.Pack("bb");
        RepositoryFixture.Succeed(_fixture.Publish("--package-url-template", "/pool/{filename}"));
        Assert.True(File.Exists(_fixture["repo/pool/bb_1.0-1_x86_64.peipkg"]));
        Assert.Equal("https://host.example/d/aa_1.0-1_x86_64.peipkg", _fixture.Active.Packages[0].Url);
    }

    [Fact]
    public void Out_of_place_the_old_repository_stays_and_packages_are_shared()
    {
        _fixture.InitWith("aa");
        File.WriteAllText(_fixture["repo/CNAME"], "pkgs.example\n");
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        _fixture.Pack("bb");
        RepositoryFixture.Succeed(_fixture.Publish("--out", _fixture["next"]));
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
        RepositoryFixture.Succeed(_fixture.Verify());
        RepositoryFixture.Succeed(_fixture.Verify("--repo", _fixture["next"]));
        SortedDictionary<string, string> after = RepositoryFixture.Content(_fixture["next"]);
        string[] added =
        [
            "p/bb/1.0-1/bb_1.0-1_x86_64.json",
            "p/bb/1.0-1/bb_1.0-1_x86_64.peipkg",
            SiteLayout.NamesFile(SiteLayout.NumberOf("bb")),
        ];
        Assert.Equal([.. before.Keys.Concat(added).Order(StringComparer.Ordinal)], after.Keys);
        const string package = "p/aa/1.0-1/aa_1.0-1_x86_64.peipkg";
        Assert.True(
            FileStatus
                .Of(_fixture["repo/" + package])!
                .Value.IsSameFile(FileStatus.Of(_fixture["next/" + package])!.Value)
        );
        Assert.False(
            FileStatus
                .Of(_fixture["repo/repo.json"])!
                .Value.IsSameFile(FileStatus.Of(_fixture["next/repo.json"])!.Value)
        );
        Assert.Equal(
            ["new", "next", "repo"],
            Directory
                .EnumerateFileSystemEntries(_fixture.Base)
                .Select(static path => Path.GetFileName(path))
                .Where(static name => name != "key.pem")
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Out_of_place_a_directory_with_content_is_refused()
    {
        _fixture.InitWith("aa");
        Directory.CreateDirectory(_fixture["next/x"]);
        RunResult result = _fixture.Publish("--out", _fixture["next"]);
        Assert.Equal(1, result.Code);
        Assert.Contains(
            "next is not empty (it holds x); give an absent or empty directory",
            result.Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_same_directory_by_another_name_is_in_place()
    {
        _fixture.InitWith("aa");
        Directory.CreateSymbolicLink(_fixture["alias"], _fixture.Repo);
        RepositoryFixture.Succeed(_fixture.Publish("--out", _fixture["alias"]));
        RepositoryFixture.Succeed(_fixture.Publish("--out", _fixture.Repo + "/."));
        Assert.Equal(4ul, _fixture.Active.IndexVersion);
    }

    [Fact]
    public void The_lock_of_another_publisher_is_respected()
    {
        _fixture.InitWith("aa");
        using (RepositoryLock.Acquire(_fixture.Repo, TimeProvider.System))
        {
            RunResult result = _fixture.Publish();
            Assert.Equal(1, result.Code);
            Assert.Contains("in use by another peipkg-repo (process", result.Error, StringComparison.Ordinal);
            RepositoryFixture.Succeed(_fixture.Publish("--dry-run"));
            RepositoryFixture.Succeed(_fixture.Verify());
        }

        RepositoryFixture.Succeed(_fixture.Publish());
    }

    [Fact]
    public void Leftovers_of_a_killed_run_are_removed_and_packages_it_had_placed_too()
    {
        _fixture.InitWith("aa");
        string staging = _fixture["repo/.peipkg-repo.3"];
        Directory.CreateDirectory(Path.Combine(staging, "index"));
        const string published = "p/aa/1.0-1/aa_1.0-1_x86_64.peipkg";
        const string unpublished = "p/bb/1.0-1/bb_1.0-1_x86_64.peipkg";
        File.WriteAllText(
            Path.Combine(staging, "journal"),
            $"version 3\nadd {published}\nadd {unpublished}\nadd ../../new/x\nadd repo.json/..\n"
        );
        File.WriteAllText(_fixture["repo/.peipkg-repo.lock"], "4711 2026-01-01T00:00:00Z\n");
        Directory.CreateDirectory(_fixture["repo/p/bb/1.0-1"]);
        File.WriteAllText(_fixture["repo/" + unpublished], "half");
        File.WriteAllText(_fixture["repo/" + StagingDirectory.TemporaryOf(unpublished)], "quarter");
        File.WriteAllText(_fixture["repo/" + StagingDirectory.TemporaryOf(published)], "quarter");
        File.WriteAllText(_fixture["new/x"], "not a package");
        RepositoryFixture.Succeed(_fixture.Verify());
        RunResult result = _fixture.Publish();
        RepositoryFixture.Succeed(result);
        Assert.Contains(
            "(process 4711, started 2026-01-01T00:00:00Z) ended before it was done",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(_fixture["repo/p/bb"]));
        Assert.True(File.Exists(_fixture["repo/" + published]));
        Assert.True(File.Exists(_fixture["new/x"]));
        Assert.DoesNotContain(
            RepositoryFixture.Content(_fixture.Repo).Keys,
            static name => name.Contains("tmp", StringComparison.Ordinal)
        );
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Theory]
    [InlineData("half", true)]
    [InlineData(null, false)]
    public void A_file_in_a_new_packages_place_is_replaced_when_it_differs(string? content, bool replaced)
    {
        _fixture.InitWith("aa");
        string package = _fixture.Pack("bb");
        string place = _fixture["repo/p/bb/1.0-1/bb_1.0-1_x86_64.peipkg"];
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        if (content is null)
        {
            File.Copy(package, place);
        }
        else
        {
            File.WriteAllText(place, content);
        }

        FileStatus before = FileStatus.Of(place)!.Value;
        RepositoryFixture.Succeed(_fixture.Publish());
        Assert.Equal(replaced, !before.IsSameFile(FileStatus.Of(place)!.Value));
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Theory]
    [InlineData("--new", "missing")]
    [InlineData("--in", "missing")]
    [InlineData("--in", "new")]
    public void What_is_not_there_is_named(string option, string directory)
    {
        RepositoryFixture.Succeed(_fixture.Init());
        RunResult result = _fixture.Publish(option, _fixture[directory]);
        Assert.Equal(1, result.Code);
        Assert.Contains(_fixture[directory], result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "--timestamp", "yesterday")]
    [InlineData(2, "--package-url-template", "/p/{x}/{filename}")]
    [InlineData(2, "--no-such-option")]
    [InlineData(1, "--rebuild")]
    [InlineData(1, "--all-packages-dir", "x")]
    public void Wrong_options_exit_by_the_rules(int code, params string[] options) =>
        Assert.Equal(code, _fixture.Publish(options).Code);

    [Fact]
    public void A_timestamp_far_ahead_is_warned_of()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        RunResult result = RepoRun.RunAt(
            new FixedClock("2026-01-02T00:00:00Z"),
            "",
            _fixture.PublishArguments("--timestamp", "9000-01-01T00:00:00Z")
        );
        RepositoryFixture.Succeed(result);
        Assert.Contains("lies in the future", result.Error, StringComparison.Ordinal);
        Assert.Equal(Timestamp.Parse("9000-01-01T00:00:00Z"), _fixture.Archive.GeneratedAt);
    }

    public void Dispose() => _fixture.Dispose();
}
