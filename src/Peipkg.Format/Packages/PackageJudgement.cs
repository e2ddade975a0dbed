using Peipkg.Format.Archive;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Packages;

/// <summary>
/// What an edition says about a whole package, beyond what reading it shows: layout, advice, habits of other producers, and
/// what a repository may publish.
/// </summary>
public static class PackageJudgement
{
    /// <summary>The headers have a form that the edition takes but does not write, or refuses.</summary>
    public const string HabitRule = "header-habit";

    /// <summary>The manifest has members of another edition that change what is installed.</summary>
    public const string ForeignMemberRule = "foreign-member";

    /// <summary>Judges a package that is to be written.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="payload">The payload; ancestor directories may be left out.</param>
    /// <param name="edition">The edition whose producer writes it.</param>
    /// <param name="checks">What of the layout to check.</param>
    /// <returns>All problems of manifest and layout.</returns>
    /// <exception cref="IOException">The beginning of a file that a rule asks for cannot be read.</exception>
    public static IReadOnlyList<LayoutProblem> Produce(
        Manifest manifest,
        IReadOnlyCollection<IPayloadEntry> payload,
        Edition edition,
        LayoutChecks checks = LayoutChecks.All
    )
    {
        List<LayoutProblem> problems = [];
        try
        {
            ManifestRules.Check(manifest, edition);
        }
        catch (FormatViolationException fault)
        {
            problems.Add(Error(fault));

            // Where claims lead is asked only of well-formed ones.
            manifest = manifest with
            {
                Dependencies = [],
                OptionalDependencies = [],
                Provides = [],
            };
        }

        problems.AddRange(ManifestRules.Advice(manifest, edition));
        problems.AddRange(edition.CheckLayout(manifest.Declarations, payload, checks, LayoutRole.Producer));
        return problems;
    }

    /// <summary>Judges a package as a consumer of an edition must.</summary>
    /// <param name="package">The package.</param>
    /// <param name="edition">The edition.</param>
    /// <param name="allowReferenceHeaders">Whether the header forms of reference packers are taken.</param>
    /// <param name="checks">What of the layout to check.</param>
    /// <returns>All problems; habits of other producers are warnings.</returns>
    public static IReadOnlyList<LayoutProblem> Read(
        VerifiedPackage package,
        Edition edition,
        bool allowReferenceHeaders = false,
        LayoutChecks checks = LayoutChecks.All
    ) => Judge(package, edition, allowReferenceHeaders, checks, out _);

    /// <summary>Judges a package as a repository of an edition must before it publishes it.</summary>
    /// <param name="package">The package.</param>
    /// <param name="edition">The repository's edition.</param>
    /// <param name="permissions">What the repository's owner allows.</param>
    /// <returns>All problems.</returns>
    public static IReadOnlyList<LayoutProblem> Publish(
        VerifiedPackage package,
        Edition edition,
        PublishPermissions permissions
    )
    {
        IReadOnlyList<LayoutProblem> problems = Judge(
            package,
            edition,
            permissions.ReferenceHeaders,
            permissions.Checks,
            out Manifest? manifest
        );
        IEnumerable<LayoutProblem> judged = problems.Select(problem =>
            problem.Rule switch
            {
                PayloadLayout.SpecialRule when !permissions.SpecialSystem => Refused(
                    problem,
                    "a repository publishes it only with --allow-special-system"
                ),
                PayloadLayout.DropInRule when !permissions.Official => Refused(
                    problem,
                    "only a repository made with --official publishes it"
                ),
                _ => problem,
            }
        );
        return manifest is { PassedOver: not ManifestMembers.None and var foreign }
            ? [.. judged, Foreign(foreign, edition)]
            : [.. judged];
    }

    /// <summary>Judges a package by every edition.</summary>
    /// <param name="package">A package that was read in any edition.</param>
    /// <param name="allowReferenceHeaders">Whether the header forms of reference packers are taken.</param>
    public static IReadOnlyList<EditionVerdict> EditionsOf(
        VerifiedPackage package,
        bool allowReferenceHeaders = false
    ) => [.. Edition.All.Select(edition => new EditionVerdict(edition, Read(package, edition, allowReferenceHeaders)))];

    /// <summary>Says why an edition refuses a form of headers, or returns null.</summary>
    internal static FormatViolationException? HeaderFault(HeaderFormMet met, Edition edition, bool allowReference)
    {
        if (edition.Headers.Takes(met.Form, allowReference))
        {
            return null;
        }

        string remedy = edition.Headers.Reference.Contains(met.Form)
            ? ", a habit of reference packers that --allow-reference-headers takes"
            : "";
        return new FormatViolationException(
            met.Form.Rule(),
            met.Place,
            $"{met.Form.Describe()} ({met.Form.Name()}), which edition {edition.Name} forbids"
                + edition.Elsewhere(other => other.Headers.Takes(met.Form, allowReference: false))
                + remedy
        );
    }

    private static List<LayoutProblem> Judge(
        VerifiedPackage package,
        Edition edition,
        bool allowReferenceHeaders,
        LayoutChecks checks,
        out Manifest? manifest
    )
    {
        List<LayoutProblem> problems = [];
        foreach (HeaderFormMet met in package.HeaderForms)
        {
            if (HeaderFault(met, edition, allowReferenceHeaders) is { } fault)
            {
                problems.Add(Error(fault));
            }
            else if (!edition.Headers.Written.Contains(met.Form))
            {
                problems.Add(Habit(met));
            }
        }

        manifest = package.Manifest;
        if (package.Edition != edition)
        {
            try
            {
                manifest = ManifestDocument.Read(
                    package.ManifestBytes.Span,
                    ManifestRules.ProducerFaults(package.Manifest).Count > 0
                        ? ManifestSource.Published
                        : ManifestSource.Package,
                    edition
                );
            }
            catch (FormatViolationException fault)
            {
                problems.Add(Error(fault.Within(PackageNames.Manifest)));
                manifest = null;
                return problems;
            }
        }

        problems.AddRange(ManifestRules.Advice(manifest, edition));
        problems.AddRange(edition.CheckLayout(manifest.Declarations, package.Entries, checks));
        return problems;
    }

    private static LayoutProblem Habit(HeaderFormMet met) =>
        new(
            LayoutSeverity.Warning,
            HabitRule,
            met.Place,
            $"{met.Place}{(met.Count > 1 ? $" and {met.Count - 1} more" : "")}: {met.Form.Describe()}, a habit of other "
                + $"producers ({met.Form.Name()})"
        );

    private static LayoutProblem Refused(LayoutProblem problem, string condition) =>
        problem with
        {
            Severity = LayoutSeverity.Error,
            Message = $"{problem.Message}; {condition}",
        };

    private static LayoutProblem Foreign(ManifestMembers members, Edition edition) =>
        new(
            LayoutSeverity.Error,
            ForeignMemberRule,
            "",
            $"the manifest has {string.Join(" and ", members.Names())}, which consumers of edition {edition.Name} would "
                + $"ignore and so install something else{edition.Elsewhere(other => other.Has(members))}"
        );

    private static LayoutProblem Error(FormatViolationException fault) =>
        new(
            LayoutSeverity.Error,
            fault.Rule,
            "",
            fault.Place.Length == 0 ? fault.Detail : $"{fault.Place}: {fault.Detail}"
        );
}
