using Peipkg.Build.Composing;
using Peipkg.Build.Reading;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Repositories;

namespace Peipkg.Build.Reproducing;

/// <summary>The root that a package was built in, as the attestation beside it says. It only advises: what counts is the bytes.</summary>
internal static class AttestedRoot
{
    private const string Extension = ".peipkg";

    /// <summary>Warns where a package is built again with other programs than it was built with.</summary>
    /// <param name="package">The package.</param>
    /// <param name="root">The root that it is built in now; null for this machine's programs.</param>
    /// <param name="context">Told of the difference.</param>
    internal static void Compare(OpenedPackage package, string? root, ToolContext context)
    {
        string file = package.File + SiblingNames.Attestation;
        if (!File.Exists(file))
        {
            return;
        }

        SortedDictionary<string, string> attested = new(StringComparer.Ordinal);
        try
        {
            byte[] payload = DsseEnvelope.Read(BoundedFile.Read(file, Limits.AttestationBytes)).Payload.ToArray();
            foreach (Subject subject in Statement.Read(payload).Dependencies)
            {
                if (subject.Name.EndsWith(Extension, StringComparison.Ordinal))
                {
                    attested[subject.Sha256.ToString()] = Spoken(subject.Name);
                }
            }
        }
        catch (FormatViolationException exception)
        {
            context.Diagnostics.Warning($"{file}: {exception.Message}; what the package was built with is not known");
            return;
        }

        if (attested.Count == 0)
        {
            return;
        }

        if (root is null)
        {
            context.Diagnostics.Warning(
                $"{package.FileName} was built in a root, as its attestation says; give --root with one that compose makes of: "
                    + string.Join(", ", attested.Values.Order(StringComparer.Ordinal))
            );
        }
        else if (ComposedRoot.TryRead(root) is { } present)
        {
            List<string> more = [];
            foreach (IndexEntry entry in present.Packages)
            {
                if (!attested.Remove(entry.Hash.ToString()))
                {
                    more.Add($"{entry.Name} = {entry.Version}");
                }
            }

            if (attested.Count + more.Count > 0)
            {
                context.Diagnostics.Warning(
                    $"{package.FileName} was built in another root than {root}, as its attestation says"
                        + Listed("; it had: ", attested.Values.Order(StringComparer.Ordinal))
                        + Listed("; it had not: ", more)
                );
            }
        }
    }

    private static string Listed(string label, IEnumerable<string> names)
    {
        string text = string.Join(", ", names);
        return text.Length > 0 ? label + text : "";
    }

    // NAME_VERSION_ARCH.peipkg, as compose takes it.
    private static string Spoken(string fileName) =>
        fileName.Split('_', 3) is [var name, var version, _] ? $"{name} = {version}" : fileName;
}
