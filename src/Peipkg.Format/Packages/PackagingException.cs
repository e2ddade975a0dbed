namespace Peipkg.Format.Packages;

/// <summary>The given parts do not make a package that a consumer would accept. Lists everything found.</summary>
public sealed class PackagingException : Exception
{
    /// <summary>Creates the refusal.</summary>
    /// <param name="problems">At least one sentence, each naming the path it is about.</param>
    public PackagingException(IReadOnlyList<string> problems)
        : base(string.Join('\n', problems))
    {
        Problems = problems;
    }

    /// <summary>One sentence each.</summary>
    public IReadOnlyList<string> Problems { get; }
}
