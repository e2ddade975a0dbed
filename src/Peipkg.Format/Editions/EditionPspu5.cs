using Peipkg.Format.Archive;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using static Peipkg.Format.Layout.DestinationTraits;

namespace Peipkg.Format.Editions;

/// <summary>PSPU chapter 5, the successor of PSD-009.</summary>
internal static class EditionPspu5
{
    internal static Edition Create() =>
        new("pspu-5")
        {
            Title = "PSPU chapter 5",
            Headers = new HeaderRules
            {
                Written = [HeaderForm.RecordForPrefix, HeaderForm.PathRecordFirst, HeaderForm.NamedBeside],
                Taken =
                [
                    HeaderForm.NamedInside,
                    HeaderForm.NulType,
                    HeaderForm.NulDevices,
                    HeaderForm.ExtendedFields,
                    HeaderForm.OtherStandIn,
                ],
                Reference = [HeaderForm.PrefixField, HeaderForm.LinkRecordFirst, HeaderForm.ShortRecord],
            },
            Layout = new LayoutRules
            {
                Architectures =
                [
                    new(Architecture.X86_64, "x86_64-linux-peios"),
                    new(Architecture.AArch64, "aarch64-linux-peios"),
                    new(Architecture.NoArch, null),
                ],
                Destinations =
                [
                    new("usr/bin"),
                    new("usr/sbin"),
                    new("usr/lib/" + Destination.TripletPlaceholder, ArchitectureOnly | HoldsLibraries),
                    new("usr/lib/debug", ArchitectureOnly | HoldsLibraries),
                    new("usr/lib/modules", ArchitectureOnly | HoldsLibraries | ByRelease),
                    new("usr/lib/firmware", HoldsLibraries),
                    new("usr/lib/os-release", SingleFile),
                    new("usr/libexec"),
                    new("usr/share"),
                    new("usr/include"),
                    new("usr/src/debug"),
                    new("usr/src/dist"),
                    new("usr/etc"),
                    new("usr/conf"),
                    new("var", DirectoriesOnly),
                    new("boot"),
                    new("hooks"),
                    new("++"),
                ],
                BareRoots = [],
                Forbidden = ["lcl/policy"],
                LinksLeadToPayload = true,
                DropInDirectories =
                [
                    "usr/etc/ld.so.conf.d",
                    "usr/etc/profile.d",
                    "usr/etc/sudoers.d",
                    "usr/etc/cron.d",
                    "usr/etc/sysctl.d",
                    "usr/etc/modules-load.d",
                    "usr/etc/modprobe.d",
                    "usr/etc/binfmt.d",
                    "usr/etc/cron.daily",
                    "usr/etc/cron.hourly",
                    "usr/etc/cron.weekly",
                    "usr/etc/cron.monthly",
                ],
                Sidecars = true,
                SideEffects =
                [
                    new(
                        SideEffect.Depmod,
                        SideEffectEvidence.InstalledKernelModule,
                        "no kernel module under usr/lib/modules/",
                        LayoutSeverity.Error,
                        LayoutSeverity.Error
                    ),
                    new(
                        SideEffect.ManDb,
                        SideEffectEvidence.ManPage,
                        "no man page",
                        LayoutSeverity.Warning,
                        LayoutSeverity.Warning
                    ),
                ],
            },
            Members =
                ManifestMembers.LicenseClass
                | ManifestMembers.DefaultRoot
                | ManifestMembers.SpecialSystemPackage
                | ManifestMembers.AlternateUpgrade
                | ManifestMembers.SourcePackage
                | ManifestMembers.RecipeRef
                | ManifestMembers.Builder
                | ManifestMembers.Root
                | ManifestMembers.Claims,
            ReadsOtherArchitectures = false,
            NoArchNeedsNoArch = false,
            LayoutChecksAreOptional = false,
            WarnsOfHigherProvides = true,
            DerivesByDefault = true,
        };
}
