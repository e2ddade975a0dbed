using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Format.Repositories;

/// <summary>Where a repository is: a directory, or an address.</summary>
public sealed class RepositoryLocation
{
    private readonly string _text;

    private RepositoryLocation(string text, RepositoryAddress? address) => (_text, Address) = (text, address);

    /// <summary>The address; null for a directory.</summary>
    public RepositoryAddress? Address { get; }

    /// <summary>Reads what an operator typed.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The location, or one that is of no use.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out RepositoryLocation value, [NotNullWhen(false)] out string? error)
    {
        string given = text ?? "";
        if (given.Contains("://", StringComparison.Ordinal))
        {
            bool good = RepositoryAddress.TryParse(given, out RepositoryAddress address, out error);
            value = new RepositoryLocation(given, address);
            return good;
        }

        value = new RepositoryLocation(given, null);
        error = given.Length > 0 ? null : "it is empty; give the repository's directory or address";
        return error is null;
    }

    /// <summary>A repository's address.</summary>
    public static RepositoryLocation Of(RepositoryAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return new(address.ToString(), address);
    }

    /// <summary>A repository's directory.</summary>
    public static RepositoryLocation Directory(string path) => new(path, null);

    /// <inheritdoc/>
    public override string ToString() => _text;
}
