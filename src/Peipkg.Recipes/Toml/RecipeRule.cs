namespace Peipkg.Recipes.Toml;

/// <summary>
/// The stable names of what can be wrong with a recipe or another TOML file of the tools. What they mean is told where
/// they are shown, in peipkg-build's table of rules.
/// </summary>
public static class RecipeRule
{
    /// <summary>The file cannot be read as TOML.</summary>
    public const string Syntax = "toml-syntax";

    /// <summary>A key that the section does not have.</summary>
    public const string UnknownKey = "unknown-key";

    /// <summary>A section that nobody reads, or a key outside of any.</summary>
    public const string UnknownSection = "unknown-section";

    /// <summary>A required key or section is not there.</summary>
    public const string MissingKey = "missing-key";

    /// <summary>A value of another type, or a section written in another form.</summary>
    public const string WrongType = "wrong-type";

    /// <summary>A value that its key cannot have, where no rule of its own says why.</summary>
    public const string Value = "value";

    /// <summary>A package name (PSD-009 §2.1).</summary>
    public const string PackageName = "package-name";

    /// <summary>A virtual name.</summary>
    public const string VirtualName = "virtual-name";

    /// <summary>A name twice where it may come once.</summary>
    public const string DuplicateName = "duplicate-name";

    /// <summary>A version (PSD-009 §2.2).</summary>
    public const string Version = "version";

    /// <summary>A version constraint (PSD-009 §2.2.8).</summary>
    public const string Constraint = "constraint";

    /// <summary>An architecture (PSD-009 §2.3).</summary>
    public const string Architecture = "architecture";

    /// <summary>A description's characters.</summary>
    public const string Description = "description";

    /// <summary>A homepage.</summary>
    public const string Homepage = "homepage";

    /// <summary>More entries than a package may have.</summary>
    public const string TooMany = "too-many";

    /// <summary>A pattern's syntax.</summary>
    public const string GlobSyntax = "glob-syntax";

    /// <summary><c>same_build</c> where it cannot be meant.</summary>
    public const string SameBuild = "same-build";

    /// <summary>A side effect that does not exist, or twice.</summary>
    public const string SideEffect = "side-effect-name";

    /// <summary>A file that the recipe names is not in its directory.</summary>
    public const string RecipeFile = "recipe-file";

    /// <summary><c>[[sign]]</c>, which no version of the tools acts on.</summary>
    public const string Sign = "sign-unsupported";

    /// <summary>The address of an upstream repository.</summary>
    public const string GitUrl = "git-url";

    /// <summary>A tag pattern.</summary>
    public const string TagPattern = "tag-pattern";

    /// <summary>A poll interval.</summary>
    public const string Duration = "duration";

    /// <summary>A section without effect.</summary>
    public const string Ineffective = "ineffective";

    /// <summary>More problems than are listed of one file.</summary>
    public const string MoreProblems = "more-problems";
}
