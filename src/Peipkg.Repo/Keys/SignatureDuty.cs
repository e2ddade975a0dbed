using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;

namespace Peipkg.Repo.Keys;

/// <summary>Which keys may sign what, so that consumers of the present generation can follow to the next (§6.5.4).</summary>
internal static class SignatureDuty
{
    /// <summary>Refuses signers whose documents would be rejected, and objects to those that would strand somebody.</summary>
    /// <param name="state">The present generation.</param>
    /// <param name="edit">The change; receives objections.</param>
    /// <param name="indexes">The key that signs the indexes.</param>
    /// <param name="descriptor">The key that signs <c>repo.json</c>.</param>
    internal static void Check(
        PublishedState state,
        DescriptorEdit edit,
        DocumentSigner indexes,
        DocumentSigner descriptor
    )
    {
        Timestamp at = state.JudgedAt;
        if (edit.Descriptor.FindKey(indexes.Fingerprint) is not { Status: KeyStatus.Active })
        {
            throw new UserErrorException(
                $"{indexes.File}: the key {indexes.Fingerprint.Grouped} {Reason(edit.Descriptor, indexes.Fingerprint)} after this change, "
                    + "so consumers would reject the indexes; sign with an active key:\n  "
                    + ActiveKeys(edit.Descriptor)
            );
        }

        RefuseMissingFile(state, edit, indexes);
        RefuseMissingFile(state, edit, descriptor);
        if (state.Descriptor.FindKey(descriptor.Fingerprint)?.VerifiesAt(at) != true)
        {
            throw new UserErrorException(
                $"{descriptor.File}: the key {descriptor.Fingerprint.Grouped} {Reason(state.Descriptor, descriptor.Fingerprint)} in the "
                    + "present repo.json, so no consumer could follow to a new one signed with it; sign repo.json with a key they know:\n  "
                    + ActiveKeys(state.Descriptor)
            );
        }

        if (edit.Descriptor.FindKey(descriptor.Fingerprint)?.VerifiesAt(at) != true)
        {
            throw new UserErrorException(
                $"{descriptor.File}: the key {descriptor.Fingerprint.Grouped} {Reason(edit.Descriptor, descriptor.Fingerprint)} after this "
                    + "change, so the new repo.json would not verify; sign it with another"
            );
        }

        ObjectToLeavingBehind(state, edit, descriptor.Fingerprint);
        ObjectToHaste(state, edit, descriptor.Fingerprint);
    }

    /// <summary>Whether <c>repo.json</c> must be signed with another key soon, because its signer's transition ends.</summary>
    internal static bool MustHandOver(PublishedState state) =>
        state.DescriptorSigner is { } signer
        && state.Descriptor.FindKey(signer) is { Status: KeyStatus.Transitioning, ValidUntil: { } until }
        && state.JudgedAt.UnixSeconds >= until.UnixSeconds - KeyEdits.HandOver.TotalSeconds;

    /// <summary>
    /// As long as a transition lasts, consumers that have not refreshed since it began may know only the old key. A
    /// revocation does not wait for them: the old key may be in the same hands.
    /// </summary>
    private static void ObjectToLeavingBehind(PublishedState state, DescriptorEdit edit, Fingerprint signer)
    {
        if (
            state.DescriptorSigner is { } present
            && present != signer
            && !MustHandOver(state)
            && edit.Descriptor.FindKey(present) is { Status: KeyStatus.Transitioning, ValidUntil: { } until }
        )
        {
            bool revokes = edit.Descriptor.Keys.Any(key =>
                key.Status == KeyStatus.Revoked
                && state.Descriptor.FindKey(key.Fingerprint)?.Status != KeyStatus.Revoked
            );
            if (revokes)
            {
                edit.Consequences.Add(
                    $"Consumers that have not refreshed since the rotation follow only if {signer.Grouped} was listed before it; the others "
                        + $"know only {present.Grouped}. If that key is still in good hands, sign repo.json with it, by --descriptor-key."
                );
            }
            else
            {
                edit.Objections.Add(
                    $"consumers that have not refreshed since the rotation may know only {present.Grouped}, which counts until {until}, and "
                        + "could not follow to a repo.json without its signature; give its private key with --descriptor-key"
                );
            }
        }
    }

    /// <summary>
    /// What a key that is on its way out tells consumers of new keys reaches only those that refresh before it has gone.
    /// </summary>
    private static void ObjectToHaste(PublishedState state, DescriptorEdit edit, Fingerprint signer)
    {
        if (
            edit.AddedKeys.Count > 0
            && state.Descriptor.FindKey(signer) is { Status: KeyStatus.Transitioning, ValidUntil: { } until }
            && until.UnixSeconds - state.JudgedAt.UnixSeconds < KeyEdits.ShortestTransition.TotalSeconds
        )
        {
            edit.Objections.Add(
                $"repo.json would tell of the new key with the signature of {signer.Grouped}, which counts only until {until}: consumers "
                    + $"that refresh less often must add the repository again; wait until then, or sign repo.json with an active key"
            );
        }
    }

    private static void RefuseMissingFile(PublishedState state, DescriptorEdit edit, DocumentSigner signer)
    {
        if (state.Keys.Find(signer.Fingerprint) is null && !edit.AddedKeys.Contains(signer.PublicKey))
        {
            throw new UserErrorException(
                $"{signer.File}: the repository has no usable key file for {signer.Fingerprint}, so that nobody could verify what "
                    + "it signs; put its public key there first"
            );
        }
    }

    private static string Reason(Descriptor descriptor, Fingerprint key) =>
        descriptor.FindKey(key) switch
        {
            null => "is not listed",
            { Status: KeyStatus.Revoked } => "is revoked",
            { Status: KeyStatus.Transitioning, ValidUntil: { } until } => $"is only transitioning, until {until},",
            _ => "is active",
        };

    private static string ActiveKeys(Descriptor descriptor) =>
        string.Join(
            "\n  ",
            descriptor
                .Keys.Where(static key => key.Status == KeyStatus.Active)
                .Select(static key => key.Fingerprint.Grouped)
        );
}
