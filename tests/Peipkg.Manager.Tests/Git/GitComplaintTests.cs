using Peipkg.Manager.Git;

namespace Peipkg.Manager.Tests.Git;

public class GitComplaintTests
{
    private const string Boilerplate = """
        fatal: Could not read from remote repository.

        Please make sure you have the correct access rights
        and the repository exists.
        """;

    [Theory]
    [InlineData(
        "git@h: Permission denied (publickey).\n" + Boilerplate,
        "git@h: Permission denied (publickey). (the server takes no key that the manager's user has)"
    )]
    [InlineData(
        "No ED25519 host key is known for h and you have requested strict checking.\nHost key verification failed.\n"
            + Boilerplate,
        "No ED25519 host key is known for h and you have requested strict checking.; Host key verification failed. (add the host's key to known_hosts of the manager's user)"
    )]
    [InlineData("ERROR: Repository not found.\n" + Boilerplate, "ERROR: Repository not found.")]
    [InlineData(
        "fatal: '/srv/x.git' does not appear to be a git repository\n" + Boilerplate,
        "fatal: '/srv/x.git' does not appear to be a git repository"
    )]
    [InlineData(
        "ssh: Could not resolve hostname h: Name or service not known\n" + Boilerplate,
        "ssh: Could not resolve hostname h: Name or service not known"
    )]
    [InlineData(
        "remote: Repository not found.\nfatal: repository 'https://h/x/' not found\n",
        "remote: Repository not found.; fatal: repository 'https://h/x/' not found"
    )]
    [InlineData(
        "remote: Enumerating objects: 5, done.\nremote: Total 5 (delta 0)\nReceiving objects:  20% (1/5)\rReceiving objects: 100% (5/5)\rfatal: disk full\n",
        "fatal: disk full"
    )]
    [InlineData(
        "fatal: could not read Username for 'https://h': terminal prompts disabled\n",
        "fatal: could not read Username for 'https://h': terminal prompts disabled (the server asks who is there: the repository is private, or there is none of this name)"
    )]
    [InlineData(Boilerplate, "fatal: Could not read from remote repository.")]
    [InlineData("", "")]
    public void The_reason_is_told_and_not_what_git_says_to_everybody(string stderr, string reason) =>
        Assert.Equal(reason, GitComplaint.In(stderr));

    [Fact]
    public void A_changed_host_key_is_told_without_its_frame()
    {
        string frame = new('@', 59);
        string said = $"""
            {frame}
            @    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
            {frame}
            IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
            Someone could be eavesdropping on you right now (man-in-the-middle attack)!
            It is also possible that a host key has just been changed.
            The fingerprint for the ED25519 key sent by the remote host is
            SHA256:abc.
            Please contact your system administrator.
            Add correct host key in /root/.ssh/known_hosts to get rid of this message.
            Offending ED25519 key in /root/.ssh/known_hosts:1
            Host key for h has changed and you have requested strict checking.
            Host key verification failed.
            {Boilerplate}
            """;
        string told = GitComplaint.In(said);
        Assert.Contains("has changed", told, StringComparison.Ordinal);
        Assert.Contains("Host key verification failed.", told, StringComparison.Ordinal);
        Assert.DoesNotContain("correct access rights", told, StringComparison.Ordinal);
        Assert.DoesNotContain("@@", told, StringComparison.Ordinal);
    }
}
