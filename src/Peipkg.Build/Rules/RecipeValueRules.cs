using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Rules;

/// <summary>Rules of the values in <c>peipkg.toml</c>.</summary>
internal static class RecipeValueRules
{
    /// <summary>A licence that is no SPDX expression.</summary>
    internal const string LicenseSyntax = "license-syntax";

    /// <summary>A licence that SPDX does not list.</summary>
    internal const string LicenseUnknown = "license-unknown";

    /// <summary>A licence whose name SPDX has replaced.</summary>
    internal const string LicenseDeprecated = "license-deprecated";

    /// <summary>A description that is too long.</summary>
    internal const string DescriptionLength = "description-length";

    /// <summary>A recommended key that is missing.</summary>
    internal const string Recommended = "recommended-key";

    /// <summary>A tag that matches and is no version.</summary>
    internal const string TagVersion = "tag-version";

    /// <summary>A pattern that no tag matches.</summary>
    internal const string TagNone = "tag-none";

    internal static IReadOnlyList<Rule> All { get; } =
    [
        new(
            RecipeRule.Value,
            Severity.Error,
            Finder.Check | Finder.Payload,
            "A value is not one that its key can have.",
            "The tools would not know what to do with it.",
            "Write one of the values that the message names.",
            """arch = "all" """.TrimEnd()
        ),
        new(
            RecipeRule.PackageName,
            Severity.Error,
            Finder.Recipe,
            "A package name is malformed.",
            "Names are part of file names and URLs; every consumer refuses others (PSD-009 2.1).",
            "Use 2 to 64 of a-z, 0-9, '-', '.' and '+', beginning with a letter or digit.",
            """name = "LibFoo" """.TrimEnd()
        ),
        new(
            RecipeRule.VirtualName,
            Severity.Error,
            Finder.Recipe,
            "A name in dependencies, optional_dependencies or provides is neither a package name nor a virtual one.",
            "No package could ever answer to it.",
            "Write a package name, a name of letters, digits and '- . + _', or namespace(argument).",
            """dependencies = [{ name = "pkgconfig(zlib" }]"""
        ),
        new(
            RecipeRule.DuplicateName,
            Severity.Error,
            Finder.Recipe,
            "A name comes twice where it may come once.",
            "Two packages of one name would overwrite each other; two constraints on one name are one constraint.",
            "Rename one of the packages, or join the constraints with a comma.",
            """dependencies = [{ name = "libc", constraint = ">= 2" }, { name = "libc", constraint = "< 3" }]"""
        ),
        new(
            RecipeRule.Version,
            Severity.Error,
            Finder.Recipe,
            "A version or build number is malformed.",
            "It could not be compared with others (PSD-009 2.2).",
            "Write [epoch:]upstream-revision; peios_revision counts from 1.",
            """provides = [{ name = "http-server", version = "1_0" }]"""
        ),
        new(
            RecipeRule.Constraint,
            Severity.Error,
            Finder.Recipe,
            "A version constraint is malformed.",
            "It would hold for no version, or for all.",
            "Write terms such as \">= 1.2, < 2\" with the operators = > >= < <= !=.",
            """dependencies = [{ name = "libc", constraint = ">> 2" }]"""
        ),
        new(
            RecipeRule.Architecture,
            Severity.Error,
            Finder.Recipe,
            "An architecture is none that packages can be built for.",
            "No machine would install the package.",
            "Write x86_64, aarch64 or noarch; arch in a dependency can only be \"any\".",
            """architecture = "amd64" """.TrimEnd()
        ),
        new(
            RecipeRule.Description,
            Severity.Error,
            Finder.Recipe,
            "A description holds something else than printable ASCII.",
            "It is shown on consoles of every kind, and the format allows nothing else (PSD-009 3.3).",
            "Replace the character; a longer dash becomes \"-\".",
            "description = \"A library \u2014 runtime\""
        ),
        new(
            DescriptionLength,
            Severity.Warning,
            Finder.Check,
            "A description is empty, longer than 80 characters, or has blanks at its ends.",
            "Package managers show it in one line beside the name.",
            "Say in under 80 characters what the package is for.",
            """description = "" """.TrimEnd()
        ),
        new(
            Recommended,
            Severity.Note,
            Finder.Check,
            "license, homepage or description is missing.",
            "People decide by them whether to install the package.",
            "Add it.",
            """
            [meta]
            build_script = "build.sh"
            """
        ),
        new(
            LicenseSyntax,
            Severity.Error,
            Finder.Check,
            "A licence is not an SPDX expression.",
            "Tools that sort packages by licence cannot read it.",
            "Write identifiers joined with AND, OR and WITH, such as \"MIT OR Apache-2.0\"; a licence of your own is LicenseRef-NAME.",
            """license = "MIT or later" """.TrimEnd()
        ),
        new(
            LicenseUnknown,
            Severity.Warning,
            Finder.Check,
            "A licence or exception is not on the SPDX list.",
            "It may be a spelling mistake, or the licence is not known by that name.",
            "Take the identifier from https://spdx.org/licenses/, or write LicenseRef-NAME.",
            """license = "GPLv3" """.TrimEnd()
        ),
        new(
            LicenseDeprecated,
            Severity.Note,
            Finder.Check,
            "SPDX has replaced the licence's identifier by another.",
            "The old one leaves open what exactly is meant, such as whether later versions count.",
            "Write the newer identifier, such as GPL-2.0-only or GPL-2.0-or-later.",
            """license = "GPL-2.0" """.TrimEnd()
        ),
        new(
            RecipeRule.Homepage,
            Severity.Error,
            Finder.Recipe,
            "A homepage is not an http or https URL.",
            "Consumers make a link of it.",
            "Write the whole address, such as https://example.org/hello.",
            """homepage = "example.org" """.TrimEnd()
        ),
        new(
            RecipeRule.GitUrl,
            Severity.Error,
            Finder.Check,
            "git in [upstream] is not an address that git can fetch from.",
            "The farm could not look for versions.",
            "Write an https, ssh, git or file URL, user@host:path, or an absolute path.",
            """git = "github.com/example/hello" """.TrimEnd()
        ),
        new(
            RecipeRule.TagPattern,
            Severity.Error,
            Finder.Check,
            "tag_pattern is not a regular expression that finds versions.",
            "The farm could not tell which tags are versions.",
            "Write RE2 syntax with one unnamed group, or groups named major, minor, patch and prerelease.",
            """tag_pattern = "^v.*$" """.TrimEnd()
        ),
        new(
            TagVersion,
            Severity.Error,
            Finder.Check,
            "A tag matches tag_pattern, but what it captures is no version.",
            "The farm would report it at each poll and never build it.",
            "Narrow the pattern, or capture less.",
            """tag_pattern = "^release_(.*)$"    # and a tag release_1_0"""
        ),
        new(
            TagNone,
            Severity.Warning,
            Finder.Check,
            "No tag given by --tags matches tag_pattern, or all are older than min_version.",
            "Nothing would ever be built.",
            "Compare the pattern with the tags; it must match from where you anchor it.",
            """tag_pattern = "^v(\\d+)$"    # and tags like v1.2.3"""
        ),
        new(
            RecipeRule.Duration,
            Severity.Error,
            Finder.Check,
            "poll_interval is not a duration of at least a minute.",
            "The farm would not know when to look.",
            "Write it like \"90m\" or \"1h30m\".",
            """poll_interval = "daily" """.TrimEnd()
        ),
    ];
}
