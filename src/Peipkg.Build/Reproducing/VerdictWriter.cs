using Peipkg.Build.Attesting;
using Peipkg.Build.Comparing;
using Peipkg.Build.Reading;
using Peipkg.Build.World;
using Peipkg.CommandLine.Help;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Reproducing;

/// <summary>Signs what came of rebuilds, and writes each verdict into a file named after its package and the key.</summary>
internal sealed class VerdictWriter : IDisposable
{
    private readonly SigningKey _key;
    private readonly string _directory;

    private VerdictWriter(SigningKey key, string directory) => (_key, _directory) = (key, directory);

    /// <summary>Reads the key and makes the directory.</summary>
    /// <returns>Null where no verdicts are wanted.</returns>
    /// <exception cref="UserErrorException">There is no such key.</exception>
    internal static VerdictWriter? Open(VerdictOutput? output, ToolContext context)
    {
        if (output is null)
        {
            return null;
        }

        SigningKey key = KeyFiles.LoadSigningKey(output.Key, context.Diagnostics);
        Directory.CreateDirectory(output.Directory);
        return new VerdictWriter(key, output.Directory);
    }

    /// <summary>Whether this key has said something of a package already.</summary>
    internal bool Knows(IndexEntry entry)
    {
        string file = PlaceOf(PackageFileName.Compose(entry.Name, entry.Version, entry.Architecture));
        try
        {
            return File.Exists(file)
                && RebuildVerdict.Read(BoundedFile.Read(file, Limits.VerdictBytes)) is { } verdict
                && verdict.Package.Sha256 == entry.Hash
                && verdict.Rebuilder.Equals(_key.PublicKey);
        }
        catch (FormatViolationException)
        {
            // Whatever it is, it gives way to a verdict.
            return false;
        }
    }

    /// <summary>Refuses to vouch for one's own packages, which tells nobody anything.</summary>
    /// <exception cref="UserErrorException">The package is signed with the key that would sign the verdict.</exception>
    internal void RequireAnother(OpenedPackage package)
    {
        if (package.Content.Signature?.KeyFingerprint == _key.PublicKey.Fingerprint)
        {
            throw new UserErrorException(
                $"{package.FileName} is signed with the key that would sign the verdict, {_key.PublicKey.Fingerprint.Grouped}; "
                    + "a verdict is worth something from somebody else, with a key of their own"
            );
        }
    }

    /// <summary>Writes a verdict.</summary>
    /// <param name="package">The package that was to be built again.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="compared">What was compared; null where nothing was.</param>
    /// <param name="whole">Whether files were compared, and not what signatures cover.</param>
    /// <param name="facts">How it was built again.</param>
    internal void Write(
        OpenedPackage package,
        RebuildOutcome outcome,
        ComparisonVerdict? compared,
        bool whole,
        BuildFacts facts
    )
    {
        string name = PackageFileName.Compose(
            package.Manifest.Name,
            package.Manifest.Version,
            package.Manifest.Architecture
        );
        RebuildStatement statement = new()
        {
            Package = new Subject(name, package.Content.PackageHash),
            Manifest = package.Manifest,
            Edition = facts.Edition.ToString(),
            Outcome = outcome,
            Compared = whole ? ("file", package.Content.PackageHash) : ("signed content", package.Content.SignedDigest),
            Differences = compared is null ? [] : DifferencesOf(compared),
            Tool = (ToolContext.Program, ProductVersion.Number),
            Facts = [.. facts.Facts.Select(static fact => (fact.Name, fact.Value))],
            Materials = facts.MaterialsOf(package.Manifest),
        };
        try
        {
            DurableFile.Write(PlaceOf(name), statement.Sign(_key).Envelope.Write());
        }
        catch (FormatViolationException exception)
        {
            throw new UserErrorException($"{name}: its verdict cannot be written: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static IReadOnlyList<string> DifferencesOf(ComparisonVerdict compared)
    {
        PackageDifference difference = compared.Difference;
        return difference.IsEmpty
            ? compared.Reason is { } reason
                ? [reason]
                : []
            :
            [
                .. difference.Fields.Select(static field => $"manifest: {field.Field}"),
                .. difference.Removed.Select(static entry => $"removed: {entry.Path}"),
                .. difference.Added.Select(static entry => $"added: {entry.Path}"),
                .. difference.Changed.Select(static entry => $"changed: {entry.First.Path}"),
            ];
    }

    private string PlaceOf(string package) =>
        Path.Combine(_directory, package + SiblingNames.Verdict(_key.PublicKey.Fingerprint));
}
