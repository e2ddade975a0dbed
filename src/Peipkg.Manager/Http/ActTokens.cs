using System.Security.Cryptography;
using System.Text;

namespace Peipkg.Manager.Http;

/// <summary>
/// What proves that a form is one of ours, made for who sends it: another site can have a browser send a form, but cannot
/// read what is in ours. The key lives as long as the process.
/// </summary>
internal sealed class ActTokens
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>The token of a user's forms.</summary>
    public string Of(string user) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(user)));

    /// <summary>Whether a form was made for a user; takes the same time for every wrong token.</summary>
    public bool IsOf(string token, string user) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(Of(user)));
}
