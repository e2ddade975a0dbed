using System.Globalization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;

namespace Peipkg.Repo.Keys;

/// <summary>
/// The changes in a key's life (§5.2.6, §5.2.7, §6.1.4): what each makes of a descriptor, whom it would strand, and what
/// consumers experience.
/// </summary>
internal static class KeyEdits
{
    /// <summary>The shortest transition without force: consumers refresh at least every 30 days (§6.5.4).</summary>
    internal static readonly TimeSpan ShortestTransition = TimeSpan.FromDays(30);

    /// <summary>So long before a transitioning key ends, <c>repo.json</c> is signed with another.</summary>
    internal static readonly TimeSpan HandOver = TimeSpan.FromDays(7);

    /// <summary>How long a revoked key stays listed (§6.1.4).</summary>
    internal static readonly TimeSpan RevokedRetention = TimeSpan.FromDays(366);

    /// <summary>Lists one more active key.</summary>
    internal static DescriptorEdit Add(Descriptor descriptor, PublicKey key)
    {
        if (descriptor.FindKey(key.Fingerprint) is { } listed)
        {
            throw new UserErrorException(
                $"the key {key.Fingerprint.Grouped} is already listed as {Text(listed.Status)}"
                    + (
                        listed.Status == KeyStatus.Active
                            ? ""
                            : ", and a key never becomes active again; make a new one with keygen"
                    )
            );
        }

        DescriptorEdit edit = new(
            descriptor with
            {
                Keys = DescriptorEdit.Put(descriptor, key.Fingerprint, KeyStatus.Active),
            }
        )
        {
            AddedKeys = [key],
        };
        edit.Consequences.Add($"{key.Fingerprint.Grouped} becomes an active key.");
        edit.Consequences.Add(
            "Consumers learn it at their next refresh and accept from then on what it signs; nothing else changes for them."
        );
        return edit;
    }

