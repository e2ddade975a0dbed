namespace Peipkg.Repo.Indexing;

/// <summary>Why a file is not taken into the repository.</summary>
/// <param name="File">The file, as the operator named its directory.</param>
/// <param name="Rule">The broken rule's stable name in kebab case.</param>
/// <param name="Reason">What is wrong and what to do, for people.</param>
internal sealed record Refusal(string File, string Rule, string Reason)
{
    public override string ToString() => $"{File}: {Reason} ({Rule})";
}
