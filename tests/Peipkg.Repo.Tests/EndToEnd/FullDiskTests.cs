using System.Diagnostics;
using System.Security.Cryptography;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;
using Xunit.Abstractions;

namespace Peipkg.Repo.Tests.EndToEnd;

/// <summary>A full disk: a clear error, and the old generation as it was. Needs root for a small tmpfs.</summary>
[Trait("Speed", "slow")]
public sealed class FullDiskTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Publishing_to_a_full_disk_changes_nothing(bool outOfPlace)
    {
        using Mount? mount = Mount.Try(_directory["disk"], output);
        if (mount is null)
        {
            return;
        }

        using RepositoryFixture fixture = new(mount.Path);
        fixture.InitWith("aa");
        for (int number = 0; number < 3; number++)
        {
            fixture.Pack($"big{number}", content: RandomNumberGenerator.GetHexString(60_000));
        }

        SortedDictionary<string, string> before = RepositoryFixture.Content(fixture.Repo);
        string[] entries = RepositoryFixture.Entries(mount.Path);
        string[] more = outOfPlace ? ["--out", fixture["next"]] : [];
        int refused = 0;
        int free = 0;
        RunResult result;
        do
        {
            mount.LeaveFree(free);
            result = fixture.Publish(more);
            mount.FreeAll();
            if (result.Code != 0)
            {
                refused++;
                Assert.Contains("No space left on device", result.Error, StringComparison.Ordinal);
                Assert.Equal("", result.Output);
                Assert.Equal(before, RepositoryFixture.Content(fixture.Repo));
                Assert.Equal(entries, RepositoryFixture.Entries(mount.Path));
                RepositoryFixture.Succeed(fixture.Verify());
            }

            free += 4096;
        } while (result.Code != 0 && free < 1 << 20);

        RepositoryFixture.Succeed(result);
        RepositoryFixture.Succeed(fixture.Verify("--repo", outOfPlace ? fixture["next"] : fixture.Repo));
        output.WriteLine($"{refused} sizes of free space were too small");
        Assert.True(refused > 10);
    }

    [Fact]
    public void A_mount_point_can_become_a_repository_and_a_full_one_stays_empty()
    {
        using Mount? mount = Mount.Try(_directory["disk"], output);
        if (mount is null)
        {
            return;
        }

        using RepositoryFixture fixture = new();
        string[] init =
        [
            "init",
            "--name",
            "x",
            "--sign-key",
            fixture.KeyFile,
            "--timestamp",
            "2026-01-01T00:00:00Z",
            "--out",
            mount.Path,
        ];
        int free = 0;
        RunResult result;
        do
        {
            // The filler lies outside the directory that must be empty.
            mount.Remount(free += 4096);
            result = RepoRun.Run(init);
            if (result.Code != 0)
            {
                Assert.Contains("No space left on device", result.Error, StringComparison.Ordinal);
                Assert.Empty(Directory.EnumerateFileSystemEntries(mount.Path));
            }
        } while (result.Code != 0 && free < 1 << 20);

        RepositoryFixture.Succeed(result);
        Assert.True(free > 4096);
        mount.Remount(1 << 20);
        RepositoryFixture.Succeed(fixture.Verify("--repo", mount.Path));
        fixture.Pack("aa");
        RepositoryFixture.Succeed(fixture.Publish("--in", mount.Path, "--out", mount.Path));
        RepositoryFixture.Succeed(fixture.Verify("--repo", mount.Path));
        Assert.Equal(
            ["index", "index.html", "keys", "p", "package.html", "repo.json", "repo.json.sig", "site"],
            RepositoryFixture.Entries(mount.Path)
        );
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>A tmpfs of one mebibyte.</summary>
    private sealed class Mount : IDisposable
    {
        private Mount(string path) => Path = path;

        internal string Path { get; }

        private string Filler => System.IO.Path.Combine(Path, "filler");

        internal static Mount? Try(string path, ITestOutputHelper output)
        {
            Directory.CreateDirectory(path);
            if (Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path) is { } error)
            {
                output.WriteLine($"NOT TESTED: no tmpfs can be mounted here ({error.Trim()}); run the tests as root");
                return null;
            }

            return new Mount(path);
        }

        internal void LeaveFree(int bytes)
        {
            using FileStream filler = File.Create(Filler, 4096);
            byte[] page = new byte[4096];
            try
            {
                while (true)
                {
                    filler.Write(page);
                    filler.Flush();
                }
            }
            catch (IOException)
            {
                // Full.
            }

            filler.SetLength(Math.Max(0, filler.Length - bytes));
        }

        internal void FreeAll() => File.Delete(Filler);

        internal void Remount(int size) => Assert.Null(Run("mount", "-o", $"remount,size={size}", Path));

        public void Dispose() => Run("umount", "-l", Path);

        private static string? Run(string program, params string[] args)
        {
            try
            {
                using Process process = Process.Start(
                    new ProcessStartInfo(program, args) { RedirectStandardError = true }
                )!;
                string error = process.StandardError.ReadToEnd();
                process.WaitForExit();
                return process.ExitCode == 0 ? null : error;
            }
            catch (System.ComponentModel.Win32Exception error)
            {
                return error.Message;
            }
        }
    }
}
