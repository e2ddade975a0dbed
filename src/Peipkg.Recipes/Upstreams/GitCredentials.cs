using System.Text;

namespace Peipkg.Recipes.Upstreams;

/// <summary>The user and the password of an address. They print as nothing, wherever that happens.</summary>
/// <param name="User">The user, or a token that needs no password.</param>
/// <param name="Password">The password; empty where there is none.</param>
public sealed record GitCredentials(string User, string Password)
{
    /// <summary>Both in Base64, as the header of basic authentication carries them.</summary>
    public string Basic => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    /// <inheritdoc/>
    public override string ToString() => "…";

    /// <summary>Reads what stands before the host of a URL.</summary>
    /// <param name="userInfo"><c>user</c> or <c>user:password</c>, percent-encoded.</param>
    internal static GitCredentials Parse(string userInfo)
    {
        int colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        return new GitCredentials(
            Uri.UnescapeDataString(colon < 0 ? userInfo : userInfo[..colon]),
            colon < 0 ? "" : Uri.UnescapeDataString(userInfo[(colon + 1)..])
        );
    }
}
