using System.Diagnostics.CodeAnalysis;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Repo.Indexing;

namespace Peipkg.Repo.Remote;

/// <summary>Where a repository is: a directory, or an address.</summary>
internal sealed class RepositoryLocation
{
    private readonly string _text;

    private RepositoryLocation(string text, RepositoryAddress? address) => (_text, Address) = (text, address);

    /// <summary>The address; null for a directory.</summary>
    internal RepositoryAddress? Address { get; }

    /// <summary>Reads what an operator typed.</summary>
    internal static bool TryParse(string? text, out RepositoryLocation value, [NotNullWhen(false)] out string? error)
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
    internal static RepositoryLocation Of(RepositoryAddress address) => new(address.ToString(), address);

    /// <summary>A repository's directory.</summary>
    internal static RepositoryLocation Directory(string path) => new(path, null);

    /// <summary>Opens the repository for reading.</summary>
    /// <param name="anchors">The keys one of which must have signed what is fetched; empty for any that it lists.</param>
    /// <param name="diagnostics">Told of directories that are not entered.</param>
    /// <param name="stop">Ends the work early.</param>
    internal RepositoryReader Open(
        IReadOnlyList<Fingerprint> anchors,
        Diagnostics diagnostics,
        CancellationToken stop
    ) =>
        Address is { } address
            ? new RemoteRepositoryReader(address, anchors, stop)
            : new LocalRepositoryReader(_text, null, diagnostics);

    /// <inheritdoc/>
    public override string ToString() => _text;
}
