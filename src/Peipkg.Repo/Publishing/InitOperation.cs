using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Publishing;

/// <summary>What a new repository is to be.</summary>
/// <param name="Name">Its name (§6.1.2).</param>
/// <param name="Description">One line for people, possibly empty.</param>
/// <param name="SignKey">The private key's file.</param>
/// <param name="At">The time of its empty indexes.</param>
/// <param name="Out">Its directory, absent or empty.</param>
internal sealed record InitRequest(string Name, string Description, string SignKey, Timestamp At, string Out)
{
    /// <summary>The edition of its packages.</summary>
    internal Edition Edition { get; init; } = Edition.Default;

    /// <summary>Whether it is the official repository, which may publish drop-in files (PSPU 5.14).</summary>
    internal bool Official { get; init; }

    /// <summary>Keys that count besides the one that signs, because they have signed packages that will come.</summary>
    internal IReadOnlyList<PublicKey> Others { get; init; } = [];
}

/// <summary>Makes an empty repository: descriptor, empty indexes of version 1, the key's file, all of it or nothing.</summary>
internal static class InitOperation
{
    internal static int Run(InitRequest request, OperationContext context)
    {
        RefuseBadText("--name", request.Name, mayBeEmpty: false);
        RefuseBadText("--description", request.Description, mayBeEmpty: true);
        WarnOfName(request.Name, context.Diagnostics);
        if (request.Official && request.Edition.Layout.DropInDirectories.Count == 0)
        {
            context.Diagnostics.Note(
                $"--official: edition {request.Edition} has no drop-in directories, so the repository may publish no more by it"
            );
        }

        using DocumentSigner key = DocumentSigner.LoadPrivate(request.SignKey, context.Diagnostics);
        Fingerprint fingerprint = key.PublicKey.Fingerprint;
        Descriptor descriptor = new(
            request.Name,
            request.Description,
            [
                .. request
                    .Others.Select(static other => other.Fingerprint)
                    .Append(fingerprint)
                    .Distinct()
                    .Order()
                    .Select(static listed => new DescriptorKey(
                        listed,
                        DescriptorKey.ConventionalUrl(listed),
                        KeyStatus.Active
                    )),
            ],
            IndexPointers.ConventionalActive,
            IndexPointers.ConventionalArchive
        )
        {
            Edition = request.Edition,
            Official = request.Official,
        };

        using (
            NewRepositoryDirectory target = NewRepositoryDirectory.Begin(
                request.Out,
                context.Clock,
                "a repository that exists is published into, never initialised again"
            )
        )
        {
            WriteDocuments(target.Path, descriptor, request, key);
            target.Commit();
            WriterChecks.ReportUntidy(target.Untidy, context.Diagnostics);
        }

        string edition = request.Edition == Edition.Default ? "" : $", edition {request.Edition}";
        context.Output.WriteLine(
            $"repository \"{request.Name}\" in {request.Out}, index_version 1 of {request.At}{edition}"
        );
        context.Output.WriteLine($"consumers trust it by the fingerprint {fingerprint.Grouped}");
        return ExitCode.Success;
    }

    private static void WriteDocuments(string root, Descriptor descriptor, InitRequest request, DocumentSigner key)
    {
        DirectoryTree tree = new(root);
        GenerationWriter.WriteDescriptor(tree.Prepare, descriptor, key);
        foreach (PublicKey listed in request.Others.Append(key.PublicKey).DistinctBy(static it => it.Fingerprint))
        {
            GenerationWriter.WriteKey(tree.Prepare, listed);
        }

        GenerationWriter.WriteIndexes(tree.Prepare, descriptor.Name, PublishPlan.Create([], [], 1, request.At), key);
    }

    /// <summary>People type the name; kebab case is what §6.1.2 asks for, without insisting.</summary>
    internal static void WarnOfName(string name, Diagnostics diagnostics)
    {
        bool kebab = name.Split('-')
            .All(static word =>
                word.Length > 0 && word.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
            );
        if (!kebab)
        {
            diagnostics.Warning(
                $"--name \"{name}\" is not in kebab case; lower-case letters and digits, set apart by single hyphens, are easier to type"
            );
        }
    }

    /// <summary>Both texts are shown to people by every consumer.</summary>
    internal static void RefuseBadText(string option, string text, bool mayBeEmpty)
    {
        if (text.Length == 0 && !mayBeEmpty)
        {
            throw new UserErrorException($"{option} is empty");
        }

        if (TerminalText.Escape(text) != text)
        {
            throw new UserErrorException(
                $"{option} holds characters that are not shown as they are: {TerminalText.Escape(text)}; use plain text of one line"
            );
        }

        if (text.Trim() != text)
        {
            throw new UserErrorException($"{option} begins or ends with blanks");
        }
    }
}
