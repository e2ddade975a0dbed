using Peipkg.Format;
using Peipkg.Format.Editions;
using Peipkg.Format.Repositories;

namespace Peipkg.Manager.Configuration;

/// <summary>
/// The repository that the farm publishes into. What it says of itself counts; <c>[repo]</c> is for one that is yet to be
/// made, and must not contradict one that exists.
/// </summary>
internal static class OwnRepository
{
    /// <summary>The edition of the format in which the farm builds.</summary>
    public static Edition EditionOf(ManagerConfig config) =>
        Existing(config)?.Edition ?? config.Repository.Edition ?? Edition.Default;

    /// <summary>Says why the configuration and the repository do not go together; empty if they do.</summary>
    public static IReadOnlyList<string> Problems(ManagerConfig config)
    {
        if (Existing(config) is not { } existing)
        {
            return [];
        }

        List<string> problems = [];
        string directory = DirectoryOf(config);
        if (config.Repository.Edition is { } edition && edition != existing.Edition)
        {
            problems.Add(
                $"[repo] edition: the repository in {directory} is of edition {existing.Edition}, not {edition}; "
                    + "move it with peipkg-repo migrate-edition, or correct the configuration"
            );
        }

        if (config.Repository.Official is { } official && official != existing.Official)
        {
            problems.Add(
                $"[repo] official: the repository in {directory} was made {(official ? "without it" : "as the official one")}, and "
                    + "stays so; correct the configuration, or make another repository in another state_dir"
            );
        }

        return problems;
    }

    private static string DirectoryOf(ManagerConfig config) => new StateLayout(config.StateDirectory).Repository;

    // A repository that cannot be read is reported by whoever publishes into it.
    private static Descriptor? Existing(ManagerConfig config)
    {
        try
        {
            return DescriptorDocument.Read(
                File.ReadAllBytes(Path.Combine(DirectoryOf(config), RepositoryLayout.Descriptor))
            );
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or FormatViolationException)
        {
            return null;
        }
    }
}
