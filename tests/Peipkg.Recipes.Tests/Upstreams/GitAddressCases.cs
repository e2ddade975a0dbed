using System.Globalization;

namespace Peipkg.Recipes.Tests.Upstreams;

/// <summary>
/// Git addresses and what becomes of them. The tests of the parser, of <c>peipkg-build check</c> and of the farm run this
/// one table, so that no two of them can judge an address differently.
/// </summary>
public static class GitAddressCases
{
    private const string Forms = "write an https, http, ssh, git or file URL, user@host:path or an absolute path";
    private const string NoAddress = "this is not a git address; " + Forms;
    private const string OtherTransport =
        "the git address names another transport than https, http, ssh, git and file; " + Forms;
    private const string Malformed =
        "the host or the port of the git address is malformed; an \"@\", \":\" or \"/\" in a password is written %40, "
        + "%3A or %2F";
    private const string Control = "the git address has control characters";
    private const string Hyphen = "no part of a git address begins with \"-\"";
    private const string HyphenOrDot = "no part of a git address begins with \"-\" or \".\"";
    private const string Unwritable = "a git address has no spaces, quotes or backslashes";
    private const string Query = "a git address has no \"?\" and no \"#\"";
    private const string SshPassword = "ssh takes no password from an address; use a key";
    private const string NoUser = "the git address names no user; write user@host:path, such as git@host:path";
    private const string UserNotAllowed = "only http, https and ssh URLs name a user";

    /// <summary>As written; as shown; the key that webhooks are matched by; user and password, or null.</summary>
    public static TheoryData<string, string, string, string?> Accepted { get; } =
        new()
        {
            { "https://github.com/madler/zlib", "https://github.com/madler/zlib", "github.com/madler/zlib", null },
            {
                "HTTPS://GitHub.com:443/Madler/zlib.git",
                "https://github.com:443/Madler/zlib.git",
                "github.com/madler/zlib",
                null
            },
            { "http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x", "127.0.0.1:8080/x", null },
            { "http://[::1]:8000/z.git/", "http://[::1]:8000/z.git/", "[::1]:8000/z", null },
            { "https://[2001:DB8::1]/z", "https://[2001:db8::1]/z", "[2001:db8::1]/z", null },
            { "https://@host/z", "https://host/z", "host/z", null },
            { "https://host/a%20b", "https://host/a%20b", "host/a%20b", null },
            { "https://host/~user/x", "https://host/~user/x", "host/~user/x", null },
            { "https://bob:s3cr%40t@host/z", "https://host/z", "host/z", "bob:s3cr@t" },
            { "https://ghp_token@host/z", "https://host/z", "host/z", "ghp_token:" },
            { "http://bob:p:q@host:81/z", "http://host:81/z", "host:81/z", "bob:p:q" },
            {
                "ssh://git@github.com:22/madler/zlib.git",
                "ssh://git@github.com:22/madler/zlib.git",
                "github.com/madler/zlib",
                null
            },
            { "ssh://host/srv/x", "ssh://host/srv/x", "host/srv/x", null },
            { "ssh://git@[::1]:2222/x", "ssh://git@[::1]:2222/x", "[::1]:2222/x", null },
            { "git@github.com:madler/zlib.git", "git@github.com:madler/zlib.git", "github.com/madler/zlib", null },
            { "git@GitHub.com-work:o/n", "git@GitHub.com-work:o/n", "github.com-work/o/n", null },
            { "git@[::1]:o/n.git", "git@[::1]:o/n.git", "[::1]/o/n", null },
            { "_svc.1@host:/srv/git/n", "_svc.1@host:/srv/git/n", "host/srv/git/n", null },
            { "git@host:~/n", "git@host:~/n", "host/~/n", null },
            { "git://host.example/z", "git://host.example/z", "host.example/z", null },
            { "git://host.example:9418/z", "git://host.example:9418/z", "host.example/z", null },
            { "/srv/git/a b.git", "file:///srv/git/a%20b.git", "/srv/git/a b", null },
            { "/srv/git/a?b#c", "file:///srv/git/a%3Fb%23c", "/srv/git/a?b#c", null },
            { "file:///srv/git/z", "file:///srv/git/z", "/srv/git/z", null },
            { "file:///srv/git/a%20b", "file:///srv/git/a%20b", "/srv/git/a b", null },
        };

