using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;
using Peipkg.Recipes;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Publishing;

/// <summary>
/// Verifies what a build left: exactly the packages that the recipe's stanzas produce, each whole, saying of itself and
/// holding what its stanza allows. Whoever built them is not trusted.
/// </summary>
internal sealed class OutputCheck(PublicKey farmKey, string farmId)
{
    /// <summary>What came from the build, unsigned.</summary>
    /// <exception cref="BuildFailureException">Something is missing, too many or not as ordered; everything found is named.</exception>
    /// <exception cref="RecipeException">The recipe cannot be used any more.</exception>
    public IReadOnlyList<string> CheckUnsigned(BuildOrder order, string directory, CancellationToken cancellation)
    {
        Peipkg.Recipes.Recipe recipe = Peipkg.Recipes.Recipe.Load(
            order.Recipe.Document.File,
            order.Recipe.Edition,
            target: new RecipeTarget(order.Version, order.Recipe.Document.Taken)
        );
        Dictionary<string, Stanza> stanzas = recipe.Stanzas.ToDictionary(
            s => PackageFileName.Compose(s.Name, order.Version, s.Architecture),
            StringComparer.Ordinal
        );
        _ = Check(
            order,
            directory,
            new PackageVerifyOptions { Edition = order.Recipe.Edition },
            (name, package) =>
                package.Signature is not null ? ["it is signed; the farm signs"]
                : stanzas.TryGetValue(name, out Stanza? stanza)
                    ? StanzaMatch.Problems(recipe, stanza, order, farmId, package)
                : ["the recipe does not produce it any more"],
            cancellation
        );
        return [.. stanzas.Keys.Select(name => Path.Combine(directory, name))];
    }

    /// <summary>What is ready to publish: the same, signed by the farm's key.</summary>
    /// <exception cref="BuildFailureException">Something is missing, too many or not as ordered; everything found is named.</exception>
    public IReadOnlyList<BuildOutput> Check(BuildOrder order, string directory, CancellationToken cancellation) =>
        Check(
            order,
            directory,
            new PackageVerifyOptions
            {
                Edition = order.Recipe.Edition,
                TrustedKeys = [farmKey],
                RequireSignature = true,
            },
            (_, _) => [],
            cancellation,
            SiblingNames.All
        );

    private static List<BuildOutput> Check(
        BuildOrder order,
        string directory,
        PackageVerifyOptions options,
        Func<string, VerifiedPackage, IEnumerable<string>> look,
        CancellationToken cancellation,
        params IReadOnlyList<string> siblings
    )
    {
        HashSet<string> wanted =
        [
            .. order.Recipe.Outputs.Select(o => PackageFileName.Compose(o.Name, order.Version, o.Architecture)),
        ];
        string[] found =
        [
            .. Directory.EnumerateFileSystemEntries(directory).Select(Path.GetFileName).Order(StringComparer.Ordinal)!,
        ];
        List<string> problems =
        [
            .. wanted.Except(found, StringComparer.Ordinal).Select(name => $"{name} is missing"),
            .. found
                .Except(wanted, StringComparer.Ordinal)
                .Except(wanted.SelectMany(name => siblings.Select(suffix => name + suffix)), StringComparer.Ordinal)
                .Take(100)
                .Select(name => $"{DisplayText.Escape(name)} was not expected"),
        ];
        List<BuildOutput> outputs = [];
        foreach (string name in found.Where(wanted.Contains))
        {
            // A link could lead anywhere, a FIFO would be waited for.
            FileInfo entry = new(Path.Combine(directory, name));
            if (entry.LinkTarget is not null || !entry.Exists || entry.Length == 0)
            {
                problems.Add($"{name} is no regular file, or empty");
                continue;
            }

            try
            {
                using FileStream file = entry.OpenRead();
                VerifiedPackage package = PackageVerifier.Verify(file, options, cancellation);
                problems.AddRange(look(name, package).Select(problem => $"{name}: {problem}"));
                outputs.Add(new BuildOutput(name, package.PackageHash.ToString(), file.Length));
            }
            catch (Exception exception) when (exception is FormatViolationException || Boundary.IsUnforeseen(exception))
            {
                problems.Add($"{name}: {Boundary.Describe(exception)}");
            }
        }

        return problems.Count == 0
            ? outputs
            : throw new BuildFailureException(
                FailureCause.Recipe,
                "what was built is not what was ordered: " + string.Join("; ", problems)
            );
    }

    /// <summary>Reads a finished package as the index will describe it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">Why it cannot be published with the farm's key of today.</param>
    /// <returns>Null when it cannot be published.</returns>
    public IndexEntry? Describe(string path, out string problem)
    {
        problem = "";
        try
        {
            using FileStream file = File.OpenRead(path);
            VerifiedPackage package = PackageVerifier.Verify(
                file,
                new PackageVerifyOptions
                {
                    Edition = null,
                    TrustedKeys = [farmKey],
                    RequireSignature = true,
                }
            );
            return IndexEntry.FromPackage(package.Manifest, package.PackageHash, file.Length, "");
        }
        catch (Exception exception) when (exception is FormatViolationException || Boundary.IsUnforeseen(exception))
        {
            problem = Boundary.Describe(exception);
            return null;
        }
    }

    /// <summary>
    /// The latest build time of some finished packages, by what they say themselves; null where none can be read, which is
    /// for whoever publishes them to find.
    /// </summary>
    public static DateTimeOffset? NewestBuild(IEnumerable<string> paths)
    {
        DateTimeOffset? newest = null;
        foreach (string path in paths)
        {
            try
            {
                using FileStream file = File.OpenRead(path);
                VerifiedPackage package = PackageVerifier.Verify(file, new PackageVerifyOptions { Edition = null });
                DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(package.Manifest.Build.Timestamp.UnixSeconds);
                newest = newest > time ? newest : time;
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                // It vouches for nothing.
            }
        }

        return newest;
    }

    /// <summary>The digest of a finished file, lower-case hex.</summary>
    public static string HashFile(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Sha256Digest.Of(file).ToString();
    }
}
