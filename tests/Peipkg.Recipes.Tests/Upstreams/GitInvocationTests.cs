using System.Diagnostics;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Recipes.Tests.Upstreams;

public sealed class GitInvocationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("peipkg-git-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_the_caller_relies_on_stays_and_what_leads_elsewhere_goes()
    {
        Dictionary<string, string> caller = new()
        {
            ["HOME"] = "/home/op",
            ["https_proxy"] = "http://proxy",
            ["GIT_SSL_CAINFO"] = "/ca.pem",
            ["GIT_SSH_COMMAND"] = "ssh -i key",
            ["GIT_CONFIG_GLOBAL"] = "/home/op/git",
            ["GIT_DIR"] = "/elsewhere",
            ["GIT_WORK_TREE"] = "/elsewhere",
            ["GIT_TRACE_CURL"] = "1",
        };
        GitInvocation invocation = Create("https://host/x", caller);
        Assert.Equal(
            ["/home/op", "http://proxy", "/ca.pem", "ssh -i key", "/home/op/git"],
            new[] { "HOME", "https_proxy", "GIT_SSL_CAINFO", "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL" }.Select(name =>
                invocation.Environment[name]
            )
        );
        Assert.DoesNotContain("GIT_DIR", invocation.Environment);
        Assert.DoesNotContain("GIT_WORK_TREE", invocation.Environment);
        Assert.DoesNotContain("GIT_TRACE_CURL", invocation.Environment);
        Assert.Equal("0", invocation.Environment["GIT_TERMINAL_PROMPT"]);
        Assert.Equal("never", invocation.Environment["SSH_ASKPASS_REQUIRE"]);
        Assert.Contains("safe.bareRepository=explicit", invocation.Arguments);
        Assert.Equal(["ls-remote", "--", "https://host/x"], invocation.Arguments.TakeLast(3));
    }

    [Theory]
    [InlineData("https://host/x", "git:http:https:ssh")]
    [InlineData("git@host:x", "git:http:https:ssh")]
    [InlineData("/srv/x", "file")]
    [InlineData(null, "")]
    public void Only_the_transports_of_the_address_are_permitted(string? address, string protocols) =>
        Assert.Equal(protocols, Create(address).Environment["GIT_ALLOW_PROTOCOL"]);

    [Fact]
    public void Without_an_address_nobodys_configuration_is_read()
    {
        GitInvocation invocation = Create(
            null,
            new() { ["GIT_CONFIG_COUNT"] = "1", ["GIT_CONFIG_GLOBAL"] = "/home/op/git" }
        );
        Assert.Equal("/dev/null", invocation.Environment["GIT_CONFIG_GLOBAL"]);
        Assert.Equal("1", invocation.Environment["GIT_CONFIG_NOSYSTEM"]);
        Assert.DoesNotContain("GIT_CONFIG_COUNT", invocation.Environment);
    }

    [Fact]
    public void A_repository_is_named_and_nothing_above_the_directory_is_looked_at()
    {
        GitInvocation invocation = GitInvocation.Create(
            new GitSurroundings
            {
                Caller = new Dictionary<string, string>(),
                Directory = "/state/sources/1",
                Repository = "/state/sources/1/.git",
            },
            "status"
        );
        Assert.Equal("/state/sources/1/.git", invocation.Environment["GIT_DIR"]);
        Assert.Equal("/state/sources/1:/state/sources", invocation.Environment["GIT_CEILING_DIRECTORIES"]);
    }

    [Fact]
    public void A_secret_is_in_no_argument_and_only_for_the_server_that_it_belongs_to()
    {
        GitInvocation fill = Create("https://bob:s3cr%25et@host:8443/x", null, "credential", "fill");
        Assert.DoesNotContain(fill.Arguments, argument => argument.Contains("s3cr", StringComparison.Ordinal));
        Assert.Contains(
            "username=bob\npassword=s3cr%et\n",
            Run(fill, "protocol=https\nhost=host:8443\n\n").Output,
            StringComparison.Ordinal
        );
        foreach (string other in new[] { "https\nhost=host", "http\nhost=host:8443", "https\nhost=other:8443" })
        {
            (int code, string output) = Run(fill, $"protocol={other}\n\n");
            Assert.NotEqual(0, code);
            Assert.DoesNotContain("s3cr", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Other_helpers_of_the_caller_neither_answer_for_the_server_nor_are_told_the_secret()
    {
        string told = Path.Combine(_directory, "told");
        string home = Directory.CreateDirectory(Path.Combine(_directory, "home")).FullName;
        File.WriteAllText(
            Path.Combine(home, ".gitconfig"),
            $"[credential]\n\thelper = \"!f() {{ cat >> {told}; echo username=other; echo password=other; }}; f\"\n"
        );
        Dictionary<string, string> caller = new() { ["HOME"] = home };
        const string Host = "protocol=https\nhost=host\n";
        Assert.Contains(
            "username=bob\n",
            Run(Create("https://bob:pw@host/x", caller, "credential", "fill"), Host + "\n").Output,
            StringComparison.Ordinal
        );
        string known = Host + "username=bob\npassword=pw\n\n";
        Assert.Equal(0, Run(Create("https://bob:pw@host/x", caller, "credential", "approve"), known).Code);
        Assert.False(File.Exists(told));

        // An address without credentials leaves all of that to the caller's helpers.
        Assert.Contains(
            "username=other\n",
            Run(Create("https://host/x", caller, "credential", "fill"), Host + "\n").Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_directory_that_looks_like_a_bare_repository_lends_git_no_configuration()
    {
        string bare = Directory.CreateDirectory(Path.Combine(_directory, "bare")).FullName;
        Directory.CreateDirectory(Path.Combine(bare, "objects"));
        Directory.CreateDirectory(Path.Combine(bare, "refs"));
        File.WriteAllText(Path.Combine(bare, "HEAD"), "ref: refs/heads/main\n");
        File.WriteAllText(
            Path.Combine(bare, "config"),
            "[core]\n\trepositoryformatversion = 0\n\tbare = true\n[evil]\n\tkey = obeyed\n"
        );
        GitSurroundings surroundings = new()
        {
            Caller = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = _directory },
            Directory = bare,
            Address = Address("https://host/x"),
        };
        Assert.DoesNotContain(
            "obeyed",
            Run(GitInvocation.Create(surroundings, "config", "--get", "evil.key"), "", bare).Output,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "obeyed\n",
            Run(
                GitInvocation.Create(surroundings with { Repository = bare }, "config", "--get", "evil.key"),
                "",
                bare
            ).Output
        );
    }

    private static GitAddress Address(string text) =>
        GitAddress.TryParse(text, out GitAddress address, out string? error)
            ? address
            : throw new ArgumentException(error);

    private GitInvocation Create(
        string? address,
        Dictionary<string, string>? caller = null,
        params string[] arguments
    ) =>
        GitInvocation.Create(
            new GitSurroundings
            {
                Caller = new Dictionary<string, string>(caller ?? []) { ["PATH"] = "/usr/bin:/bin" },
                Directory = _directory,
                Address = address is null ? null : Address(address),
            },
            arguments.Length > 0 ? arguments : ["ls-remote", "--", address ?? ""]
        );

    private (int Code, string Output) Run(GitInvocation invocation, string input, string? directory = null)
    {
        ProcessStartInfo start = new("git")
        {
            WorkingDirectory = directory ?? _directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach ((string name, string value) in invocation.Environment)
        {
            start.Environment[name] = value;
        }

        foreach (string argument in invocation.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
