using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;

namespace Peipkg.Manager.Operating;

/// <summary>What is wrong with what consumers see: the keys of the repository, and its copies elsewhere.</summary>
internal static class RepositoryTroubles
{
    // A transition takes thirty days at least; who has not ended it two weeks before may have forgotten.
    private static readonly TimeSpan KeyWarning = TimeSpan.FromDays(14);

    /// <summary>Of the targets.</summary>
    public static IEnumerable<Trouble> OfSyncs(FarmStores stores)
    {
        foreach (SyncTarget target in stores.Targets)
        {
            SyncTargetRecord known = stores.Syncs.Get(target.Key);
            if (known.Failures > 0)
            {
                yield return Trouble.Error(
                    "sync:" + target.Config.Name,
                    $"the sync to {target.Config.Name} ({target.DisplayRemote}) fails: {known.LastError}",
                    $"tail -n 50 {stores.Layout.SyncLogOf(target.Config.Name)}"
                ) with
                {
                    IsTold = true,
                };
            }

            if (known.CheckError.Length > 0)
            {
                yield return Trouble.Error(
                    "public:" + target.Config.Name,
                    $"{target.Config.PublicUrl} does not serve what was synced: {known.CheckError}",
                    $"curl -I {target.Config.PublicUrl}/repo.json"
                ) with
                {
                    IsTold = true,
                };
            }
        }
    }

    /// <summary>Of the repository's index and keys.</summary>
    public static IEnumerable<Trouble> OfKeys(FarmStores stores, LiveFarm? live)
    {
        _ = stores.Repository.Published();
        if (live?.Signer is not { } signer || stores.Repository.Descriptor() is not { } descriptor)
        {
            yield break;
        }

        DescriptorKey? own = descriptor.Keys.FirstOrDefault(key => key.Fingerprint == signer);
        string keys = $"peipkg-repo keys --repo {stores.Repository.Directory}";
        if (own is null)
        {
            yield return Trouble.Error(
                "key:" + signer.Text[..16],
                $"the signing key {signer.Grouped} is not among the repository's keys, so consumers refuse what it signs",
                keys
            );
        }
        else if (own.Status != KeyStatus.Active)
        {
            yield return Trouble.Error(
                "key:" + signer.Text[..16],
                own.Status == KeyStatus.Revoked
                    ? $"the signing key {signer.Grouped} is revoked, so consumers refuse what it signs"
                    : $"the signing key {signer.Grouped} is being replaced and signs no more; give [signing] key_file its successor",
                keys
            );
        }

        DateTimeOffset now = stores.Clock.GetUtcNow();
        foreach (DescriptorKey key in descriptor.Keys.Where(key => key.Status == KeyStatus.Transitioning && key != own))
        {
            DateTimeOffset end = DateTimeOffset.FromUnixTimeSeconds((key.ValidUntil ?? Timestamp.MaxValue).UnixSeconds);
            if (end - now < KeyWarning)
            {
                yield return Trouble.Warning(
                    "key:" + key.Fingerprint.Text[..16],
                    end < now
                        ? $"the key {key.Fingerprint.Grouped} counts no more since {end.Text()}; retire it"
                        : $"the key {key.Fingerprint.Grouped} counts until {end.Text()} only; what it signed cannot be installed afterwards",
                    end < now
                        ? "peipkg-repo retire-key --help"
                        : $"peipkg-repo audit --repo {stores.Repository.Directory}"
                );
            }
        }
    }
}
