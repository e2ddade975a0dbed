using Peipkg.Build.Checking.Licenses;
using Peipkg.Build.Rules;
using Peipkg.Build.World;
using Peipkg.CommandLine.Help;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Packages;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Attesting;

/// <summary>Writes what lies beside a package: its bill of materials, and the signed attestation that names both.</summary>
/// <param name="facts">What is known of the build.</param>
/// <param name="key">The key that signs the packages.</param>
internal sealed class Attester(BuildFacts facts, SigningKey key)
{
    /// <summary>Writes a package's siblings beside it, under temporary names as the package itself still is.</summary>
    /// <param name="package">The package, whose content is written whole.</param>
    /// <param name="siblings">Takes what is written.</param>
    /// <param name="cancellation">Stops between two pieces of content.</param>
    /// <returns>How many there are now.</returns>
    internal int Write(DurableFileWriter package, List<DurableFileWriter> siblings, CancellationToken cancellation)
    {
        foreach (
            (string suffix, byte[] content) in Attest(package.Stream, Path.GetFileName(package.Target), cancellation)
        )
        {
            DurableFileWriter writer = DurableFile.Create(package.Target + suffix);
            siblings.Add(writer);
            writer.Stream.Write(content);
            writer.Flush();
        }

        package.Stream.Position = package.Stream.Length;
        return siblings.Count;
    }

    /// <summary>Reads a package as it was written, so that nothing is said of it that is not in it.</summary>
    /// <param name="package">The signed package; read from its beginning.</param>
    /// <param name="fileName">The name that it will have.</param>
    /// <param name="cancellation">Stops between two pieces of content.</param>
    /// <returns>What each sibling holds, by what its name adds to the package's.</returns>
    /// <exception cref="UserErrorException">The package has so many files that its bill of materials is too large.</exception>
    private IReadOnlyList<(string Suffix, byte[] Content)> Attest(
        Stream package,
        string fileName,
        CancellationToken cancellation
    )
    {
        FileSha1 sha1 = new();
        package.Position = 0;
        VerifiedPackage verified;
        try
        {
            verified = PackageVerifier.Verify(
                package,
                new PackageVerifyOptions { Edition = facts.Edition, Receiver = sha1 },
                cancellation
            );
        }
        catch (FormatViolationException exception)
        {
            throw new UserErrorException(
                $"{fileName} cannot be attested as a package of edition {facts.Edition}: {exception.Message}",
                exception
            );
        }

        Subject subject = new(fileName, verified.PackageHash);
        byte[] bill = new BillOfMaterials
        {
            Package = subject,
            Manifest = verified.Manifest,
            Files = verified.Files,
            Sha1 = sha1,
            Tool = (ToolContext.Program, ProductVersion.Number),
            License = Expression(verified.Manifest.License),
            Sources = facts.SourcesOf(verified.Manifest),
        }.Write();
        if (bill.Length > Limits.BillBytes)
        {
            throw new UserErrorException(
                $"{fileName}: its bill of materials would have {bill.Length} bytes, and {Limits.BillBytes} are allowed; build it without --attest"
            );
        }

        byte[] provenance = new Provenance
        {
            Package = subject,
            Manifest = verified.Manifest,
            Edition = facts.Edition.ToString(),
            Tool = (ToolContext.Program, ProductVersion.Number),
            Facts = [.. facts.Facts.Select(static fact => (fact.Name, fact.Value))],
            Materials = facts.MaterialsOf(verified.Manifest),
            Byproducts =
            [
                new Material(fileName + SiblingNames.Bill, "")
                {
                    Sha256 = Sha256Digest.Of(bill),
                    MediaType = BillOfMaterials.MediaType,
                },
            ],
        }.Write();
        return
        [
            (SiblingNames.Bill, bill),
            (SiblingNames.Attestation, DsseEnvelope.Sign(key, Provenance.PayloadType, provenance).Write()),
        ];
    }

    // One that was replaced is still one.
    private static string? Expression(string license) =>
        license.Length > 0
        && LicenseExpression.Check(license).All(static problem => problem.Rule == RecipeValueRules.LicenseDeprecated)
            ? license
            : null;
}
