using System.Security.Cryptography;

namespace Peipkg.Manager.Http;

/// <summary>What came of an act, for the page that follows.</summary>
/// <param name="User">Who acted, and alone sees it.</param>
/// <param name="Text">In a sentence.</param>
/// <param name="IsGood">Whether it was done.</param>
internal sealed record ActNotice(string User, string Text, bool IsGood);

/// <summary>
/// The latest notices, by a number that nobody can guess: an address holds only the number, so no link can make a page say
/// what it likes.
/// </summary>
internal sealed class ActNotices
{
    private const int Kept = 200;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ActNotice> _notices = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Keeps a notice.</summary>
    /// <returns>Its number.</returns>
    public string Keep(ActNotice notice)
    {
        string number = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        lock (_gate)
        {
            _notices.Add(number, notice);
            _order.Enqueue(number);
            if (_order.Count > Kept)
            {
                _notices.Remove(_order.Dequeue());
            }
        }

        return number;
    }

    /// <summary>A user's notice; null where there is none, or not any more.</summary>
    public ActNotice? Find(string? number, string? user)
    {
        lock (_gate)
        {
            return number is not null && _notices.GetValueOrDefault(number) is { } notice && notice.User == user
                ? notice
                : null;
        }
    }
}
