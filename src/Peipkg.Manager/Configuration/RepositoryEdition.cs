using Peipkg.Format;
using Peipkg.Format.Editions;
using Peipkg.Format.Repositories;

namespace Peipkg.Manager.Configuration;

/// <summary>The edition of the format in which the farm builds: that of the repository that it publishes into.</summary>
internal static class RepositoryEdition
{
    /// <summary>The repository's; before there is one, what the configuration says.</summary>
    public static Edition Of(ManagerConfig config) => Existing(config) ?? config.Repository.Edition ?? Edition.Default;

    /// <summary>Says why the configuration and the repository do not go together, or returns null.</summary>
    public static string? Problem(ManagerConfig config) =>
        config.Repository.Edition is { } wanted && Existing(config) is { } existing && existing != wanted
            ? $"[repo] edition: the repository in {DirectoryOf(config)} is of edition {existing}, not {wanted}; "
                + "move it with peipkg-repo migrate-edition, or correct the configuration"
            : null;

    private static string DirectoryOf(ManagerConfig config) => new StateLayout(config.StateDirectory).Repository;

    // A repository that cannot be read is reported by whoever publishes into it.
    private static Edition? Existing(ManagerConfig config)
    {
        try
        {
            byte[] descriptor = File.ReadAllBytes(Path.Combine(DirectoryOf(config), RepositoryLayout.Descriptor));
            return DescriptorDocument.Read(descriptor).Edition;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or FormatViolationException)
        {
            return null;
        }
    }
}
