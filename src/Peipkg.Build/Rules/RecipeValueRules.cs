using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Rules;

/// <summary>Rules for the values in <c>peipkg.toml</c>.</summary>
internal static class RecipeValueRules
{
    /// <summary>A licence that is not an SPDX expression.</summary>
    internal const string LicenseSyntax = "license-syntax";

    /// <summary>A licence that SPDX does not list.</summary>
    internal const string LicenseUnknown = "license-unknown";

    /// <summary>A licence whose name SPDX has replaced.</summary>
    internal const string LicenseDeprecated = "license-deprecated";

    /// <summary>A description that is too long.</summary>
    internal const string DescriptionLength = "description-length";

    /// <summary>A recommended key that is missing.</summary>
    internal const string Recommended = "recommended-key";

    /// <summary>What a template left to the author.</summary>
    internal const string Placeholder = "placeholder";

    /// <summary>A tag that matches and does not become a version.</summary>
    internal const string TagVersion = "tag-version";

    /// <summary>A pattern that no tag matches.</summary>
    internal const string TagNone = "tag-none";

    /// <summary>A pattern that ends before the tag does.</summary>
    internal const string TagEnd = "tag-end";

    /// <summary>A version that people order otherwise than the format.</summary>
    internal const string TagOrder = "tag-order";

