using Peipkg.Format.Text;

namespace Peipkg.Format.Repositories;

/// <summary>Every rule that a descriptor must keep as a whole, the same for reading and writing (PSD-009 §6.1).</summary>
internal static class DescriptorRules
{
    /// <summary>Checks a descriptor.</summary>
    /// <exception cref="FormatViolationException">The first rule that is broken, with the pointer to the place.</exception>
    internal static void Check(Descriptor descriptor)
    {
        if (descriptor.Name.Length == 0)
        {
            throw new FormatViolationException(RepositoryRule.Name, "/repo/name", "the repository has no name");
        }

        for (var index = 0; index < descriptor.Keys.Count; index++)
        {
            CheckKey(
                $"/repo/signing/keys/{index}",
                index == 0 ? null : descriptor.Keys[index - 1],
                descriptor.Keys[index]
            );
        }

        if (!descriptor.Keys.Any(key => key.Status == KeyStatus.Active))
        {
            throw new FormatViolationException(
                RepositoryRule.NoActiveKey,
                "/repo/signing/keys",
                "no key is active, so nobody can sign"
            );
        }

        CheckUrl("/indexes/active/url", descriptor.Active.Url);
        CheckUrl("/indexes/active/signature_url", descriptor.Active.SignatureUrl);
        CheckUrl("/indexes/archive/url", descriptor.Archive.Url);
        CheckUrl("/indexes/archive/signature_url", descriptor.Archive.SignatureUrl);
    }

    private static void CheckKey(string pointer, DescriptorKey? previous, DescriptorKey key)
    {
        if (key.Fingerprint.Text.Length == 0)
        {
            throw new FormatViolationException(
                RepositoryRule.Fingerprint,
                pointer + "/fingerprint",
                "the key has no fingerprint"
            );
        }

        var order = previous is null ? -1 : string.CompareOrdinal(previous.Fingerprint.Text, key.Fingerprint.Text);
        if (order >= 0)
        {
            throw new FormatViolationException(
                RepositoryRule.KeyOrder,
                pointer + "/fingerprint",
                order == 0 ? "the key is listed twice" : "the keys are not sorted by fingerprint"
            );
        }

        CheckUrl(pointer + "/url", key.Url);
        if (key.Status == KeyStatus.Transitioning && key.ValidUntil is null)
        {
            throw new FormatViolationException(
                RepositoryRule.KeyValidUntil,
                pointer,
                "a transitioning key must say until when, in \"valid_until\""
            );
        }
    }

    private static void CheckUrl(string pointer, string url)
    {
        if (!HttpUrl.TryValidateReference(url, out var error))
        {
            throw new FormatViolationException(RepositoryRule.Url, pointer, error);
        }
    }
}
