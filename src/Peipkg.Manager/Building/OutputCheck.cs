using System.Security.Cryptography;
using Peipkg.Format;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Signing;
using Peipkg.Manager.Storage;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Building;

/// <summary>
/// Verifies what peipkg-build left: exactly the packages that the recipe's stanzas produce, each whole, signed by the
/// farm's key, and saying of itself what was asked for.
/// </summary>
internal sealed class OutputCheck(PublicKey farmKey, string farmId)
{
    /// <exception cref="BuildFailureException">Something is missing, too many or not as ordered; everything found is named.</exception>
    public IReadOnlyList<BuildOutput> Check(BuildOrder order, string directory, CancellationToken stop)
    {
        Dictionary<string, RecipeOutput> wanted = order.Recipe.Outputs.ToDictionary(
            o => PackageFileName.Compose(o.Name, order.Version, o.Architecture), StringComparer.Ordinal);
        string[] found = [.. Directory.EnumerateFileSystemEntries(directory).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
        List<string> problems =
        [
            .. wanted.Keys.Except(found, StringComparer.Ordinal).Select(name => $"{name} is missing"),
            .. found.Except(wanted.Keys, StringComparer.Ordinal).Select(name => $"{name} was not expected"),
        ];
        List<BuildOutput> outputs = [];
        foreach (string name in found.Where(wanted.ContainsKey))
        {
            try
            {
                using FileStream file = File.OpenRead(Path.Combine(directory, name));
                VerifiedPackage package = PackageVerifier.Verify(
                    file, new PackageVerifyOptions { TrustedKeys = [farmKey], RequireSignature = true }, stop);
                problems.AddRange(Mismatches(order, wanted[name], package.Manifest).Select(problem => $"{name}: {problem}"));
                outputs.Add(new BuildOutput(name, package.PackageHash.ToString(), file.Length));
            }
            catch (FormatViolationException e)
            {
                problems.Add($"{name}: {e.Message}");
            }
        }

        return problems.Count == 0
            ? outputs
            : throw new BuildFailureException(
                FailureCause.Recipe, "peipkg-build's output is not what was ordered: " + string.Join("; ", problems));
    }

    /// <summary>Why a finished package cannot be published with the farm's key of today; null when it can.</summary>
    public string? WhyUnusable(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            _ = PackageVerifier.Verify(file, new PackageVerifyOptions { TrustedKeys = [farmKey], RequireSignature = true });
            return null;
        }
        catch (FormatViolationException e)
        {
            return e.Message;
        }
    }

    /// <summary>The digest of a finished file, lower-case hex.</summary>
    public static string HashFile(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private IEnumerable<string> Mismatches(BuildOrder order, RecipeOutput wanted, Manifest manifest)
    {
        (string Field, string Is, string Ordered)[] fields =
        [
            ("name", manifest.Name.Text, wanted.Name.Text),
            ("version", manifest.Version.Text, order.Version.Text),
            ("architecture", manifest.Architecture.Text, wanted.Architecture.Text),
            ("build.timestamp", manifest.Build.Timestamp.Text, order.Timestamp.Text),
            ("build.farm_id", manifest.Build.FarmId, farmId),
            ("build.source_ref", manifest.Build.SourceRef, order.SourceRef),
        ];
        return fields.Where(f => f.Is != f.Ordered).Select(f => $"{f.Field} is \"{f.Is}\" instead of \"{f.Ordered}\"");
    }
}