    internal static IReadOnlyList<Rule> All { get; } =
    [
        new(
            RecipeRule.Value,
            Severity.Error,
            Finder.Check | Finder.Payload,
            "A value is not allowed for its key.",
            "The value has no meaning there.",
            "Use a value that the message names.",
            """arch = "all" """.TrimEnd()
        ),
        new(
            RecipeRule.PackageName,
            Severity.Error,
            Finder.Recipe,
            "A package name is invalid.",
            "Package names are part of file names and URLs, so package managers refuse all others (PSD-009 2.1).",
            "Use 2 to 64 of the characters a-z, 0-9, '-', '.' and '+', starting with a letter or digit.",
            """name = "LibFoo" """.TrimEnd()
        ),
        new(
            RecipeRule.VirtualName,
            Severity.Error,
            Finder.Recipe,
            "A name in dependencies, optional_dependencies or provides is neither a package name nor a virtual name.",
            "No package can have or provide this name.",
            "Use a package name, a name of letters, digits and '- . + _', or namespace(argument).",
            """dependencies = [{ name = "pkgconfig(zlib" }]"""
        ),
        new(
            RecipeRule.DuplicateName,
            Severity.Error,
            Finder.Recipe,
            "A name occurs twice where it may occur only once.",
            "Two packages with one name would overwrite each other, and a name takes one constraint, which may have several terms.",
            "Rename one of the packages, or join the constraints of a dependency with a comma.",
            """dependencies = [{ name = "libc", constraint = ">= 2" }, { name = "libc", constraint = "< 3" }]"""
        ),
        new(
            RecipeRule.Version,
            Severity.Error,
            Finder.Recipe,
            "A version or revision is invalid.",
            "It cannot be compared with other versions (PSD-009 2.2).",
            "Write the version as [epoch:]upstream-revision. peios_revision starts at 1.",
            """provides = [{ name = "http-server", version = "1_0" }]"""
        ),
        new(
            RecipeRule.Constraint,
            Severity.Error,
            Finder.Recipe,
            "A version constraint is invalid.",
            "It cannot be decided which versions it allows.",
            "Write terms such as \">= 1.2, < 2\", with the operators = > >= < <= !=.",
            """dependencies = [{ name = "libc", constraint = ">> 2" }]"""
        ),
        new(
            RecipeRule.Architecture,
            Severity.Error,
            Finder.Recipe,
            "An architecture is not one that packages can be built for.",
            "No machine could install the package.",
            "Use x86_64, aarch64 or noarch. In a dependency, the only value of arch is \"any\".",
            """architecture = "amd64" """.TrimEnd()
        ),
        new(
            RecipeRule.Description,
            Severity.Error,
            Finder.Recipe,
            "A description contains a character that is not printable ASCII.",
            "Descriptions are shown on every kind of console, so the format allows only printable ASCII (PSD-009 3.3).",
            "Replace the character. Write \"-\" for a dash.",
            "description = \"A library \u2014 runtime\""
        ),
        new(
            DescriptionLength,
            Severity.Warning,
            Finder.Check,
            "A description is empty, longer than 80 characters, or starts or ends with a blank.",
            "Package managers show the description on one line beside the name.",
            "Describe the package in at most 80 characters.",
            """description = "" """.TrimEnd()
        ),
        new(
            Recommended,
            Severity.Note,
            Finder.Check,
            "license, homepage or description is missing.",
            "Users need them to decide whether to install the package.",
            "Add the key.",
            """
            [meta]
            build_script = "build.sh"
            """
        ),
        new(
            Placeholder,
            Severity.Error,
            Finder.Check,
            "A value still holds the FIXME that a template of \"peipkg-build new\" left.",
            "People would read it in package lists, and the farm would poll an address that does not exist.",
            "Write the value that is meant, or remove the section if the recipe does not need it.",
            """homepage = "https://example.org/FIXME" """.TrimEnd()
        ),
        new(
            LicenseSyntax,
            Severity.Error,
            Finder.Check,
            "A licence is not an SPDX expression.",
            "Tools that evaluate licences cannot read it.",
            "Join SPDX identifiers with AND, OR and WITH, for example \"MIT OR Apache-2.0\". Write LicenseRef-NAME for a licence that SPDX does not list.",
            """license = "MIT or later" """.TrimEnd()
        ),
        new(
            LicenseUnknown,
            Severity.Warning,
            Finder.Check,
            "A licence or exception is not on the SPDX list.",
            "The identifier is misspelled, or SPDX lists the licence under another one.",
            "Use the identifier from https://spdx.org/licenses/, or write LicenseRef-NAME.",
            """license = "GPLv3" """.TrimEnd()
        ),
        new(
            LicenseDeprecated,
            Severity.Note,
            Finder.Check,
            "SPDX has deprecated the licence's identifier.",
            "A deprecated identifier is ambiguous, for example about whether later versions of the licence apply.",
            "Use the current identifier, for example GPL-2.0-only or GPL-2.0-or-later.",
            """license = "GPL-2.0" """.TrimEnd()
        ),
        new(
            RecipeRule.Homepage,
            Severity.Error,
            Finder.Recipe,
            "A homepage is not an http or https URL.",
            "Package managers and the repository's web pages link to it.",
            "Write the full URL, for example https://example.org/hello.",
            """homepage = "example.org" """.TrimEnd()
        ),
        new(
            RecipeRule.GitUrl,
            Severity.Error,
            Finder.Check,
            "git in [upstream] is not an address that git can fetch from.",
            "The farm cannot list the upstream's tags.",
            "Use an https, ssh, git or file URL, user@host:path, or an absolute path.",
            """git = "github.com/example/hello" """.TrimEnd()
        ),
        new(
            RecipeRule.TagPattern,
            Severity.Error,
            Finder.Check,
            "tag_pattern is not a regular expression that captures a version.",
            "The farm cannot tell which tags are versions.",
            "Use RE2 syntax with one unnamed group, or with groups named major, minor, patch and prerelease.",
            """tag_pattern = "^v.*$" """.TrimEnd()
        ),
        new(
            TagVersion,
            Severity.Error,
            Finder.Check,
            "A tag matches tag_pattern, but the captured text is not a version.",
            "The farm reports such a tag at every poll and never builds it.",
            "Make the pattern match fewer tags, or capture less of them.",
            """tag_pattern = "^release_(.*)$"    # and a tag release_1_0"""
        ),
        new(
            TagNone,
            Severity.Warning,
            Finder.Check,
            "No tag that --tags gives matches tag_pattern, or all are older than min_version.",
            "The farm would build nothing.",
            "Compare tag_pattern and min_version with the tags listed above.",
            """tag_pattern = "^v(\\d+)$"    # and tags like v1.2.3"""
        ),
        new(
            TagEnd,
            Severity.Warning,
            Finder.Check,
            "tag_pattern ends before a tag does.",
            "Whatever follows is ignored, so pre-releases become releases, and several tags become one version.",
            "End the pattern with $.",
            """tag_pattern = "^v(\\d+\\.\\d+)"    # and a tag v1.2-beta1, which becomes 1.2"""
        ),
        new(
            TagOrder,
            Severity.Warning,
            Finder.Check,
            "The format orders the versions of two tags otherwise than people do.",
            "Package managers offer what the format takes for the newest version. The format knows dev, alpha, a, beta, b, pre and rc as words for pre-releases and no others, and takes the letter of 3.3a and 2024b for one of them.",
            "Narrow tag_pattern, set prerelease = false, name tags in reject_tags, or raise epoch. docs/versions.md tells which.",
            """tag_pattern = "^(\\d+\\.\\d+[a-z]?)$"    # and the tags 3.3 and 3.3a"""
        ),
        new(
            RecipeRule.Duration,
            Severity.Error,
            Finder.Check,
            "poll_interval is not a duration of at least one minute.",
            "The farm cannot tell when to poll.",
            "Write a duration such as \"90m\" or \"1h30m\".",
            """poll_interval = "daily" """.TrimEnd()
        ),
    ];
}