    /// <summary>As written; the sentence that refuses it.</summary>
    public static TheoryData<string, string> Refused { get; } =
        new()
        {
            { "", "the git address is empty; " + Forms },
            { "https://host/" + new string('a', 2048), "the git address is longer than 2048 characters" },
            { "--upload-pack=touch /tmp/x", "the git address begins with \"-\", as options do" },
            { "-oProxyCommand=x", "the git address begins with \"-\", as options do" },
            { "https://host/p\nq", Control },
            { "https://host/p\u007fq", Control },
            { "https://host/p\ufffdq", Control },
            { "file:///srv/a%0Ab", Control },
            { "https://bob%0d%0a:secret@host/x", Control },
            { "/srv/a\tb", Control },
            { "github.com:org/x.git", NoUser },
            { "[::1]:x", NoUser },
            { "relative/path", NoAddress },
            { "github.com/example/hello", NoAddress },
            { "./x", NoAddress },
            { "~/x", NoAddress },
            { "ext::sh -c id", NoAddress },
            { "fd::17", NoAddress },
            { "user@ext::sh -c id", NoAddress },
            { "user@host:", NoAddress },
            { "us er@host:path", NoAddress },
            { "bob:secret@host:path", NoAddress },
            { "user@-oProxyCommand=x:path", NoAddress },
            { "git@[::1:x", NoAddress },
            { "git@[oops]:x", NoAddress },
            { ".user@host:path", HyphenOrDot },
            { "user@host:-path", HyphenOrDot },
            { "git@host:a b", Unwritable },
            { "ext://sh", OtherTransport },
            { "ftp://host/path", OtherTransport },
            { "git+ssh://git@host/x", OtherTransport },
            { "://host/x", OtherTransport },
            { "https://ho:st:80/p", Malformed },
            { "https://bob:sec@ret@host/x", Malformed },
            { "https://host:/x", Malformed },
            { "https://host:0/x", Malformed },
            { "https://host:65536/x", Malformed },
            { "https://host:+80/x", Malformed },
            { "https://[::1/x", Malformed },
            { "https://[::1]x/x", Malformed },
            { "https://[zz]/x", Malformed },
            { "ssh://%2DoProxyCommand=x/y", Malformed },
            { "ssh://-oProxyCommand=x/path", Hyphen },
            { "ssh://-x@host/path", Hyphen },
            { "ssh://%2Dx@host/path", Hyphen },
            { "ssh://bob:secret@host/path", SshPassword },
            { "ssh://bob%3Asecret@host/path", SshPassword },
            { "git://bob@host/path", UserNotAllowed },
            { "file://bob@/path", UserNotAllowed },
            { "https:///path", "the git address has no host" },
            { "https://host", "the git address has no path" },
            { "https://host/", "the git address has no path" },
            { "https://host/p?token=secret", Query },
            { "https://host/p#frag", Query },
            { "https://host/p q", Unwritable },
            { "https://host/p\\q", Unwritable },
            { "https://host/p\"q", Unwritable },
            { "file://host/path", "a file URL has three slashes and no host: file:///srv/git/name.git" },
        };

    /// <summary>An address as a string of TOML, quotes included.</summary>
    public static string ToToml(string text) =>
        "\""
        + string.Concat(
            text.Select(c =>
                char.IsControl(c) || c is '"' or '\\' or '\ufffd'
                    ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")
                    : c.ToString()
            )
        )
        + "\"";
}