    /// <summary>Hands over from one key to another.</summary>
    /// <param name="descriptor">The present descriptor.</param>
    /// <param name="old">An active key, which becomes transitioning.</param>
    /// <param name="fresh">The key that signs from now on; it may be listed as active already.</param>
    /// <param name="validUntil">The last moment the old key verifies.</param>
    /// <param name="signer">The key that signs <c>repo.json</c>: the old one, or another that consumers know.</param>
    /// <param name="at">The time of the change.</param>
    /// <param name="census">Who signed what; null when nobody looked.</param>
    internal static DescriptorEdit Rotate(
        Descriptor descriptor,
        Fingerprint old,
        PublicKey fresh,
        Timestamp validUntil,
        Fingerprint signer,
        Timestamp at,
        SignerCensus? census
    )
    {
        Require(descriptor, old, KeyStatus.Active, "so there is nothing to hand over");
        if (old == fresh.Fingerprint)
        {
            throw new UserErrorException("the old key and the new key are the same");
        }

        DescriptorKey? listed = descriptor.FindKey(fresh.Fingerprint);
        if (listed is { Status: not KeyStatus.Active })
        {
            throw new UserErrorException(
                $"the key {fresh.Fingerprint.Grouped} is {Text(listed.Status)}, and a key never becomes active again; make a new one with keygen"
            );
        }

        if (validUntil.CompareTo(at) <= 0)
        {
            throw new UserErrorException($"--valid-until {validUntil} is not after {at}, when the transition begins");
        }

        Descriptor with1 = descriptor with
        {
            Keys = DescriptorEdit.Put(descriptor, fresh.Fingerprint, KeyStatus.Active),
        };
        DescriptorEdit edit = new(
            with1 with
            {
                Keys = DescriptorEdit.Put(with1, old, KeyStatus.Transitioning, validUntil),
            }
        )
        {
            AddedKeys = listed is null ? [fresh] : [],
        };
        edit.Consequences.Add($"{fresh.Fingerprint.Grouped} signs from now on.");
        edit.Consequences.Add($"{old.Grouped} is transitioning: consumers accept it until {validUntil}.");
        AddFollowers(edit, signer, fresh.Fingerprint);
        AddPackages(edit, census, old, $"after {validUntil}");
        if (validUntil.UnixSeconds - at.UnixSeconds < ShortestTransition.TotalSeconds)
        {
            edit.Objections.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the transition is shorter than {ShortestTransition.Days} days: consumers refresh at least that often, and those "
                        + $"that do not in time must add the repository again; give a later --valid-until"
                )
            );
        }

        return edit;
    }

    /// <summary>Takes a key off the list: a transitioning one, or a revoked one after its year.</summary>
    internal static DescriptorEdit Retire(Descriptor descriptor, Fingerprint key, Timestamp at, SignerCensus? census)
    {
        DescriptorKey listed = Listed(descriptor, key);
        if (listed.Status == KeyStatus.Active)
        {
            throw new UserErrorException(
                $"the key {key.Grouped} is active; hand over to another with rotate-key first, so that consumers can follow"
            );
        }

        DescriptorEdit edit = new(
            descriptor with
            {
                Keys = [.. descriptor.Keys.Where(entry => entry.Fingerprint != key)],
            }
        )
        {
            RemovedKeys = [key],
        };
        edit.Consequences.Add($"{key.Grouped} is no longer listed.");
        if (listed.Status == KeyStatus.Revoked)
        {
            RefuseEarlyOblivion(edit, listed, at);
            edit.Consequences.Add("What it signed was rejected before and still is, now as signed by an unknown key.");
            return edit;
        }

        Timestamp until = listed.ValidUntil!.Value;
        edit.Consequences.Add(
            "Consumers that have refreshed since the rotation notice nothing; whoever has not must add the repository again."
        );
        if (at.UnixSeconds < until.UnixSeconds - HandOver.TotalSeconds)
        {
            edit.Objections.Add(
                $"consumers were promised that the key counts until {until}; retire it after {Before(until, HandOver)}"
            );
        }

        AddPackages(edit, census, key, "from now on");
        if (census?.Of(key).Active > 0 && at.CompareTo(until) <= 0)
        {
            edit.Objections.Add(
                $"{Packages(census.Of(key).Active)} that the active index advertises {Are(census.Of(key).Active)} signed with it and could no longer "
                    + "be installed; publish them again with a higher revision and another key first"
            );
        }

        return edit;
    }

    /// <summary>Declares a key compromised.</summary>
    internal static DescriptorEdit Revoke(Descriptor descriptor, Fingerprint key, Timestamp at, SignerCensus? census)
    {
        DescriptorKey listed = Listed(descriptor, key);
        if (listed.Status == KeyStatus.Revoked)
        {
            throw new UserErrorException($"the key {key.Grouped} is revoked already");
        }

        if (descriptor.Keys.All(entry => entry.Status != KeyStatus.Active || entry.Fingerprint == key))
        {
            throw new UserErrorException(
                $"{key.Grouped} is the last active key: without it nobody could sign for this repository, not even its revocation.\n"
                    + "Add another with add-key, signed with this one, and revoke this one with the new. Consumers that refresh in between "
                    + "follow; if the key is in the wrong hands do not wait for them: the others must add the repository again, with the "
                    + "new key's fingerprint."
            );
        }

        // valid_until has no meaning for consumers here (§6.1.3); it keeps the day of the revocation.
        DescriptorEdit edit = new(
            descriptor with
            {
                Keys = DescriptorEdit.Put(descriptor, key, KeyStatus.Revoked, at),
            }
        );
        edit.Consequences.Add(
            $"{key.Grouped} is revoked: whatever it signed is rejected from a consumer's next refresh on."
        );
        edit.Consequences.Add(
            "Consumers that know the key which signs this follow by themselves; whoever last refreshed before that key was listed must "
                + "add the repository again."
        );
        edit.Consequences.Add($"The entry stays in repo.json, until {After(at, RevokedRetention)} at least.");
        AddPackages(edit, census, key, "from now on");
        return edit;
    }

    /// <summary>Changes what the repository says of itself.</summary>
    internal static DescriptorEdit Describe(Descriptor descriptor, string? name, string? description)
    {
        DescriptorEdit edit = new(
            descriptor with
            {
                Name = name ?? descriptor.Name,
                Description = description ?? descriptor.Description,
            }
        );
        if (edit.Descriptor == descriptor)
        {
            throw new UserErrorException(
                "nothing would change; give a --name or --description other than the present one"
            );
        }

        edit.Consequences.Add(
            "Consumers show the new words from their next refresh on; nothing else changes for them."
        );
        if (edit.Descriptor.Name != descriptor.Name)
        {
            edit.Consequences.Add(
                $"The repository is called \"{edit.Descriptor.Name}\" instead of \"{descriptor.Name}\" in repo.json and both indexes alike."
            );
        }

        return edit;
    }

    /// <summary>The status as documents spell it.</summary>
    internal static string Text(KeyStatus status) =>
        status switch
        {
            KeyStatus.Active => "active",
            KeyStatus.Transitioning => "transitioning",
            _ => "revoked",
        };

    private static void RefuseEarlyOblivion(DescriptorEdit edit, DescriptorKey listed, Timestamp at)
    {
        if (listed.ValidUntil is not { } revoked)
        {
            edit.Objections.Add(
                "repo.json does not say when the key was revoked, and its entry must stay for a year; force this only when you know"
            );
        }
        else if (at.UnixSeconds < revoked.UnixSeconds + RevokedRetention.TotalSeconds)
        {
            throw new UserErrorException(
                $"the key {listed.Fingerprint.Grouped} was revoked at {revoked}; its entry must stay for at least a year, until "
                    + $"{After(revoked, RevokedRetention)}, so that consumers with old caches learn of it"
            );
        }
    }

    /// <summary>Who follows a rotation: whoever knows the key that signs <c>repo.json</c>, as long as it does.</summary>
    private static void AddFollowers(DescriptorEdit edit, Fingerprint signer, Fingerprint fresh)
    {
        if (edit.Descriptor.FindKey(signer) is not { Status: KeyStatus.Transitioning, ValidUntil: { } until })
        {
            edit.Consequences.Add(
                $"repo.json is signed with {signer.Grouped}: consumers that know that key follow by themselves, whenever they refresh. "
                    + "Whoever last refreshed before it was listed must add the repository again."
            );
            return;
        }

        edit.Consequences.Add(
            $"repo.json keeps the signature of {signer.Grouped} until {Before(until, HandOver)}: consumers that know that key and refresh "
                + "before then follow by themselves. The next publish after that signs it with the new key. Whoever has not refreshed by then "
                + $"must add the repository again, with the fingerprint {fresh.Grouped}."
        );
        edit.Consequences.Add(
            $"Until then, whoever adds the repository needs the fingerprint {signer.Grouped}. Tell both fingerprints."
        );
    }

    private static void AddPackages(DescriptorEdit edit, SignerCensus? census, Fingerprint key, string when)
    {
        if (census?.Of(key) is { Archived: > 0 } signed)
        {
            edit.Consequences.Add(
                $"{Packages(signed.Archived)} {Are(signed.Archived)} signed with it, of which the active index advertises "
                    + $"{signed.Active}; consumers refuse to install them {when}. Build those still wanted again, with a higher revision and "
                    + "another key."
            );
        }

        if (census?.Unknown is { Archived: > 0 } unknown)
        {
            edit.Consequences.Add(
                $"Who signed {Packages(unknown.Archived)} is not known: hosted elsewhere, missing or damaged."
            );
        }
    }

    private static DescriptorKey Listed(Descriptor descriptor, Fingerprint key) =>
        descriptor.FindKey(key)
        ?? throw new UserErrorException(
            $"repo.json does not list the key {key.Grouped}; it lists\n  "
                + string.Join(
                    "\n  ",
                    descriptor.Keys.Select(static entry => $"{entry.Fingerprint.Grouped} ({Text(entry.Status)})")
                )
        );

    private static void Require(Descriptor descriptor, Fingerprint key, KeyStatus status, string consequence)
    {
        DescriptorKey listed = Listed(descriptor, key);
        if (listed.Status != status)
        {
            throw new UserErrorException($"the key {key.Grouped} is {Text(listed.Status)}, {consequence}");
        }
    }

    private static string Packages(int count) => Counted.Text(count, "package");

    private static string Are(int count) => count == 1 ? "is" : "are";

    private static Timestamp Before(Timestamp time, TimeSpan span) =>
        Timestamp.FromUnixSeconds(Math.Max(0, time.UnixSeconds - (long)span.TotalSeconds));

    private static Timestamp After(Timestamp time, TimeSpan span) =>
        Timestamp.FromUnixSeconds(Math.Min(Timestamp.MaxValue.UnixSeconds, time.UnixSeconds + (long)span.TotalSeconds));
}
