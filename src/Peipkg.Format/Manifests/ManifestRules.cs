using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Manifests;

/// <summary>Every rule that a manifest must keep as a whole (PSD-009 §3.3).</summary>
public static class ManifestRules
{
    /// <summary>Checks a manifest that a package is to be made with: also what only producers must keep.</summary>
    /// <exception cref="FormatViolationException">The first rule that is broken, with the pointer to the place.</exception>
    public static void CheckForPacking(Manifest manifest)
    {
        if (!manifest.Architecture.IsSupported)
        {
            throw new FormatViolationException(
                ManifestRule.Architecture,
                "/architecture",
                $"packages cannot be built for {DisplayText.Quote(manifest.Architecture.Text)}; "
                    + "there are x86_64, aarch64 and noarch"
            );
        }

        if (manifest.Build.Timestamp.UnixSeconds > Limits.ArchiveTime)
        {
            throw new FormatViolationException(
                ManifestRule.Timestamp,
                "/build/timestamp",
                $"{manifest.Build.Timestamp} is later than 2242-03-16T12:56:31Z, the last time an archive entry can have"
            );
        }

        Check(manifest);
    }

    /// <summary>Checks a manifest that was read, or is passed on.</summary>
    /// <exception cref="FormatViolationException">The first rule that is broken, with the pointer to the place.</exception>
    public static void Check(Manifest manifest)
    {
        var site = RelationRules.Site.Alone;
        RelationRules.Check(site, manifest);
        RelationRules.CheckLength(site, "sd_overrides", manifest.SdOverrides.Count, Limits.SdOverrides);
        for (var index = 0; index < manifest.SdOverrides.Count; index++)
        {
            CheckOverride(
                site,
                index,
                index == 0 ? null : manifest.SdOverrides[index - 1],
                manifest.SdOverrides[index]
            );
        }
    }

    private static void CheckOverride(RelationRules.Site site, int index, SdOverride? previous, SdOverride current)
    {
        var pointer = $"/sd_overrides/{index}";
        if (!PayloadPath.TryValidate(current.Path, out var error))
        {
            throw site.Violation(ManifestRule.Path, pointer + "/path", error);
        }

        var order = previous is null ? -1 : PayloadPath.Compare(previous.Path, current.Path);
        if (order >= 0)
        {
            throw site.Violation(
                ManifestRule.SdOverrideOrder,
                pointer + "/path",
                order == 0
                    ? $"{DisplayText.Quote(current.Path)} has two security descriptors"
                    : $"sd_overrides is not sorted by path: {DisplayText.Quote(current.Path)} comes after "
                        + DisplayText.Quote(previous!.Path)
            );
        }

        var fault =
            current.Descriptor.Length > Limits.SecurityDescriptorBytes
                ? $"it has {current.Descriptor.Length} bytes, more than {Limits.SecurityDescriptorBytes}"
                : SecurityDescriptor.Fault(current.Descriptor.Span);
        if (fault is not null)
        {
            throw site.Violation(
                ManifestRule.SecurityDescriptor,
                pointer + "/sd",
                $"this is no security descriptor: {fault}"
            );
        }
    }
}
