using System.Globalization;
using System.Text;
using Peipkg.Manager.Upstreams;

namespace Peipkg.Manager.Git;

/// <summary>
/// Hands the credentials of an address to git, for its scheme, host and port only. Git asks a credential helper for the
/// address that it is about to talk to, so a server that redirects to another is not followed by the password.
/// </summary>
/// <remarks>
/// <c>http.extraHeader</c> would be simpler, but git sends it to every server that it is redirected to. The list of
/// helpers is emptied first, because git tells each helper what a server has accepted, and the operator's <c>store</c>
/// would write it to a file. The secret is in the environment: arguments are readable by every user.
/// </remarks>
internal static class GitCredentials
{
    private const string Helper =
        "!f() { if test \"$1\" = get; then "
        + "printf 'username=%s\\npassword=%s\\n' \"$PEIPKG_GIT_USERNAME\" \"$PEIPKG_GIT_PASSWORD\"; fi; }; f";

    /// <summary>Adds what git needs to the environment of a command; nothing for an address without credentials.</summary>
    /// <param name="upstream">Whom the command talks to.</param>
    /// <param name="variables">The command's environment, with the operator's own configuration.</param>
    public static void AddTo(Dictionary<string, string> variables, UpstreamUrl upstream)
    {
        if (upstream.Authorization is not { } authorization)
        {
            return;
        }

        // "Basic " and "name:password" in Base64.
        string coded = authorization[(authorization.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        string[] parts = Encoding.UTF8.GetString(Convert.FromBase64String(coded)).Split(':', 2);
        variables["PEIPKG_GIT_USERNAME"] = OneLine(parts[0]);
        variables["PEIPKG_GIT_PASSWORD"] = OneLine(parts[^1]);
        string key = $"credential.{upstream.Origin.TrimEnd('/')}.helper";
        AddConfiguration(variables, key, "");
        AddConfiguration(variables, key, Helper);
    }

    // The helper's answer is lines: a line feed in a name could add an answer of its own.
    private static string OneLine(string text) => string.Concat(text.Where(c => !char.IsControl(c)));

    // After what the operator set in the same way.
    private static void AddConfiguration(Dictionary<string, string> variables, string key, string value)
    {
        int count = int.TryParse(
            variables.GetValueOrDefault("GIT_CONFIG_COUNT"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int set
        )
            ? set
            : 0;
        variables[$"GIT_CONFIG_KEY_{count}"] = key;
        variables[$"GIT_CONFIG_VALUE_{count}"] = value;
        variables["GIT_CONFIG_COUNT"] = (count + 1).ToString(CultureInfo.InvariantCulture);
    }
}
