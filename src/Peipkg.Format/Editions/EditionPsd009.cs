using Peipkg.Format.Archive;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using static Peipkg.Format.Layout.DestinationTraits;

namespace Peipkg.Format.Editions;

/// <summary>PSD-009 v0.22, with the bytes that all its producers have written.</summary>
internal static class EditionPsd009
{
    internal static Edition Create() =>
        new("psd-009")
        {
            Title = "PSD-009 v0.22",
            Headers = new HeaderRules
            {
                // The text's rules 7 and 12 ask for path first and for a record always; every producer has written this.
                Written = [HeaderForm.PrefixField, HeaderForm.LinkRecordFirst, HeaderForm.NamedInside],
                Taken =
                [
                    HeaderForm.RecordForPrefix,
                    HeaderForm.PathRecordFirst,
                    HeaderForm.ShortRecord,
                    HeaderForm.NamedBeside,
                    HeaderForm.NulType,
                ],
                Reference = [],
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
                    new("usr/lib/modules", ArchitectureOnly | HoldsLibraries),
                    new("usr/share"),
                    new("usr/include"),
                    new("usr/src/debug"),
                    new("etc"),
                    new("var", DirectoriesOnly),
                    new("opt"),
                    new("boot"),
                    new("hooks"),
                ],
                BareRoots = ["dev", "proc", "run", "sys", "tmp"],
                Forbidden = [],
                LinksLeadToPayload = false,
                DropInDirectories = [],
                Sidecars = false,
                SideEffects =
                [
                    new(
                        SideEffect.Ldconfig,
                        SideEffectEvidence.SharedLibrary,
                        "no shared library under usr/lib/",
                        LayoutSeverity.Error,
                        LayoutSeverity.Error
                    ),
                    new(
                        SideEffect.Depmod,
                        SideEffectEvidence.KernelModule,
                        "no kernel module under a modules/ directory",
                        LayoutSeverity.Error,
                        LayoutSeverity.Error
                    ),
                    new(SideEffect.ManDb, SideEffectEvidence.ManPage, "no man page", LayoutSeverity.Warning, null),
                ],
            },
            Members = ManifestMembers.None,
            ReadsOtherArchitectures = true,
            NoArchNeedsNoArch = true,
            LayoutChecksAreOptional = true,
            WarnsOfHigherProvides = false,
            DerivesByDefault = false,
        };
}
