using System.Diagnostics;
using System.Globalization;
using Peipkg.Manager.Tests.Git;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>
/// A worker behind a real sshd on loopback: a user made for it where the tests may make users, otherwise this one.
/// </summary>
internal sealed class SshWorker : IDisposable
{
    private readonly SshServer _server;
    private readonly string _home;
    private readonly bool _made;

    public SshWorker(string directory)
    {
        _made = System.Environment.UserName == "root";
        User = System.Environment.UserName;
        _home = directory + "-worker";
        if (_made)
        {
            User = string.Create(
                CultureInfo.InvariantCulture,
                $"pw{System.Environment.ProcessId}x{Random.Shared.Next(1000)}"
            );
            _home = "/var/tmp/" + User;
            TestFarm.RunTool(
                "/usr/sbin/useradd",
                "--create-home",
                "--home-dir",
                _home,
                "--shell",
                "/bin/sh",
                "--password",
                "*",
                User
            );
        }

        Directory.CreateDirectory(_home);
        File.Copy(Tools.Build, Path.Combine(_home, "peipkg-build"), overwrite: true);
        CopyCompanions();
        Directory.CreateDirectory(Path.Combine(_home, "jobs"));
        _server = new SshServer(directory, Path.Combine(_home, "authorized"));
        if (_made)
        {
            TestFarm.RunTool("/bin/chown", "-R", User, _home);
        }

        Destination = $"{User}@127.0.0.1";
        Environment = new Dictionary<string, string>
        {
            ["PEIPKG_SSH"] = $"{_server.Command} -p {_server.Port} -o SetEnv=TMPDIR={_home}/jobs",
            ["PEIPKG_REMOTE_BUILD"] = Path.Combine(_home, "peipkg-build"),
        };
    }

    public string User { get; }

    public string Destination { get; }

    public Dictionary<string, string> Environment { get; }

    /// <summary>Directories of jobs that were not removed.</summary>
    public IReadOnlyList<string> Leftovers() => [.. Directory.EnumerateFileSystemEntries(Path.Combine(_home, "jobs"))];

    /// <summary>Processes that build there.</summary>
    public IReadOnlyList<string> Builds() =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Where(d => char.IsAsciiDigit(d[6]))
                .Where(d =>
                {
                    try
                    {
                        return File.ReadAllText(d + "/environ")
                            .Contains($"DESTDIR={_home}/jobs/", StringComparison.Ordinal);
                    }
                    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                    {
                        return false;
                    }
                }),
        ];

    public void Stop() => _server.Dispose();

    public void Dispose()
    {
        _server.Dispose();
        if (_made)
        {
            using Process remove = Process.Start("/usr/sbin/userdel", ["--force", "--remove", User]);
            remove.WaitForExit();
        }
        else
        {
            Directory.Delete(_home, recursive: true);
        }
    }

    // As built for development the tool comes with files beside it.
    private void CopyCompanions()
    {
        if (!File.Exists(Path.ChangeExtension(Tools.Build, null) + ".dll"))
        {
            return;
        }

        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(Tools.Build)!))
        {
            File.Copy(file, Path.Combine(_home, Path.GetFileName(file)), overwrite: true);
        }
    }
}
