using System.Text.RegularExpressions;

namespace Peipkg.Manager.Operating;

/// <summary>Takes secrets out of text that leaves the farm: credentials in URLs, and the values that are known to be secret.</summary>
internal sealed partial class Redactor
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mark = "[redacted]";

    // Shorter ones would blot out ordinary words.
    private const int Shortest = 8;

    private readonly string[] _secrets;

    /// <param name="environment">Values of variables whose names say that they are secret are taken out.</param>
    /// <param name="more">Further secrets.</param>
    public Redactor(IReadOnlyDictionary<string, string> environment, IEnumerable<string> more) => _secrets =
    [
        .. environment.Where(v => SecretName().IsMatch(v.Key)).Select(v => v.Value).Concat(more)
            .Where(secret => secret.Length >= Shortest).Distinct(StringComparer.Ordinal).OrderByDescending(secret => secret.Length),
    ];

    /// <summary>The text without them.</summary>
    public string Clean(string text)
    {
        foreach (string secret in _secrets)
        {
            text = text.Replace(secret, Mark, StringComparison.Ordinal);
        }

        return text.Contains('@', StringComparison.Ordinal) ? Credentials().Replace(text, "://" + Mark + "@") : text;
    }

    [GeneratedRegex("(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|PASS|API_?KEY|ACCESS_?KEY|SECRET_?KEY)(_|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"://[^/\s@:""'<>]*:[^/\s@""'<>]+@", RegexOptions.CultureInvariant)]
    private static partial Regex Credentials();
}
