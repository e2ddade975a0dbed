using System.Globalization;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Build.Building;

/// <summary>What packages record of their build.</summary>
/// <param name="Version">The version.</param>
/// <param name="SourceRef">Where the source comes from.</param>
/// <param name="FarmId">Who builds.</param>
/// <param name="Timestamp">The time of everything.</param>
internal sealed record BuildIdentity(PackageVersion Version, string SourceRef, string FarmId, Timestamp Timestamp)
{
    private const string LocalFarm = "local";

    /// <summary>Completes what the command line says by what the source says of itself, and tells what was assumed.</summary>
    /// <exception cref="UserErrorException">Something is neither given nor known; the message names all of it.</exception>
    internal static BuildIdentity Complete(
        PackageVersion? version,
        string? sourceRef,
        string? farmId,
        Timestamp? timestamp,
        string recipe,
        string source,
        ToolContext context
    )
    {
        if (version is { } given && sourceRef is not null && farmId is not null && timestamp is { } time)
        {
            return new BuildIdentity(given, sourceRef, farmId, time);
        }

        List<string> missing = [];
        List<string> assumed = [];
        SourceCommit? commit = SourceCommit.TryRead(source, context);
        Upstream? upstream = UpstreamOf(recipe);
        (string? tag, PackageVersion? tagged) = TaggedVersion(commit, upstream);
        SourceLock known = commit is null ? LockOf(recipe) : SourceLock.Empty;
        LockedArchive? locked = Chosen(known, version);
        string noCommit = $"{source} is no git work tree with a commit";
        if (version is null)
        {
            version = tagged ?? VersionOf(locked, upstream);
            Note(
                "--version",
                version?.Text,
                known.Archives.Count > 1
                        ? $"{SourceLock.FileName} names several, and the source does not tell which it is"
                    : commit is null ? noCommit
                    : upstream is null ? "the recipe has no [upstream] whose tag_pattern tells versions"
                    : "no tag of the source's commit matches tag_pattern"
            );
        }

        if (sourceRef is null)
        {
            sourceRef =
                commit is null ? (locked is null ? null : $"{locked.Url}#sha256={locked.Sha256}")
                : (upstream?.Git?.Text ?? commit.Origin) is { } address
                    ? $"git+{address}#{(tag is null ? commit.Id : $"refs/tags/{tag}")}"
                : null;
            Note(
                "--source-ref",
                sourceRef,
                commit is null
                    ? noCommit
                    : "neither [upstream] nor a remote named origin says where the source comes from"
            );
        }

        if (timestamp is null)
        {
            timestamp =
                TimeOf(context) ?? (commit is null ? locked?.Timestamp : Timestamp.FromUnixSeconds(commit.Time));
            Note("--timestamp", timestamp?.Text, $"{noCommit}, and SOURCE_DATE_EPOCH is not set");
        }

        if (farmId is null)
        {
            farmId = LocalFarm;
            Note("--farm-id", farmId, "");
        }

        if (missing.Count > 0)
        {
            throw new UserErrorException(string.Join('\n', missing));
        }

        context.Diagnostics.Note($"assumed {string.Join(' ', assumed)}");
        return new BuildIdentity(version!.Value, sourceRef!, farmId, timestamp!.Value);

        void Note(string option, string? value, string why)
        {
            if (value is null)
            {
                missing.Add($"missing option {option}: {why}");
            }
            else
            {
                assumed.Add($"{option} {value}");
            }
        }
    }

    private static (string? Tag, PackageVersion? Version) TaggedVersion(SourceCommit? commit, Upstream? upstream)
    {
        (string? Tag, PackageVersion? Version) best = (null, null);
        foreach (string tag in commit?.Tags ?? [])
        {
            if (
                upstream is not null
                && upstream.TryMatch(tag, out PackageVersion version, out _)
                && (best.Version is not { } known || PackageVersion.Compare(version, known) > 0)
            )
            {
                best = (tag, version);
            }
        }

        return best;
    }

    // The only one, if no version is given: which of several was unpacked, the source does not say.
    private static LockedArchive? Chosen(SourceLock known, PackageVersion? version) =>
        version is { } wanted ? known.Find(wanted.Upstream)
        : known.Archives is [LockedArchive only] ? only
        : null;

    private static SourceLock LockOf(string recipe)
    {
        try
        {
            return SourceLock.Load(Path.GetDirectoryName(Path.GetFullPath(recipe)) ?? "/");
        }
        catch (Exception exception) when (exception is RecipeException or IOException or UnauthorizedAccessException)
        {
            return SourceLock.Empty;
        }
    }

    private static PackageVersion? VersionOf(LockedArchive? locked, Upstream? upstream)
    {
        if (locked is null)
        {
            return null;
        }

        string epoch = upstream is { Epoch: > 0 } ? $"{upstream.Epoch}:" : "";
        return PackageVersion.TryParse(
            $"{epoch}{locked.Version}-{upstream?.PeiosRevision ?? 1}",
            out PackageVersion version,
            out _
        )
            ? version
            : null;
    }

    // What is wrong with the recipe is told when it is read to be built.
    private static Upstream? UpstreamOf(string recipe)
    {
        try
        {
            return WatchedRecipe.Examine(TomlFile.Load(recipe)).Upstream;
        }
        catch (Exception exception) when (exception is RecipeException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Timestamp? TimeOf(ToolContext context)
    {
        if (!context.Variables.TryGetValue("SOURCE_DATE_EPOCH", out string? text) || text.Length == 0)
        {
            return null;
        }

        return
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            && seconds <= Timestamp.MaxValue.UnixSeconds
            ? Timestamp.FromUnixSeconds(seconds)
            : throw new UserErrorException(
                $"SOURCE_DATE_EPOCH={text} is not a number of seconds since 1970; correct it, or give --timestamp"
            );
    }
}
