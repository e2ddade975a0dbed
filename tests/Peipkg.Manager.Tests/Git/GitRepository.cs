using System.Diagnostics;
using System.Globalization;

namespace Peipkg.Manager.Tests.Git;

/// <summary>A real upstream made with git.</summary>
internal sealed class GitRepository
{
    private long _time = 1_700_000_000;

    public GitRepository(string path, params string[] options)
    {
        Path = path;
        Directory.CreateDirectory(path);
        Run(["init", "-q", "--initial-branch=main", .. options]);
    }

    public string Path { get; }

    public string Commit(params (string Name, string Content)[] files)
    {
        foreach ((string name, string content) in files)
        {
            string path = System.IO.Path.Combine(Path, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }

        Run("add", "-A");
        _time += 60;
        Run("commit", "-q", "--allow-empty", "-m", "change");
        return Run("rev-parse", "HEAD");
    }

    public void Tag(string name, bool annotated = false)
    {
        if (annotated)
        {
            Run("tag", "-f", "-a", "-m", name, "--", name);
        }
        else
        {
            Run("update-ref", "refs/tags/" + name, "HEAD");
        }
    }

    public long Time => _time;

    public string Run(params string[] arguments)
    {
        ProcessStartInfo start = new("git", ["-c", "protocol.file.allow=always", .. arguments])
        {
            WorkingDirectory = Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        foreach (string who in (string[])["AUTHOR", "COMMITTER"])
        {
            start.Environment[$"GIT_{who}_NAME"] = "Ann";
            start.Environment[$"GIT_{who}_EMAIL"] = "ann@example.org";
            start.Environment[$"GIT_{who}_DATE"] = string.Create(CultureInfo.InvariantCulture, $"@{_time} +0230");
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException(errors.Result);
    }
}
