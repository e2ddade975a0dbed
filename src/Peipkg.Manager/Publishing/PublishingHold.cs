using Peipkg.Format.Repositories;

namespace Peipkg.Manager.Publishing;

/// <summary>Why the farm does not publish although it could.</summary>
/// <param name="Key">One word, by which it is told from others.</param>
/// <param name="Reason">For the operator, with what to do.</param>
/// <param name="Remedy">The command that ends it.</param>
internal sealed record HeldPublishing(string Key, string Reason, string Remedy);

/// <summary>Looks for what holds publishing up until somebody acts; what is built waits, and nothing counts as failed.</summary>
/// <param name="repository">The repository.</param>
/// <param name="clock">The farm's clock.</param>
internal sealed class PublishingHold(RepositoryState repository, FarmClock clock)
{
    /// <summary>The reason; null when there is none.</summary>
    /// <param name="newestBuild">The latest build time of what is to be published; null: unknown.</param>
    public HeldPublishing? Find(Func<DateTimeOffset?> newestBuild)
    {
        string pending = Path.Combine(repository.Directory, RepositoryLayout.PendingDirectory);
        if (Directory.Exists(pending))
        {
            string import = $"peipkg-repo import-signatures --repo {repository.Directory} --signatures FILE";
            return new HeldPublishing(
                "signature",
                $"a generation waits for signatures in {pending}, and publishing another would make it worthless. Import "
                    + $"them with \"{import}\", or remove that directory to give it up",
                import
            );
        }

        return clock.WhyDoubtful(newestBuild) is { } doubt
            ? new HeldPublishing(FarmClock.Key, doubt, $"peipkg-manager ack {FarmClock.Key}")
            : null;
    }
}
